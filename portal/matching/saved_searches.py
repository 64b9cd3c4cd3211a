"""「保存した検索」: searches of talents that an organization keeps by name, and who new matches them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.favorites import SavedSearch
from models.people import Account
from models.states import Role
from portal import audit
from portal.actors import Actor
from portal.database import rows_of, write
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.matching import search
from portal.matching.favorites import require_mark
from portal.matching.search import TalentQuery, read_query
from portal.permissions import asking, visible, whoever

MOST = 30  # of one organization
LONGEST_NAME = 50
TAKEN = "この名前の検索はすでに保存されています。別の名前を入力してください。"


def listed(*, actor: Actor) -> Sequence[Row]:
    """Those of the organization by name, with who saved each (`by`)."""
    return rows_of(_listed(actor.role), asking(actor))


@cache
def _listed(role: Role) -> Select:
    columns = ("id", "name", "query", "opened_at", "digest", "account_id")
    return (
        select(*(getattr(SavedSearch, name) for name in columns), Account.name.label("by"))
        .join(Account, Account.id == SavedSearch.account_id)
        .where(visible(whoever(role), SavedSearch))
        .order_by(SavedSearch.name, SavedSearch.id)
    )


def find(search_id: int, *, actor: Actor) -> SavedSearch:
    found = db.session.scalars(
        select(SavedSearch).where(SavedSearch.id == search_id, visible(actor, SavedSearch))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def query_of(saved: SavedSearch | Row) -> TalentQuery:
    """What it asks for; conditions that are not offered any more are left out."""
    return read_query(saved.query)


def save(name: str, query: TalentQuery, *, actor: Actor, now: datetime) -> SavedSearch:
    """Keeps the conditions, not the page that was open. Who saves gets the mails, when they ask for them."""
    require_mark(actor)
    name = _named(name)
    count = db.session.scalar(select(func.count()).select_from(SavedSearch).where(visible(actor, SavedSearch)))
    if (count or 0) >= MOST:
        raise Refused(f"保存できる検索は{MOST}件までです。不要な検索を削除してから保存してください。")
    arguments: dict[str, list[str]] = {}
    for key, value in query.on_page(1).arguments():
        arguments.setdefault(key, []).append(value)
    saved = SavedSearch(
        organization_id=actor.organization_id,
        account_id=actor.account_id,
        name=name,
        query=arguments,
        opened_at=now,
        told_at=now,
        created_at=now,
    )
    db.session.add(saved)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict(TAKEN) from error
    audit.record("search.save", subject="saved_search", subject_id=saved.id, actor=actor, now=now)
    return saved


def rename(search_id: int, name: str, *, actor: Actor, now: datetime) -> None:
    require_mark(actor)
    saved = find(search_id, actor=actor)
    saved.name = _named(name)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict(TAKEN) from error
    audit.record("search.rename", subject="saved_search", subject_id=search_id, actor=actor, now=now)


def remove(search_id: int, *, actor: Actor, now: datetime) -> None:
    require_mark(actor)
    if not write(delete(SavedSearch).where(SavedSearch.id == search_id, visible(actor, SavedSearch))):
        raise NotFound
    audit.record("search.remove", subject="saved_search", subject_id=search_id, actor=actor, now=now)


def set_digest(search_id: int, *, is_on: bool, actor: Actor, now: datetime) -> None:
    """Mails of new matches go to who saved the search, and only that person asks for them or stops them."""
    require_mark(actor)
    saved = find(search_id, actor=actor)
    if saved.account_id != actor.account_id:
        raise Forbidden("新着のメールは、検索を保存した人だけが設定できます。")
    if is_on and not saved.digest:
        saved.told_at = now  # what was there before is no news
    saved.digest = is_on
    audit.record(
        "search.digest",
        subject="saved_search",
        subject_id=search_id,
        details={"is_on": is_on},
        actor=actor,
        now=now,
    )
    db.session.flush()


def open_search(search_id: int, *, actor: Actor, now: datetime) -> tuple[TalentQuery, datetime]:
    """The search, and when it was opened before: what is newer is new. From now on nothing is."""
    saved = find(search_id, actor=actor)
    before = saved.opened_at
    db.session.execute(
        update(SavedSearch)
        .where(SavedSearch.id == search_id)
        .values(opened_at=now)
        .execution_options(synchronize_session=False)
    )
    return query_of(saved), before


def count_news(
    wanted: Mapping[int, tuple[SavedSearch | Row, datetime]], *, actor: Actor, now: datetime
) -> dict[int, int]:
    """How many match each search that were registered or changed since a moment of its own; alike for many searches."""
    if not wanted:
        return {}
    counts = search.count_newer([(query_of(saved), since) for saved, since in wanted.values()], actor=actor, now=now)
    return dict(zip(wanted, counts, strict=True))


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("検索の名前を入力してください。")
    if len(name) > LONGEST_NAME:
        raise Refused(f"検索の名前は{LONGEST_NAME}文字以内で入力してください（現在{len(name)}文字）。")
    return name
