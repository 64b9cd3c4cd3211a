"""What the secretariat says at single fields when it gives an entry back; what the organization answers there.

The notes of the last return stand until the next decision. The one workflow writes them, and takes them back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, delete, func, select

from models.base import db
from models.desk import FieldNote, ReturnedContent
from models.entries import Version
from models.states import Kind
from portal.actors import Actor
from portal.database import insert_rows
from portal.errors import Refused
from portal.publishing import content, snapshots
from portal.publishing.differences import changed_names
from portal.publishing.fields import applies, fields_of
from portal.publishing.shapes import Field

MOST = 30
LONGEST = 500


@dataclass(frozen=True)
class Said:
    """As the reviewer wrote it: which field, and what."""

    field: str
    text: str


class NotesRefused(Refused):
    """`problems` has a sentence by the place of each note that cannot be sent."""

    def __init__(self, message: str, problems: Mapping[int, str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or {}


def check(kind: Kind, values: Mapping[str, Any], said: Sequence[Said]) -> None:
    """Raises NotesRefused unless each says something about a field that the content has, and each about another one."""
    there = {field.name for field in fields_of(kind) if applies(field, values)}
    problems: dict[int, str] = {}
    for place, note in enumerate(said):
        before = [earlier.field for earlier in said[:place]]
        if sentence := _problem(note, there, before):
            problems[place] = sentence
    if problems:
        raise NotesRefused(f"付箋に直すところが{len(problems)}件あります。", problems)
    if len(said) > MOST:
        raise NotesRefused(f"付箋は{MOST}件までです。")


def _problem(note: Said, there: Collection[str], before: Sequence[str]) -> str:
    if not note.field:
        return "項目を選んでください。"
    if note.field not in there:
        return "この申請にはない項目です。項目を選び直してください。"
    if note.field in before:
        return "同じ項目への付箋は1枚にまとめてください。"
    if not note.text:
        return "付箋の文を入力するか、この行を削除してください。"
    if len(note.text) > LONGEST:
        return f"{LONGEST}文字以内で入力してください（現在{len(note.text):,}文字）。"
    return ""


def keep(moved: Sequence[Row], said: Sequence[Said], *, batch: str | None, now: datetime) -> None:
    rows = [
        {
            "version_id": row.id,
            "batch": batch,
            "decided_at": now,
            "field": note.field,
            "text": note.text,
        }
        for row in moved
        for note in said
    ]
    insert_rows(FieldNote, rows)


def take_back(batch: str, version_ids: Collection[int]) -> None:
    if version_ids:
        db.session.execute(
            delete(FieldNote)
            .where(FieldNote.batch == batch, FieldNote.version_id.in_(version_ids))
            .execution_options(synchronize_session=False)
        )


def returned_before(batch: str) -> ColumnElement[datetime | None]:
    """When the version was given back before this decision, as far as notes or a kept content tell of it."""
    notes = select(func.max(FieldNote.decided_at)).where(FieldNote.version_id == Version.id, FieldNote.batch != batch)
    contents = select(ReturnedContent.decided_at).where(ReturnedContent.version_id == Version.id)
    noted, kept = notes.correlate(Version).scalar_subquery(), contents.correlate(Version).scalar_subquery()
    return case((noted.is_(None) | (kept > noted), kept), else_=noted)


def worded(kind: Kind, said: Sequence[Said]) -> list[dict[str, str]]:
    """For letters: the field's label instead of its name."""
    labels = {field.name: field.label for field in fields_of(kind)}
    return [{"label": labels[note.field], "text": note.text} for note in said]


# ---- read and answered. Who asks has found the version among those that the actor may see.


@dataclass(frozen=True)
class Noted:
    """A note as pages show it."""

    id: int
    field: Field
    text: str
    answer: str
    is_done: bool
    is_changed: bool  # the field, since the return

    @property
    def is_answered(self) -> bool:
        return bool(self.answer) or self.is_done


def standing(version: Version) -> list[Noted]:
    """Those of the version's last return, in the order of its form; no statement for what was never decided."""
    if version.decided_at is None:
        return []
    notes = _of_last_return(version)
    if not notes:
        return []
    changed = changed_names(version.kind, snapshots.at_last_return(version), content.read(version))
    return in_order(version.kind, notes, changed)


def in_order(kind: Kind, notes: Sequence[FieldNote], changed: Collection[str] = ()) -> list[Noted]:
    """A field that the portal has no more is left out."""
    by_field = {note.field: note for note in notes}
    return [
        Noted(note.id, field, note.text, note.answer, note.is_done, field.name in changed)
        for field in fields_of(kind)
        if (note := by_field.get(field.name))
    ]


def of_entry(entry_id: int, kind: Kind) -> dict[str, list[Noted]]:
    """Those of every return of an entry, by its decision; for the history."""
    notes = db.session.scalars(
        select(FieldNote).join(Version, Version.id == FieldNote.version_id).where(Version.entry_id == entry_id)
    )
    by_batch: dict[str, list[FieldNote]] = {}
    for note in notes:
        by_batch.setdefault(note.batch, []).append(note)
    return {batch: in_order(kind, those) for batch, those in by_batch.items()}


@dataclass(frozen=True)
class Answer:
    text: str
    is_done: bool


def answer(version: Version, answers: Mapping[int, Answer], *, actor: Actor, now: datetime) -> None:
    """Keeps what is said at the notes of the last return. Called beside the saving of the draft, which says who may."""
    for note in _of_last_return(version):
        said = answers.get(note.id)
        if said is not None and (note.answer, note.is_done) != (said.text, said.is_done):
            note.answer, note.is_done = said.text, said.is_done
            note.answered_at, note.answered_by_id = now, actor.account_id
    db.session.flush()


def _of_last_return(version: Version) -> Sequence[FieldNote]:
    return db.session.scalars(
        select(FieldNote)
        .where(FieldNote.version_id == version.id, FieldNote.decided_at == version.decided_at)
        .order_by(FieldNote.id)
    ).all()
