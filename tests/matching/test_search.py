"""The search for talents finds what a look at every profile finds, on both databases."""

from datetime import datetime
from functools import cache
from typing import Any

from portal.matching.search import search
from tests.make import Maker
from tests.matching import population
from tests.matching.scan import Scan

PROFILES = 5000
QUERIES = 500


def test_a_search_finds_what_a_scan_finds(make: Maker) -> None:
    now, actor, stranger = make.now, make.member(), make.member()
    keys = population.fill(population.profiles(PROFILES, now=now), now=now)
    assert keys == sorted(keys)
    population.mark(actor, keys, now=now)
    places, hits = {key: place for place, key in enumerate(keys)}, 0
    for number, query in enumerate(population.queries(QUERIES)):
        found = search(query, actor=actor if number % 3 else stranger, now=now)
        assert ([places[row.id] for row in found.rows], found.total, found.counts) == scanned(now)[number], query
        hits += bool(found.rows)
    assert hits > QUERIES / 2


@cache
def scanned(now: datetime) -> list[Any]:
    """What is to be found, the same on both databases: two in three questions are of who has favorites."""
    profiles = population.profiles(PROFILES, now=now)
    hidden, marked = population.chosen(range(PROFILES))
    scan = Scan(profiles, hidden=hidden, marked=marked, now=now)
    strangers = Scan(profiles, hidden=set(), marked=set(), now=now)
    return [
        (scan if number % 3 else strangers).search(query) for number, query in enumerate(population.queries(QUERIES))
    ]
