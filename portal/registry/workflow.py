"""How what waits for the secretariat moves. `move` is the only writer of `RegistrationVersion.state`.

A move is one conditional UPDATE on id, state and the revision that was seen, as those of entries are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from models.base import db
from models.people import Account
from models.registrations import RegistrationVersion
from models.states import RegistrationAction, RegistrationKind, RegistrationState
from portal import audit
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.permissions import may, visible

LONGEST_COMMENT = 4000


@dataclass(frozen=True)
class Seen:
    version_id: int
    revision: int


@dataclass(frozen=True)
class Transition:
    sources: tuple[RegistrationState, ...]
    target: RegistrationState
    kinds: tuple[RegistrationKind, ...] = tuple(RegistrationKind)
    needs_comment: bool = False


BACK = (RegistrationState.draft, RegistrationState.returned)
WAITS = (RegistrationState.submitted,)
TRANSITIONS: Mapping[RegistrationAction, Transition] = {
    RegistrationAction.submit: Transition(BACK, RegistrationState.submitted),
    RegistrationAction.withdraw: Transition(
        (RegistrationState.submitted, RegistrationState.returned),
        RegistrationState.withdrawn,
        kinds=(RegistrationKind.change,),
    ),
    RegistrationAction.approve: Transition(WAITS, RegistrationState.approved),
    RegistrationAction.return_: Transition(WAITS, RegistrationState.returned, needs_comment=True),
    RegistrationAction.refuse: Transition(
        WAITS, RegistrationState.refused, kinds=(RegistrationKind.new,), needs_comment=True
    ),
}
DECISIONS = (RegistrationAction.approve, RegistrationAction.return_, RegistrationAction.refuse)
ACT = {action: f"registration.{action}" for action in RegistrationAction}


def find(version_id: int, *, actor: Actor) -> RegistrationVersion:
    version = db.session.scalars(
        select(RegistrationVersion).where(RegistrationVersion.id == version_id, visible(actor, RegistrationVersion))
    ).one_or_none()
    if version is None:
        raise NotFound
    return version


def move(
    action: RegistrationAction,
    version: RegistrationVersion,
    revision: int,
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
    values: Mapping[str, Any] | None = None,
) -> None:
    """Raises Forbidden, Refused for a comment that is missing, Conflict when somebody was quicker.

    Who may hand in a new registration is said by the mailed address that it was found by.
    """
    if action in ACT_NEEDS and not may(actor, ACT_NEEDS[action]):
        raise Forbidden("この操作を行う権限がありません。")
    transition = TRANSITIONS[action]
    comment = _comment(comment, is_needed=transition.needs_comment)
    decided = {"decided_at": now, "decided_by_id": actor.account_id, "comment": comment} if action in DECISIONS else {}
    moved = db.session.scalar(
        update(RegistrationVersion)
        .where(
            RegistrationVersion.id == version.id,
            RegistrationVersion.revision == revision,
            RegistrationVersion.state.in_(transition.sources),
            RegistrationVersion.kind.in_(transition.kinds),
        )
        .values(
            state=transition.target,
            revision=RegistrationVersion.revision + 1,
            updated_at=now,
            **decided,
            **(values or {}),
        )
        .returning(RegistrationVersion.id)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        raise _conflict(version.id)
    db.session.refresh(version)
    audit.record(
        ACT[action],
        subject="registration",
        subject_id=version.id,
        organization_id=version.organization_id,
        revision=version.revision,
        details={"comment": comment} if comment else {},
        actor=actor,
        now=now,
    )


ACT_NEEDS: Mapping[RegistrationAction, str] = {
    RegistrationAction.withdraw: "registration.write",
    **dict.fromkeys(DECISIONS, "registration.decide"),
}


def _comment(comment: str, *, is_needed: bool) -> str:
    comment = comment.strip()
    if is_needed and not comment:
        raise Refused("コメントを入力してください。")
    if len(comment) > LONGEST_COMMENT:
        raise Refused(f"コメントは{LONGEST_COMMENT:,}文字以内で入力してください（現在{len(comment):,}文字）。")
    return comment


def _conflict(version_id: int) -> Conflict:
    name = db.session.scalar(
        select(Account.name)
        .join(RegistrationVersion, RegistrationVersion.decided_by_id == Account.id)
        .where(RegistrationVersion.id == version_id)
    )
    who = f"{name}さんが" if name else "ほかの人が"
    return Conflict(f"競合：確認していた間に{who}先に処理したか、内容が変わりました。今の状態を確認してください。")
