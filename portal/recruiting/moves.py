"""The one writer of `Application.state`: a conditional UPDATE for any number of applications, then the trail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, select, tuple_, update

from models.applications import Application
from models.base import db
from models.states import ApplicationState
from portal import audit
from portal.actors import Actor
from portal.errors import Conflict, NotFound, Refused
from portal.permissions import visible


@dataclass(frozen=True)
class SeenApplication:
    """An application as the actor had it on screen. Acting on anything newer is refused."""

    application_id: int
    revision: int


@dataclass(frozen=True)
class Moved:
    application_id: int
    name: str = ""
    refusal: Refused | None = None

    @property
    def done(self) -> bool:
        return self.refusal is None


def move_each(
    seen: Sequence[SeenApplication],
    *,
    sources: Iterable[ApplicationState],
    to: ApplicationState,
    actor: Actor,
    now: datetime,
    mailed: bool = False,
    within: Sequence[ColumnElement[bool]] = (),
    **values: Any,
) -> list[Moved]:
    """The same move on many applications in one transaction; an outcome for each, in the order asked.

    `mailed` says in the trail whether a letter about it went along. What is not `within` is not moved. `values` are
    further columns that the move sets.
    """
    pairs = [(item.application_id, item.revision) for item in seen]
    rows = move(
        [tuple_(Application.id, Application.revision).in_(pairs), visible(actor, Application), *within],
        sources=sources,
        to=to,
        actor=actor,
        now=now,
        mailed=mailed,
        values=values,
    )
    done = {row.id: Moved(row.id, row.name) for row in rows}
    refused = _refusals([item for item in seen if item.application_id not in done], actor=actor)
    return [done.get(item.application_id) or refused[item.application_id] for item in seen]


def move_one(seen: SeenApplication, **move: Any) -> Moved:
    """One move; raises its refusal."""
    moved = move_each([seen], **move)[0]
    if moved.refusal:
        raise moved.refusal
    return moved


def move(
    where: Sequence[ColumnElement[bool]],
    *,
    sources: Iterable[ApplicationState],
    to: ApplicationState,
    actor: Actor,
    now: datetime,
    mailed: bool = False,
    values: Mapping[str, Any] = MappingProxyType({}),
) -> Sequence[Row]:
    """Whatever the criteria find, from one of `sources`; returns what was moved with what it was before."""
    # What each was before goes into the trail; the lock keeps it true until the UPDATE.
    before = dict(
        db.session.execute(
            select(Application.id, Application.state)
            .where(Application.state.in_(tuple(sources)), *where)
            .with_for_update()
        ).all()
    )
    if not before:
        return []
    moved = db.session.execute(
        update(Application)
        .where(Application.id.in_(before), Application.state.in_(tuple(sources)), *where)
        .values(state=to, state_at=now, revision=Application.revision + 1, **values)
        .returning(
            Application.id, Application.name, Application.organization_id, Application.entry_id, Application.talent_id
        )
        .execution_options(synchronize_session=False)
    ).all()
    audit.record_each(
        "application.move",
        [
            {
                "subject": "application",
                "subject_id": row.id,
                "organization_id": row.organization_id,
                "details": {"from": before[row.id], "to": to, "mailed": mailed},
            }
            for row in moved
        ],
        actor=actor,
        now=now,
    )
    return moved


def _refusals(missing: Sequence[SeenApplication], *, actor: Actor) -> dict[int, Moved]:
    """Why each was not moved, in one statement. What the actor may not see does not exist."""
    if not missing:
        return {}
    rows = db.session.execute(
        select(Application.id, Application.name, Application.revision).where(
            Application.id.in_([item.application_id for item in missing]), visible(actor, Application)
        )
    )
    revisions = {item.application_id: item.revision for item in missing}
    found = {row.id: Moved(row.id, row.name, _conflict(revisions[row.id] == row.revision)) for row in rows}
    return {
        item.application_id: found.get(item.application_id, Moved(item.application_id, refusal=NotFound()))
        for item in missing
    }


def _conflict(same_revision: bool) -> Conflict:  # noqa: FBT001  # a fact, not a switch
    if same_revision:
        return Conflict("今の選考状態からは変更できません。")
    return Conflict("競合：表示した後にほかの人が変更しました。新しい内容を確認してください。")
