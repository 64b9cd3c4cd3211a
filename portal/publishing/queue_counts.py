"""How many wait behind each choice of the filter: one statement, each choice counted under all the other conditions."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import case, func, select

from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.people import Account
from models.states import State
from portal.actors import Actor
from portal.permissions import visible
from portal.publishing.queue_filter import ASKED, MISSED, NOBODY, Filter, conditions, due_of, misses


@dataclass(frozen=True)
class Tallies:
    due: Mapping[str, int]
    lamp: Mapping[str, int]
    org_type: Mapping[str, int]
    who: Mapping[str, int]  # numbers of accounts as text, NOBODY among them
    aside: int
    names: Mapping[str, str]  # of those in whose hands something is


class Group(NamedTuple):
    """Entries that no choice tells apart."""

    due: str
    missed: bool
    lamp: str
    org_type: str
    who: str
    name: str
    aside: bool
    number: int


def tallies(wanted: Filter, *, actor: Actor) -> Tallies:
    """`wanted.bounds` must be given. Registrations have a chip of their own."""
    groups = _grouped(wanted, actor=actor)
    who = str(actor.account_id) if wanted.mine else wanted.who
    asked: dict[str, Callable[[Group], bool]] = {
        "due": lambda group: group.missed if wanted.due == MISSED else wanted.due in ("", group.due),
        "lamp": lambda group: wanted.lamp in ("", group.lamp),
        "org_type": lambda group: wanted.org_type in ("", group.org_type),
        "who": lambda group: who in ("", group.who),
        "aside": lambda group: group.aside or not wanted.aside,
    }

    def under_others(name: str) -> list[Group]:
        return [group for group in groups if all(holds(group) for other, holds in asked.items() if other != name)]

    dues = under_others("due")
    return Tallies(
        due=_summed(dues, "due") | {MISSED: sum(group.number for group in dues if group.missed)},
        lamp=_summed(under_others("lamp"), "lamp"),
        org_type=_summed(under_others("org_type"), "org_type"),
        who=_summed(under_others("who"), "who"),
        aside=sum(group.number for group in under_others("aside") if group.aside),
        names={group.who: group.name for group in groups if group.name},
    )


def _summed(groups: Sequence[Group], name: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for group in groups:
        found[getattr(group, name)] += group.number
    return dict(found)


def _grouped(wanted: Filter, *, actor: Actor) -> list[Group]:
    """Of all that the kind and the words leave."""
    left = replace(wanted, due="", lamp="", org_type="", who="", mine=False, aside=False)
    lamp = case(((Version.error_count == 0) & (Version.warning_count == 0), "clean"), else_="warning")
    told = (
        select(
            due_of(ASKED).label("due"),
            case((misses(ASKED), 1), else_=0).label("missed"),
            lamp.label("lamp"),
            Organization.org_type,
            Version.assignee_id,
            Account.name,
            case((Version.aside_until > ASKED.now, 1), else_=0).label("aside"),
        )
        .join(Organization, Organization.id == Version.organization_id)
        .outerjoin(Account, Account.id == Version.assignee_id)
        .where(Version.state == State.submitted, visible(actor, Version), *conditions(left, actor=actor))
        .subquery()
    )
    rows = db.session.execute(select(*told.c, func.count().label("number")).group_by(*told.c), wanted.values)
    return [
        Group(
            due=row.due,
            missed=bool(row.missed),
            lamp=row.lamp,
            org_type=row.org_type,
            who=str(row.assignee_id or NOBODY),
            name=row.name or "",
            aside=bool(row.aside),
            number=row.number,
        )
        for row in rows
    ]
