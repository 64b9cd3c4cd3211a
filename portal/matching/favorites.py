"""気になる: talents that an organization keeps in view, with a note, a label and a next date that its members share.

The talent is never told.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, delete, func, select, update

from models.base import db
from models.favorites import Favorite
from models.states import Role
from models.talents import Talent
from portal import audit
from portal.actors import Actor
from portal.database import given, insert_or_update, write
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.matching.viewing import require_search
from portal.permissions import asking, may, visible, whoever

MOST = 5000  # of one organization
MOST_AT_ONCE = 100  # a page of the search
LONGEST_NOTE = 4000
LONGEST_LABEL = 30
KEPT_ANYWAY = (
    "この人材には、メモなどが保存されています。外すとメモも消えるため、「気になる/応募一覧」から外してください。"
)


@dataclass(frozen=True)
class Note:
    """What members write down about a favorite."""

    text: str = ""
    label: str = ""
    next_on: date | None = None


def favorites_of(actor: Actor, talent_ids: Collection[int]) -> set[int]:
    """Which of these talents are favorites of the actor's organization."""
    if not talent_ids:
        return set()
    return set(db.session.scalars(_marked(actor.role), {"ids": list(talent_ids), **asking(actor)}))


@cache
def _marked(role: Role) -> Select:
    return select(Favorite.talent_id).where(visible(whoever(role), Favorite), given(Favorite.talent_id))


def mark(code: str, *, actor: Actor, now: datetime) -> None:
    """「気になる」 of a published profile. Marking twice is marking once."""
    if not mark_each([code], actor=actor, now=now):
        raise NotFound


def mark_each(codes: Sequence[str], *, actor: Actor, now: datetime) -> int:
    """Marks those of the talents that the organization sees; returns how many it sees. Constant in statements."""
    require_mark(actor)
    if len(codes) > MOST_AT_ONCE:
        raise Refused(f"一度に追加できるのは{MOST_AT_ONCE}名までです。")
    ids = db.session.scalars(
        select(Talent.id).where(Talent.code.in_(codes), visible(actor, Talent)).order_by(Talent.id)
    ).all()
    known = favorites_of(actor, ids)
    fresh = [key for key in ids if key not in known]
    if not fresh:
        return len(ids)
    if count(actor) + len(fresh) > MOST:
        raise Refused(f"気になるに登録できるのは{MOST:,}名までです。不要になった人材を外してから追加してください。")
    rows = [
        {
            "organization_id": actor.organization_id,
            "talent_id": key,
            "account_id": actor.account_id,
            "note": "",
            "label": "",
            "revision": 1,
            "created_at": now,
        }
        for key in fresh
    ]
    db.session.execute(insert_or_update(Favorite).values(rows).on_conflict_do_nothing())
    events = [{"subject": "talent", "subject_id": key} for key in fresh]
    audit.record_each("favorite.mark", events, actor=actor, now=now)
    return len(ids)


def unmark(code: str, *, actor: Actor, now: datetime) -> None:
    """Takes the mark off. What members wrote down is not lost by one press: with a note it is refused."""
    require_mark(actor)
    plain = (Favorite.note == "") & (Favorite.label == "") & Favorite.next_on.is_(None)
    if not _take_off(code, plain, actor=actor, now=now) and _find(code, actor=actor) is not None:
        raise Conflict(KEPT_ANYWAY)


def remove(code: str, *, actor: Actor, now: datetime) -> None:
    """Takes the mark off with its note, label and date; also of a talent whose profile is private by now."""
    require_mark(actor)
    if not _take_off(code, actor=actor, now=now):
        raise NotFound


def save_note(code: str, note: Note, *, revision: int, actor: Actor, now: datetime) -> None:
    """Raises Conflict when another member wrote since; nothing is overwritten then."""
    require_mark(actor)
    text, label = note.text.strip(), note.label.strip()
    if len(text) > LONGEST_NOTE:
        raise Refused(f"メモは{LONGEST_NOTE:,}文字以内で入力してください（現在{len(text):,}文字）。")
    if len(label) > LONGEST_LABEL:
        raise Refused(f"ラベルは{LONGEST_LABEL}文字以内で入力してください（現在{len(label)}文字）。")
    favorite = find(code, actor=actor)
    saved = write(
        update(Favorite)
        .where(
            visible(actor, Favorite),
            Favorite.talent_id == favorite.talent_id,
            Favorite.revision == revision,
        )
        .values(note=text, label=label, next_on=note.next_on, revision=Favorite.revision + 1)
        .execution_options(synchronize_session=False)
    )
    if not saved:
        raise Conflict("競合：ほかの人がメモを書き換えました。入力した内容はまだ保存されていません。")
    audit.record("favorite.note", subject="talent", subject_id=favorite.talent_id, actor=actor, now=now)


def find(code: str, *, actor: Actor) -> Favorite:
    """The organization's favorite, whether or not the talent still publishes the profile."""
    favorite = _find(code, actor=actor)
    if favorite is None:
        raise NotFound
    return favorite


def is_published(favorite: Favorite, *, actor: Actor) -> bool:
    """Whether the organization may see the profile now."""
    seen = select(Talent.id).where(Talent.id == favorite.talent_id, visible(actor, Talent))
    return db.session.scalar(seen) is not None


def count(actor: Actor) -> int:
    return db.session.scalar(select(func.count()).select_from(Favorite).where(visible(actor, Favorite))) or 0


def require_mark(actor: Actor) -> None:
    require_search(actor)
    if not may(actor, "talent.mark"):
        raise Forbidden("この操作を行う権限がありません。")


def _find(code: str, *, actor: Actor) -> Favorite | None:
    return db.session.scalars(
        select(Favorite)
        .join(Talent, Talent.id == Favorite.talent_id)
        .where(Talent.code == code, visible(actor, Favorite))
        .execution_options(populate_existing=True)
    ).one_or_none()


def _take_off(code: str, *criteria: ColumnElement[bool], actor: Actor, now: datetime) -> bool:
    found = _find(code, actor=actor)
    if found is None:
        return False
    taken = write(
        delete(Favorite)
        .where(visible(actor, Favorite), Favorite.talent_id == found.talent_id, *criteria)
        .execution_options(synchronize_session=False)
    )
    if taken:
        db.session.expunge(found)
        audit.record("favorite.unmark", subject="talent", subject_id=found.talent_id, actor=actor, now=now)
    return bool(taken)
