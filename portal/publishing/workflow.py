"""The one workflow of jobs, events and notices: which move leads from where to where, and who may make it.

`_move` is the only writer of `Version.state`: one conditional UPDATE for any number of versions, so that a
race has one winner and a bulk decision costs as much as a single one; then effect, audit, letters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Row, false, func, or_, select, true, update

from models.base import db
from models.entries import Version
from models.people import Account
from models.states import Action, Role, State
from portal import audit
from portal.actors import CLOCK, Actor
from portal.database import among
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.mail import outbox
from portal.permissions import may, visible
from portal.publishing import field_notes, letters
from portal.publishing.field_notes import Said

HOLD = timedelta(seconds=10)
LONGEST_COMMENT = 4000

# What a move tells of each version: letters and the trail need no more.
MOVED = (
    Version.id,
    Version.entry_id,
    Version.organization_id,
    Version.kind,
    Version.revision,
    Version.title,
    Version.publish_at,
)


@dataclass(frozen=True)
class Transition:
    sources: tuple[State, ...]
    target: State
    letter: str = ""  # what the organization is told
    needs_comment: bool = False
    office_letter: str = ""  # told, with a reason, when the secretariat does what the organization may do itself
    held: bool = False  # has no effect outside for a moment, in which undo leaves no trace
    silences: str = ""  # a letter that has not left yet and would no longer be true


TRANSITIONS: Mapping[Action, Transition] = MappingProxyType(
    {
        Action.submit: Transition((State.draft, State.returned), State.submitted, letter="entry_submitted"),
        Action.withdraw: Transition((State.submitted, State.approved), State.draft, silences="entry_approved"),
        Action.return_: Transition(
            (State.submitted,), State.returned, letter="entry_returned", needs_comment=True, held=True
        ),
        Action.approve: Transition((State.submitted,), State.approved, letter="entry_approved", held=True),
        Action.undo: Transition((State.approved, State.returned), State.submitted),
        Action.publish: Transition((State.approved,), State.published, letter="entry_published"),
        Action.supersede: Transition((State.published, State.suspended), State.superseded),
        Action.close: Transition((State.published,), State.closed, office_letter="entry_closed"),
        Action.unpublish: Transition((State.published,), State.suspended, letter="entry_suspended", needs_comment=True),
        Action.restore: Transition((State.suspended,), State.published, letter="entry_restored", needs_comment=True),
    }
)


@dataclass(frozen=True)
class Seen:
    """A version as the actor had it on screen. Acting on anything newer is refused."""

    version_id: int
    revision: int


@dataclass(frozen=True)
class Outcome:
    version_id: int
    title: str = ""
    batch: str = ""
    refusal: Refused | None = None

    @property
    def done(self) -> bool:
        return self.refusal is None


def perform(action: Action, seen: Seen, *, actor: Actor, now: datetime, comment: str = "", **values: Any) -> Outcome:
    """One move. Raises the refusal: Forbidden, NotFound, Conflict, or Refused for a missing reason."""
    outcome = perform_each(action, [seen], actor=actor, now=now, comment=comment, **values)[0]
    if outcome.refusal:
        raise outcome.refusal
    return outcome


def perform_each(
    action: Action,
    seen: Sequence[Seen],
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
    notes: Sequence[Said] = (),
    hold: timedelta = HOLD,
    batch: str = "",
    **values: Any,
) -> list[Outcome]:
    """The same move on many versions in one transaction; an outcome for each, in the order asked.

    Whatever is not the actor's, is in another state or was changed since it was seen is refused by itself and
    stops nobody else. `notes` are said at fields of what is given back, `values` further columns that the move sets.
    """
    batch = batch or new_batch()
    moved = _move(
        action,
        [as_seen(seen, actor=actor)],
        actor=actor,
        now=now,
        comment=comment,
        notes=notes,
        batch=batch,
        hold=hold,
        values=values,
    )
    done = {row.id: Outcome(row.id, row.title, batch) for row in moved}
    missing = [item for item in seen if item.version_id not in done]
    refused = _refusals(action, missing, actor=actor) if missing else {}
    return [done.get(item.version_id) or refused[item.version_id] for item in seen]


def as_seen(seen: Sequence[Seen], *, actor: Actor) -> ColumnElement[bool]:
    """Those the actor may see, each at the revision that was seen. By revisions, which are few: a list of pairs costs
    the database most."""
    ids: dict[int, list[int]] = {}
    for item in seen:
        ids.setdefault(item.revision, []).append(item.version_id)
    each = ((Version.revision == number) & among(Version.id, those) for number, those in ids.items())
    return or_(false(), *each) & visible(actor, Version)


def new_batch() -> str:
    """The name of one decision, on however many versions: what undo takes back."""
    return uuid4().hex


@dataclass(frozen=True)
class Undone:
    """Ids of what was taken back: unseen outside, and as a reversal that the organization is told of."""

    unseen: list[int]
    reversed: list[int]


def undo(batch: str, *, actor: Actor, now: datetime, version_id: int | None = None) -> Undone:
    """Takes a decision back, or one version's part of it. Within the hold nothing was seen outside and nothing will
    be; a later undo of an approval that is not public yet is a reversal. Raises Conflict when nothing can be taken
    back any more."""
    held = Version.hold_until > now
    part = Version.id == version_id if version_id else true()
    inside = _take_back(batch, held & part, actor=actor, now=now)
    late = ~held & (Version.state == State.approved) & part
    reversed_ = _take_back(batch, late, actor=actor, now=now, letter="approval_reversed")
    ids = [row.id for row in [*inside, *reversed_]]
    outbox.take_back(batch, ids)
    field_notes.take_back(batch, ids)
    if not inside and not reversed_:
        raise Conflict("競合：取り消せる時間を過ぎたか、ほかの人が先に処理しました。")
    return Undone([row.id for row in inside], [row.id for row in reversed_])


def _take_back(
    batch: str, when: ColumnElement[bool], *, actor: Actor, now: datetime, letter: str = ""
) -> Sequence[Row]:
    return _move(
        Action.undo,
        [Version.batch == batch, when],
        actor=actor,
        now=now,
        letter=letter,
        values={"comment": "", "decided_at": field_notes.returned_before(batch), "decided_by_id": None},
    )


def _move(
    action: Action,
    where: Sequence[ColumnElement[bool]],
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
    notes: Sequence[Said] = (),
    batch: str | None = None,
    hold: timedelta = timedelta(0),
    letter: str = "",
    values: Mapping[str, Any] = MappingProxyType({}),
) -> Sequence[Row]:
    """All the steps that every move shares; returns the versions moved. Nothing else writes `state`."""
    transition = TRANSITIONS[action]
    if not may(actor, action):
        raise Forbidden("この操作を行う権限がありません。")
    office_letter = transition.office_letter if actor.is_secretariat else ""
    comment = _comment(comment, is_needed=(transition.needs_comment and not notes) or bool(office_letter))
    hold_until = now + hold if transition.held else None
    columns = _columns(action, actor=actor, now=now, comment=comment) | dict(values)
    moved = db.session.execute(
        update(Version)
        .where(Version.state.in_(transition.sources), *where)
        .values(state=transition.target, revision=Version.revision + 1, batch=batch, hold_until=hold_until, **columns)
        .returning(*MOVED)
        .execution_options(synchronize_session=False)
    ).all()
    if moved and transition.silences:
        outbox.silence(transition.silences, [row.id for row in moved])
    if moved:
        field_notes.keep(moved, notes, batch=batch, now=now)
        said = field_notes.worded(moved[0].kind, notes)
        _record(action, moved, actor=actor, now=now, comment=comment, notes=said, batch=batch)
        letter = letter or office_letter or transition.letter
        more = {"notes": said} if said else {}
        letters.tell(letter, moved, comment=comment, actor=actor, now=now, not_before=hold_until, batch=batch, **more)
    return moved


def _comment(comment: str, *, is_needed: bool) -> str:
    comment = comment.strip()
    if is_needed and not comment:
        raise Refused("コメントを入力してください。")
    if len(comment) > LONGEST_COMMENT:
        raise Refused(f"コメントは{LONGEST_COMMENT:,}文字以内で入力してください（現在{len(comment):,}文字）。")
    return comment


def _columns(action: Action, *, actor: Actor, now: datetime, comment: str) -> dict[str, Any]:
    match action:
        case Action.submit:
            return {"submitted_at": now, "submitted_by_id": actor.account_id, "submissions": Version.submissions + 1}
        case Action.approve | Action.return_:
            return {"decided_at": now, "decided_by_id": actor.account_id, "comment": comment}
        case Action.unpublish | Action.restore:
            return {"comment": comment}
        case Action.publish:
            return {"published_at": now}
        case Action.close | Action.supersede:
            return {"ended_at": now}
    return {}


def _record(
    action: Action,
    moved: Sequence[Row],
    *,
    actor: Actor,
    now: datetime,
    comment: str,
    notes: Sequence[Mapping[str, str]],
    batch: str | None,
) -> None:
    details: dict[str, Any] = {"comment": comment} if comment else {}
    details |= {"noted": {note["label"]: note["text"] for note in notes}} if notes else {}
    audit.record_each(
        f"entry.{action}",
        [
            {
                "subject": "version",
                "subject_id": row.id,
                "organization_id": row.organization_id,
                "revision": row.revision,
                "batch": batch,
                "details": details,
            }
            for row in moved
        ],
        actor=actor,
        now=now,
    )


def _refusals(action: Action, missing: Sequence[Seen], *, actor: Actor) -> dict[int, Outcome]:
    """Why each was not moved, in one statement. What the actor may not see does not exist."""
    rows = db.session.execute(
        select(Version.id, Version.title, Version.state, Account.name)
        .join(Account, Account.id == func.coalesce(Version.decided_by_id, Version.updated_by_id), isouter=True)
        .where(Version.id.in_([item.version_id for item in missing]), visible(actor, Version))
    )
    found = {row.id: Outcome(row.id, row.title, refusal=_conflict(action, row)) for row in rows}
    return {
        item.version_id: found.get(item.version_id, Outcome(item.version_id, refusal=NotFound())) for item in missing
    }


def _conflict(action: Action, row: Row) -> Conflict:
    who = f"{row.name}さんが" if row.name else "ほかの人が"
    if row.state in TRANSITIONS[action].sources:
        return Conflict(f"競合：確認していた間に{who}内容を変更しました。新しい内容を確認してください。")
    return Conflict(f"競合：{who}先に処理しました。この操作は今の状態では行えません。")


def move_due(action: Action, ids: Sequence[int], *criteria: ColumnElement[bool], now: datetime) -> Sequence[Row]:
    """The clock's moves: by id, with the condition that made them due tested again in the same statement."""
    return _move(action, [among(Version.id, ids), *criteria], actor=CLOCK, now=now)


def is_held(version: Version, *, now: datetime) -> bool:
    return version.hold_until is not None and version.hold_until > now


def state_for(role: Role, version: Version, *, now: datetime) -> State:
    """The state that people outside the secretariat are shown: a decision on hold has not happened yet."""
    held = is_held(version, now=now) and version.state in (State.approved, State.returned)
    return State.submitted if held and role not in (Role.reviewer, Role.administrator) else version.state
