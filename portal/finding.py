"""What the desk finds by the beginning of what is typed: organizations, entries, talents, people, applications.

Each by an index, a handful of each; organizations, of which there are few, also by what is inside their names.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, or_, select

from models.applications import Application
from models.base import db
from models.entries import Entry, Version
from models.organizations import Organization
from models.people import Account
from models.states import ApplicationState, Kind, Role, State
from models.talents import Talent
from portal.actors import Actor
from portal.database import begins_with
from portal.errors import Forbidden
from portal.permissions import may, visible

MOST = 5  # of each group
LONGEST = 100
SHORTEST = 2  # one letter finds half of everything
CODED = re.compile(r"[A-Z0-9][A-Z0-9-]*", re.ASCII)

Group = Literal["organization", "entry", "person", "talent", "application"]


@dataclass(frozen=True)
class Found:
    """One line of an answer. `id` is that of the thing; of an entry that of the version to open."""

    group: Group
    id: int
    title: str
    note: str = ""
    kind: Kind | None = None
    state: State | None = None
    role: Role | None = None
    is_suspended: bool = False


def tidy(text: str) -> str:
    """As it is compared: no full-width letters, no spaces around."""
    return unicodedata.normalize("NFKC", text).strip()[:LONGEST]


def forms(text: str) -> tuple[str, ...]:
    """As it is compared and as it was typed: titles keep the full-width signs that they were written with."""
    return tuple(dict.fromkeys((tidy(text), text.strip()[:LONGEST])))


def find(text: str, *, actor: Actor) -> list[Found]:
    """Group by group, in five statements at most. What the actor may not see is not found.

    Of talents the code alone: their names are not the desk's to leaf through. A whole mail address finds its owner.
    """
    if not may(actor, "desk.read"):
        raise Forbidden("この操作を行う権限がありません。")
    wanted = tidy(text)
    if len(wanted) < SHORTEST:
        return []
    found = [*_organizations(text, actor=actor), *_entries(text, actor=actor), *_people(text)]
    if CODED.fullmatch(wanted.upper()):
        found += _applications(wanted)
    return found + _talents(wanted)


def organizations_named(text: str, *, most: int) -> Select:
    """Ids by what stands anywhere in one of an organization's names; those it begins with come first."""
    names = (Organization.name, Organization.short_name, Organization.name_kana, Organization.name_en)
    wanted = forms(text)
    inside = or_(*(func.lower(name).contains(form.lower(), autoescape=True) for name in names for form in wanted))
    first = _begins(Organization.name, text).desc()
    return select(Organization.id).where(inside).order_by(first, Organization.id).limit(most)


def accounts_named(text: str, *, most: int) -> Select:
    """Ids of accounts by the beginning of a name or of a mail address."""
    wanted = tidy(text)
    if "@" in wanted:
        column, known = Account.email, begins_with(Account.email, wanted.lower())
    else:
        column, known = Account.name, _begins(Account.name, text)
    return select(Account.id).where(known).order_by(column, Account.id).limit(most)


def _begins(column: Any, text: str) -> ColumnElement[bool]:
    return or_(*(begins_with(column, form) for form in forms(text)))


def _organizations(text: str, *, actor: Actor) -> list[Found]:
    ids = organizations_named(text, most=MOST).where(visible(actor, Organization)).scalar_subquery()
    rows = db.session.execute(
        select(Organization.id, Organization.name, Organization.prefecture, Organization.suspended_at)
        .where(Organization.id.in_(ids))
        .order_by(Organization.name, Organization.id)
    )
    return [
        Found("organization", row.id, row.name, row.prefecture, is_suspended=row.suspended_at is not None)
        for row in rows
    ]


def _entries(text: str, *, actor: Actor) -> list[Found]:
    """By number or title; of each entry the version that the desk would open."""
    columns = (Version.id, Version.title, Version.kind, Version.state, Entry.number, Organization.name)
    code = tidy(text).upper()
    numbered = begins_with(Entry.number, code) if CODED.fullmatch(code) else None
    rows = db.session.execute(
        select(*columns)
        .join(Entry, Entry.id == Version.entry_id)
        .join(Organization, Organization.id == Version.organization_id)
        .where(_begins(Version.title, text) if numbered is None else numbered)
        .where(visible(actor, Version), Version.state != State.superseded)
        .order_by(Version.title if numbered is None else Entry.number, Version.id.desc())  # as the index has them
        .limit(2 * MOST)
    )
    found: dict[str, Found] = {}
    for row in rows:
        note = f"{row.number}　{row.name}"
        found.setdefault(row.number, Found("entry", row.id, row.title, note, kind=row.kind, state=row.state))
    return list(found.values())[:MOST]


def _people(text: str) -> list[Found]:
    """Members and the secretariat by name or address. Talents are not among them."""
    wanted = tidy(text).lower()
    known = begins_with(Account.email, wanted) if wanted.isascii() else _begins(Account.name, text)
    rows = db.session.execute(
        select(Account.id, Account.name, Account.email, Account.role, Account.suspended_at, Organization.name)
        .outerjoin(Organization, Organization.id == Account.organization_id)
        .where(known, Account.role != Role.talent)
        .order_by(Account.email)
        .limit(MOST)
    )
    return [
        Found(
            "person", row[0], row[1], "　".join(filter(None, (row[2], row[5]))), role=row[3], is_suspended=bool(row[4])
        )
        for row in rows
    ]


def _talents(text: str) -> list[Found]:
    query: Any = select(Talent.id, Talent.code)
    if "@" in text:
        query = query.join(Account, Account.id == Talent.account_id).where(Account.email == text.lower())
    elif CODED.fullmatch(text.upper()):
        query = query.where(begins_with(Talent.code, text.upper()))
    else:
        return []
    rows: Sequence[Any] = db.session.execute(query.order_by(Talent.code).limit(MOST)).all()
    return [Found("talent", row.id, row.code) for row in rows]


def _applications(text: str) -> list[Found]:
    """Number and posting: what was applied with is between the talent and the organization."""
    rows = db.session.execute(
        select(Application.id, Application.number, Application.kind, Version.title)
        .join(Version, Version.id == Application.version_id)
        .where(begins_with(Application.number, text.upper()), Application.state != ApplicationState.draft)
        .order_by(Application.number)
        .limit(MOST)
    )
    return [Found("application", row.id, row.number, row.title, kind=row.kind) for row in rows]
