"""Who meets which choice, in sets that each process builds from the rows of the index and keeps.

`talent_segment` tells with random stamps which stretches of ids changed: what is remembered under a stamp that the
transaction sees is what the transaction would read, committed or not.
"""

import logging
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import compress
from operator import ne
from threading import Lock, Thread
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from flask import Flask
from sqlalchemy import Engine, Select, Table, bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from models.base import db
from models.searching import TalentIndex, TalentSegment
from portal.database import rows_of
from portal.matching import bitmaps, search_index
from portal.matching.search_fields import OFFERED
from portal.matching.search_index import PLACES, Asked

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

PUBLISHED = "published"
MOST_ASKED = 64  # of each kind of answers that are remembered, none larger than one or two sets
MOST_STRETCHES = 4  # that words are looked for again in; beyond it in all


@dataclass(frozen=True)
class Having:
    """Those whose texts had the words when the segments had these stamps."""

    bits: int
    stamps: Mapping[int, int]


NEVER_ASKED = Having(0, {})


@dataclass(frozen=True)
class Facets:
    """All published talents and, by "condition:choice", those who meet it. Never changed, only followed by another."""

    sets: Mapping[str, int] = field(default_factory=dict)
    stamps: Mapping[int, int] = field(default_factory=dict)
    prints: Mapping[int, "array[int]"] = field(default_factory=dict, compare=False)  # by segment
    _reaching: dict[tuple[str, int], int] = field(default_factory=dict, compare=False)  # once worked out
    words: dict[Asked, "Having"] = field(default_factory=dict, compare=False)  # once asked, also of those before
    _answers: dict[Any, Any] = field(default_factory=dict, compare=False)

    @property
    def published(self) -> int:
        return self.sets.get(PUBLISHED, 0)

    def meeting(self, condition: str, choice: str) -> int:
        return self.sets.get(f"{condition}:{choice}", 0)

    @cached_property
    def choices(self) -> Mapping[str, Mapping[str, int]]:
        """By condition and choice, those who meet it, as far as anybody does."""
        found: dict[str, dict[str, int]] = {}
        for name in self.sets.keys() & OFFERED:
            condition, _colon, choice = name.partition(":")
            found.setdefault(condition, {})[choice] = self.sets[name]
        return found

    def having_each(self, asked: Sequence[Asked]) -> list[int]:
        """What `search_index` finds, remembered: to turn a page or choose a condition asks for the same words again.
        Where profiles changed since then only their stretches are looked through, if they are few.
        """
        known = {each: self.words.get(each, NEVER_ASKED) for each in asked}
        changed = {each: _changed(before.stamps, self.stamps) for each, before in known.items()}
        whole = [each for each, before in known.items() if before is NEVER_ASKED or len(changed[each]) > MOST_STRETCHES]
        found = {each: before.bits for each, before in known.items()}
        found |= zip(whole, search_index.having_each(whole), strict=True)
        partly = {each: changed[each] for each in known.keys() - set(whole) if changed[each]}
        for segment in sorted({segment for stretches in partly.values() for segment in stretches}):
            again = [each for each, stretches in partly.items() if segment in stretches]
            stretch = search_index.stretch(segment)
            for each, bits in zip(again, search_index.having_each(again, segment=segment), strict=True):
                found[each] = found[each] & ~stretch | bits
        _remember(self.words, {each: Having(found[each], self.stamps) for each in (*whole, *partly)})
        return [found[each] for each in asked]

    def counts(self, within: int) -> Mapping[str, Mapping[str, int]]:
        """By condition and choice how many of these meet it, as far as anybody does."""
        return {condition: self.count(within, condition) for condition in self.choices}

    def count(self, within: int, condition: str) -> dict[str, int]:
        """Of one condition alone."""
        return {choice: (within & bits).bit_count() for choice, bits in self.choices.get(condition, {}).items()}

    def remembered(self, asked: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """What these sets and the words asked for decide, and nothing else; remembered likewise."""
        answer: Answer | None = self._answers.get(asked)
        if answer is None:
            answer = work_out()
            _remember(self._answers, {asked: answer})
        return answer

    def reaching(self, name: str, number: int) -> int:
        """Whose number is so high."""
        if (name, number) not in self._reaching:
            self._reaching[name, number] = bitmaps.at_least(self.published, self.slices(name), number)
        return self._reaching[name, number]

    def slices(self, name: str) -> list[int]:
        return [self.sets.get(f"{name}#{place}", 0) for place in reversed(range(PLACES[name]))]


def _remember(known: dict[Any, Any], fresh: Mapping[Any, Any]) -> None:
    """The newest; those that are asked for again count as old all the same."""
    with _remembering:
        known.update(fresh)
        for oldest in list(known)[:-MOST_ASKED]:
            del known[oldest]


_remembering = Lock()
_remembered: WeakKeyDictionary[Engine, Facets] = WeakKeyDictionary()
_building = Lock()


def facets(stamps: Mapping[int, int]) -> Facets:
    """As the transaction sees them that read these stamps; only segments that changed since the last time are read."""
    known = _remembered.get(db.engine, Facets())
    if known.stamps == stamps:
        return known
    with _building:  # threads that come together wait for the one that reads
        known = _remembered.get(db.engine, Facets())
        if known.stamps != stamps:
            known = _remembered[db.engine] = _follow(known, stamps)
    return known


def warm(app: Flask) -> Thread:
    """Reads all of it beside the requests of a process that has just begun: the first search need not do it, and no
    other page waits for it. A search that comes meanwhile waits for the rest.
    """
    thread = Thread(target=_warm, args=(app,), name="facet-sets", daemon=True)
    thread.start()
    return thread


def _warm(app: Flask) -> None:
    with app.app_context():
        try:
            facets(read_stamps())
        except SQLAlchemyError as error:  # the first search tries again
            log.warning("facets not read: %s", type(error).__name__)


def read_stamps() -> dict[int, int]:
    return dict(db.session.execute(_all_stamps()).all())


@cache
def _all_stamps() -> Select:
    columns = cast("Table", TalentSegment.__table__).c
    return select(columns.id, columns.stamp)


def _follow(known: Facets, stamps: Mapping[int, int]) -> Facets:
    changed = _changed(known.stamps, stamps)
    if not known.sets:
        whole = [_read(number) if number in stamps else [] for number in range(max(changed, default=-1) + 1)]
        prints = {number: _prints(rows) for number, rows in enumerate(whole)}
        return Facets(_joined([_sets(rows) for rows in whole]), stamps, prints, words=known.words)
    sets, prints = dict(known.sets), dict(known.prints)
    for segment in sorted(changed):
        rows = _read(segment)
        before, prints[segment] = prints.get(segment, _no_prints()), _prints(rows)
        differs = map(ne, before, prints[segment])
        others = set(compress(range(search_index.SEGMENT), differs))
        _replace(sets, segment, others, _sets([row for row in rows if row[0] in others]))
    return Facets({name: bits for name, bits in sets.items() if bits}, stamps, prints, words=known.words)


def _changed(before: Mapping[int, int], stamps: Mapping[int, int]) -> set[int]:
    """The segments that hold something else."""
    if before is stamps:
        return set()
    return {segment for segment, _stamp in before.items() ^ stamps.items()}


def _joined(segments: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """All at once: to put them in one by one would copy each set for each segment."""
    size = search_index.SEGMENT // 8
    return {
        name: int.from_bytes(b"".join(segment.get(name, 0).to_bytes(size, "little") for segment in segments), "little")
        for name in {name for segment in segments for name in segment}
    }


def _replace(sets: dict[str, int], segment: int, others: Collection[int], fresh: Mapping[str, int]) -> None:
    """At the places of a segment that hold something else than before, `fresh` is what they hold now."""
    offset, places = segment * search_index.SEGMENT, bitmaps.of(others)
    for name in sets.keys() | fresh.keys():
        bits = sets.get(name, 0)
        change = (bits >> offset & places) ^ fresh.get(name, 0)
        if change:
            sets[name] = bits ^ change << offset


def _read(segment: int) -> list[tuple[Any, ...]]:
    """The rows of one stretch of ids, counted from its beginning."""
    begin = segment * search_index.SEGMENT
    rows = rows_of(_rows(), {"begin": begin, "end": begin + search_index.SEGMENT - 1})
    return [(number - begin, *met) for number, *met in rows]


def _prints(rows: Iterable[tuple[Any, ...]]) -> "array[int]":
    """What tells whether a place still holds the same: when a profile changes, all others of its segment do."""
    prints = _no_prints()
    for row in rows:
        prints[row[0]] = hash(row) or 1
    return prints


def _no_prints() -> "array[int]":
    return array("q", bytes(8 * search_index.SEGMENT))


def _sets(rows: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    if not rows:
        return {}
    places, facets, *numbers = zip(*rows, strict=True)
    meeting: defaultdict[str, list[int]] = defaultdict(list)
    for place, met in zip(places, facets, strict=True):
        for name in met.split():
            meeting[name].append(place)
    sets = {name: bitmaps.of(found) for name, found in ((PUBLISHED, places), *meeting.items())}
    for (name, binary), values in zip(PLACES.items(), numbers, strict=True):
        slices = bitmaps.slices(dict(zip(places, values, strict=True)), binary)
        sets |= {f"{name}#{place}": bits for place, bits in enumerate(slices)}
    return sets


@cache
def _rows() -> Select[Any]:
    columns = cast("Table", TalentIndex.__table__).c
    return select(columns.talent_id, columns.facets, *(columns[name] for name in PLACES)).where(
        columns.talent_id.between(bindparam("begin"), bindparam("end"))
    )
