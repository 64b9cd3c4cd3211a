"""The trail as the desk reads it: found by person, organization, act, time and subject, newest first.

A page costs the same few statements whatever it shows. It goes on from a place, not from a number of rows, so that the
thousandth page is as quick as the first.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, literal, or_, select, tuple_, union_all

from models.applications import Application
from models.base import db
from models.entries import Entry, Version
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.states import ApplicationState
from models.talents import Talent
from portal import finding
from portal.actors import Actor
from portal.clock import TOKYO
from portal.errors import NotFound
from portal.permissions import visible
from portal.trail import words

PAGE_SIZE = 50
MOST_NAMED = 20  # people or organizations that a name may mean
MOST_ACTS = 60
EXPORT_CHUNK = 1000
IDS = re.compile(r"id:([0-9]{1,9}(,[0-9]{1,9})*)?", re.ASCII)
COLUMNS = (
    AuditEvent.id,
    AuditEvent.at,
    AuditEvent.action,
    AuditEvent.actor_id,
    AuditEvent.actor_role,
    AuditEvent.organization_id,
    AuditEvent.subject,
    AuditEvent.subject_id,
    AuditEvent.revision,
    AuditEvent.batch,
    AuditEvent.ip,
    AuditEvent.origin,
    AuditEvent.details,
)


class Place(NamedTuple):
    """Where a page begins or ends."""

    at: datetime
    id: int


@dataclass(frozen=True)
class Wanted:
    """What the trail is narrowed to; days are those of Tokyo, both included."""

    who: str = ""
    organization: str = ""
    act: str = ""  # a word of an act, or its dotted name
    since: date | None = None
    until: date | None = None
    subject: str = ""
    number: str = ""  # of the subject: its id, or the number that people know it by
    before: Place | None = None
    after: Place | None = None

    @property
    def is_narrowed(self) -> bool:
        return self != Wanted(before=self.before, after=self.after)


@dataclass(frozen=True)
class Page:
    """Events newest first, and where the pages beside it begin."""

    events: Sequence[Row]
    names: "Names"
    newer: Place | None = None
    older: Place | None = None


def page_of(wanted: Wanted, *, actor: Actor) -> Page:
    """At most PAGE_SIZE events, in seven statements at most."""
    branches = _branches(wanted)
    backwards = wanted.after is not None
    found = _read(branches, wanted, actor=actor, most=PAGE_SIZE + 1, backwards=backwards)
    goes_on, events = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        events.reverse()
    first, last = (Place(events[0].at, events[0].id), Place(events[-1].at, events[-1].id)) if events else (None, None)
    newer = first if (goes_on if backwards else wanted.before) else None
    older = last if (goes_on or backwards) else None
    return Page(events, Names.of(events, actor=actor), newer, older)


def find(event_id: int, *, actor: Actor) -> tuple[Row, "Names"]:
    event = db.session.execute(
        select(*COLUMNS).where(AuditEvent.id == event_id, visible(actor, AuditEvent))
    ).one_or_none()
    if event is None:
        raise NotFound
    return event, Names.of([event], actor=actor)


def everything(wanted: Wanted, *, actor: Actor) -> Iterator[tuple[Row, "Names"]]:
    """All that matches, newest first, some at a time: memory does not grow with the answer."""
    branches, wanted = _branches(wanted), replace(wanted, before=None, after=None)
    while True:
        events = _read(branches, wanted, actor=actor, most=EXPORT_CHUNK)
        names = Names.of(events, actor=actor)
        yield from ((event, names) for event in events)
        if len(events) < EXPORT_CHUNK:
            return
        wanted = replace(wanted, before=Place(events[-1].at, events[-1].id))


# ---- the query


def _branches(wanted: Wanted) -> list[list[ColumnElement[bool]]]:
    """One for each value of what narrows most, each of which an index gives in the order of time. None: no match."""
    sets = []
    if wanted.subject:
        sets.append([AuditEvent.subject == wanted.subject])
    if wanted.number:
        sets.append([AuditEvent.subject_id == key for key in _numbered(wanted.subject, wanted.number)])
    if wanted.who:
        sets.append([AuditEvent.actor_id == key for key in _people(wanted.who)])
    if wanted.organization:
        ids = db.session.scalars(finding.organizations_named(wanted.organization, most=MOST_NAMED)).all()
        sets.append([AuditEvent.organization_id == key for key in ids])
    if wanted.act:
        acts = [_is(act) for act in words.acts_of(wanted.act)[:MOST_ACTS]]
        # Beside what narrows more, acts need no branch of their own.
        sets.append([or_(*acts)] if sets and acts else acts)
    branches: list[list[ColumnElement[bool]]] = [[]]
    for values in sets:
        branches = [[*branch, value] for branch in branches for value in values]
    return branches[: MOST_NAMED * MOST_NAMED]


def _is(act: str) -> ColumnElement[bool]:
    if act == words.APPLY:
        return (AuditEvent.action == words.MOVE) & (AuditEvent.details["from"].as_string() == ApplicationState.draft)
    return AuditEvent.action == act


def by_id(who: str) -> str:
    """The same people without saying their names; reads what it wrote."""
    return f"id:{','.join(map(str, _people(who)))}" if who else ""


def _people(who: str) -> Sequence[int]:
    if IDS.fullmatch(who):
        return [int(part) for part in who.removeprefix("id:").split(",") if part]
    return db.session.scalars(finding.accounts_named(who, most=MOST_NAMED)).all()


def _numbered(subject: str, number: str) -> list[int]:
    """Ids of the subject by the number that people know: of an entry, a talent or an application; else the id."""
    known: Mapping[str, Select] = {
        "version": select(Version.id).join(Entry, Entry.id == Version.entry_id).where(Entry.number == number.upper()),
        "talent": select(Talent.id).where(Talent.code == number.upper()),
        "application": select(Application.id).where(Application.number == number.upper()),
    }
    if number.isascii() and number.isdigit():
        return [int(number)] if int(number) < 2**31 else []
    return list(db.session.scalars(known[subject].limit(MOST_NAMED))) if subject in known else []


def _read(
    branches: Sequence[Sequence[ColumnElement[bool]]],
    wanted: Wanted,
    *,
    actor: Actor,
    most: int,
    backwards: bool = False,
) -> list[Row]:
    if not branches:
        return []
    order = (AuditEvent.at, AuditEvent.id) if backwards else (AuditEvent.at.desc(), AuditEvent.id.desc())
    within = [visible(actor, AuditEvent), *_within(wanted)]
    ids = [select(AuditEvent.id).where(*within, *branch).order_by(*order).limit(most).subquery() for branch in branches]
    together = union_all(*(select(each.c.id) for each in ids)) if len(ids) > 1 else select(ids[0].c.id)
    chosen = select(*COLUMNS).where(AuditEvent.id.in_(together)).order_by(*order).limit(most)
    return list(db.session.execute(chosen).all())


def _within(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    place = tuple_(AuditEvent.at, AuditEvent.id)
    if wanted.since:
        yield AuditEvent.at >= datetime.combine(wanted.since, time(0), TOKYO).astimezone(UTC)
    if wanted.until:
        yield AuditEvent.at < datetime.combine(wanted.until + timedelta(days=1), time(0), TOKYO).astimezone(UTC)
    if wanted.before:
        yield place < tuple_(*_bound(wanted.before))
    if wanted.after:
        yield place > tuple_(*_bound(wanted.after))


def _bound(place: Place) -> tuple[Any, Any]:
    return literal(place.at, AuditEvent.at.type), literal(place.id)


# ---- the names of those concerned


@dataclass(frozen=True)
class Names:
    """Who acted, for which organization and on what, by id, as far as the actor may see it."""

    accounts: Mapping[int, str]
    organizations: Mapping[int, str]
    subjects: Mapping[tuple[str, int], str]

    @classmethod
    def of(cls, events: Sequence[Row], *, actor: Actor) -> "Names":
        """In six statements at most, however many events there are."""
        by_subject: dict[str, set[int]] = {}
        for event in events:
            if event.subject_id is not None:
                by_subject.setdefault(event.subject, set()).add(event.subject_id)
        people = {event.actor_id for event in events if event.actor_id} | by_subject.get("account", set())
        people |= {key for event in events if (key := event.details.get("assignee"))}
        houses = {event.organization_id for event in events if event.organization_id}
        houses |= by_subject.get("organization", set())
        houses |= {key for event in events if isinstance(key := event.details.get("organization"), int)}
        accounts = _pairs(select(Account.id, Account.name).where(Account.id.in_(people)), people)
        organizations = _pairs(select(Organization.id, Organization.name).where(Organization.id.in_(houses)), houses)
        subjects = {("account", key): accounts[key] for key in by_subject.get("account", ()) if key in accounts}
        subjects |= {
            ("organization", key): organizations[key]
            for key in by_subject.get("organization", ())
            if key in organizations
        }
        for subject, query in _subjects(by_subject, actor).items():
            subjects |= {(subject, key): name for key, name in _pairs(query, by_subject.get(subject)).items()}
        return cls(accounts, organizations, subjects)


def _subjects(ids: Mapping[str, set[int]], actor: Actor) -> dict[str, Select]:
    titles = select(Version.id, Version.title).where(Version.id.in_(ids.get("version", ())), visible(actor, Version))
    return {
        "version": titles,
        "talent": select(Talent.id, Talent.code).where(Talent.id.in_(ids.get("talent", ()))),
        "application": select(Application.id, Application.number).where(Application.id.in_(ids.get("application", ()))),
    }


def _pairs(query: Select, ids: Any) -> dict[int, str]:
    return dict(db.session.execute(query).all()) if ids else {}
