"""A talent's own profile: made with the account, saved by its owner, shown to organizations only when published."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from models.applications import Application
from models.base import db
from models.files import StoredFile
from models.people import Account
from models.talents import Talent
from portal import audit
from portal.actors import Actor
from portal.clock import local
from portal.errors import Conflict, Forbidden, Invalid
from portal.files import dropping
from portal.matching import search_index
from portal.permissions import visible
from portal.publishing.checks import ERROR, Finding

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
EARLIEST = date(1900, 1, 1)
LASTING = frozenset({"id", "account_id", "code", "created_at", "updated_at", "revision"})
SWITCHES = ("is_public", "accepts_offers", "shows_readers")


def new_code() -> str:
    """登録コード: T and nine signs that tell neither order nor number."""
    return "T" + "".join(secrets.choice(ALPHABET) for _ in range(9))


def create(account: Account, *, now: datetime) -> Talent:
    """The empty profile of a new account: published to nobody until its owner says so."""
    talent = Talent(account_id=account.id, code=new_code(), created_at=now, updated_at=now)
    db.session.add(talent)
    db.session.flush()
    return talent


def own(actor: Actor) -> Talent:
    talent = db.session.scalars(
        select(Talent).options(joinedload(Talent.account), joinedload(Talent.photo)).where(visible(actor, Talent))
    ).one_or_none()
    if talent is None:
        raise Forbidden("人材登録をした人だけが利用できます。")
    return talent


def save(values: Mapping[str, Any], *, revision: int, actor: Actor, now: datetime) -> None:
    """Overwrites the profile that its owner saw.

    Raises Invalid for dates that cannot be, Conflict when another window was quicker.
    """
    if wrong := list(_impossible(values, today=local(now).date())):
        raise Invalid(wrong)
    columns = {name: value for name, value in values.items() if name != "name"}
    saved = db.session.scalar(
        update(Talent)
        .where(Talent.revision == revision, visible(actor, Talent))
        .values(revision=Talent.revision + 1, updated_at=now, **columns)
        .returning(Talent.id)
        .execution_options(synchronize_session=False)
    )
    if saved is None:
        raise Conflict("競合：別の画面でプロフィールが保存されました。入力した内容はまだ保存されていません。")
    if values.get("name"):
        db.session.execute(
            update(Account)
            .where(Account.id == actor.account_id)
            .values(name=values["name"])
            .execution_options(synchronize_session=False)
        )
    search_index.refresh([saved])
    changed = {name: values[name] for name in SWITCHES if name in values}
    audit.record("talent.profile", subject="talent", subject_id=own(actor).id, details=changed, actor=actor, now=now)


def welcome_offers(*, welcome: bool, actor: Actor, now: datetime) -> None:
    """The one switch of the profile that can be turned elsewhere; a form that is open meanwhile is told so."""
    turned = db.session.scalar(
        update(Talent)
        .where(visible(actor, Talent), Talent.accepts_offers != welcome)
        .values(accepts_offers=welcome, revision=Talent.revision + 1, updated_at=now)
        .returning(Talent.id)
        .execution_options(synchronize_session=False)
    )
    if turned is not None:
        db.session.expire_all()
        search_index.refresh([turned])
        audit.record("talent.profile", subject="talent", details={"accepts_offers": welcome}, actor=actor, now=now)


def _impossible(values: Mapping[str, Any], *, today: date) -> Iterator[Finding]:
    born = values.get("birthdate")
    if born and not EARLIEST <= born < today:
        yield Finding("P-01", ERROR, "birthdate", "生年月日は、実際の日付（今日より前）を入力してください。")
    for place, row in enumerate(values.get("experiences") or (), start=1):
        if row.get("end") and row["end"] < (row.get("begin") or ""):
            message = f"海外での経験の{place}件目：終わりの年月を、始まりの年月より後にしてください。"
            yield Finding("P-02", ERROR, "experiences", message)
    fields = values.get("fields") or ()
    given = [row["field"] for row in values.get("field_years") or ()]
    for place, field in enumerate(given, start=1):
        if field not in fields:
            message = f"分野ごとの経験年数の{place}件目：「専門の分野課題」でも選択してください。"
            yield Finding("P-03", ERROR, "field_years", message)
        elif field in given[: place - 1]:
            message = f"分野ごとの経験年数の{place}件目：同じ分野が2つあります。1つにまとめてください。"
            yield Finding("P-04", ERROR, "field_years", message)


def clear(talent: Talent, *, now: datetime) -> None:
    """Empty again as a new one; the code stays, which tells nothing."""
    for column in Talent.__table__.columns:
        if column.key not in LASTING:
            default: Any = column.default
            setattr(talent, column.key, default and (default.arg(None) if default.is_callable else default.arg))
    talent.updated_at = now
    search_index.refresh([talent.id])


def set_photo(stored: StoredFile, *, actor: Actor, now: datetime) -> None:
    """The portrait that applications take along when they are asked for one; the one before is dropped."""
    talent = own(actor)
    if talent.photo_id is not None and not _is_frozen(talent.photo_id):
        dropping.drop([talent.photo_id], now=now)
    talent.photo_id = stored.id
    audit.record("talent.photo", subject="talent", subject_id=talent.id, actor=actor, now=now)
    db.session.flush()


def _is_frozen(file_id: int) -> bool:
    """Whether an application holds this picture as it was."""
    return db.session.scalar(select(Application.id).where(Application.photo_id == file_id).limit(1)) is not None
