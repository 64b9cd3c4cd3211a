"""The secretariat's notes at fields (付箋) in the form of a returned entry, and what the member says to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import MultiDict

from models.entries import Version
from models.states import EDITABLE_STATES
from portal.actors import Actor
from portal.publishing import field_notes
from portal.publishing.field_notes import LONGEST, Answer, Noted


@dataclass(frozen=True)
class AtField:
    """A note with what was typed to it, or what is saved."""

    note: Noted
    answer: str
    is_done: bool
    error: str = ""


def notes_at(version: Version | None, posted: MultiDict[str, str]) -> dict[str, AtField]:
    """By the name of the field, in the form's order."""
    if version is None or version.state not in EDITABLE_STATES:
        return {}
    notes = field_notes.standing(version)
    given = _given(posted, [note.id for note in notes])
    return {note.field.name: _at_field(note, given.get(note.id)) for note in notes}


def _at_field(note: Noted, given: Answer | None) -> AtField:
    if given is None:
        return AtField(note, note.answer, note.is_done)
    return AtField(note, given.text, given.is_done, _problem(given.text))


def _problem(text: str) -> str:
    return "" if len(text) <= LONGEST else f"回答は{LONGEST}文字以内で入力してください（現在{len(text):,}文字）。"


def _given(posted: MultiDict[str, str], ids: Sequence[int]) -> dict[int, Answer]:
    """A form that was opened before the note was there says nothing to it."""
    return {
        key: Answer(posted[f"answer-{key}"].replace("\r\n", "\n").strip(), f"answered-{key}" in posted)
        for key in ids
        if f"answer-{key}" in posted
    }


def problems(notes: Mapping[str, AtField]) -> list[tuple[str, str, str]]:
    """Field's label, id of the input, sentence; as the summary above the form lists them."""
    return [(at.note.field.label, f"answer-{at.note.id}", at.error) for at in notes.values() if at.error]


def store(version: Version, posted: MultiDict[str, str], *, actor: Actor, now: datetime) -> None:
    """After the draft is saved, in its transaction."""
    if notes := field_notes.standing(version):
        field_notes.answer(version, _given(posted, [note.id for note in notes]), actor=actor, now=now)


def left_open(version: Version) -> list[Noted]:
    """Those without an answer whose field says what it said when the entry was given back."""
    return [note for note in field_notes.standing(version) if not note.is_answered and not note.is_changed]
