"""Talents of the demo look after their profiles, and staff keeps an eye on some of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from models.base import db
from portal.clock import local
from portal.demo import talents
from portal.demo.cast import House, Person
from portal.demo.life import Life
from portal.matching import favorites, profiles, saved_searches
from portal.matching.favorites import Note
from portal.matching.search import TalentQuery

SPREAD, STEP = 170, 37  # days over which profiles were changed last, and from one person to the next
UNTOUCHED = 11  # of so many people the last one never comes back


class Kept(NamedTuple):
    """Who is kept in view, counted among the published ones from the end; `next_on` in days from now."""

    place: int
    days: float  # ago
    text: str = ""
    label: str = ""
    next_on: int | None = None


KEPT = (
    Kept(1, 44, "前回の公募で最終候補。次の募集のときに連絡する。", "次の募集"),
    Kept(2, 31, "オンライン説明会に参加。現地調査の経験が長い。", "説明会", 6),
    Kept(3, 20, "", "説明会"),
    Kept(5, 12, "語学の証明書を確認できしだい、オファーメールを送る。", "次の募集", -1),
    Kept(6, 5),
    Kept(8, 3, "研修の講師をお願いできるか相談したい。", "講師", 0),
)
LEAVES_VIEW = 3  # of KEPT this one has made the profile private since
SEARCHES = (
    ("水資源・防災の専門家", TalentQuery(choices={"field": ("03",)}), 9),
    ("英語A以上・経験5年以上", TalentQuery(choices={"language_en": ("A",), "years": ("5", "10")}), 2),
)


def plan(life: Life) -> None:
    for number, person in enumerate(life.cast.talents, start=1):
        if number % UNTOUCHED:
            days = (number * STEP) % SPREAD + 0.3
            life.plan(life.now - timedelta(days=days), partial(_save, person, number))
    house, shown = life.cast.houses["org"], _published(life)
    for kept in KEPT:
        number, person = shown[-kept.place]
        life.plan(life.now - timedelta(days=kept.days), partial(_keep, kept, person, house, life.now))
        if kept.place == LEAVES_VIEW:
            life.plan(life.now - timedelta(days=1.2), partial(_save, person, number, is_public=False))
    for name, query, days in SEARCHES:
        life.plan(life.now - timedelta(days=days), partial(_search, name, query, house))


def _published(life: Life) -> Sequence[tuple[int, Person]]:
    return [pair for pair in enumerate(life.cast.talents, start=1) if pair[1].registered.is_public]


def _save(person: Person, number: int, now: datetime, *, is_public: bool | None = None) -> None:
    values = talents.profile(person.registered, number, now=now)
    if is_public is not None:
        values["is_public"] = is_public
    profile = profiles.own(person.actor)
    db.session.refresh(profile)  # saved before past the session
    profiles.save(values, revision=profile.revision, actor=person.actor, now=now)


def _keep(kept: Kept, person: Person, house: House, present: datetime, now: datetime) -> None:
    code = profiles.own(person.actor).code
    favorites.mark(code, actor=house.member, now=now)
    next_on = None if kept.next_on is None else local(present).date() + timedelta(days=kept.next_on)
    note = Note(kept.text, kept.label, next_on)
    if note != Note():
        favorites.save_note(code, note, revision=1, actor=house.member, now=now)


def _search(name: str, query: TalentQuery, house: House, now: datetime) -> None:
    saved_searches.save(name, query, actor=house.member, now=now)
