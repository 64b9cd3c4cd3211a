"""The search for talents finds what a look at every profile finds, on both databases."""

from portal.matching.search import search
from tests.make import Maker
from tests.matching import population
from tests.matching.scan import Scan

PROFILES = 5000
QUERIES = 500


def test_a_search_finds_what_a_scan_finds(make: Maker) -> None:
    now, actor, stranger = make.now, make.member(), make.member()
    profiles = population.fill(PROFILES, now=now)
    hidden, marked = population.mark(actor, profiles, now=now)
    scans = {actor: Scan(profiles, hidden=hidden, marked=marked, now=now)}
    scans[stranger] = Scan(profiles, hidden=set(), marked=set(), now=now)
    hits = 0
    for place, query in enumerate(population.queries(QUERIES)):
        asker = actor if place % 3 else stranger
        found = search(query, actor=asker, now=now)
        assert ([row.id for row in found.rows], found.total, found.counts) == scans[asker].search(query), query
        hits += bool(found.rows)
    assert hits > QUERIES / 2
