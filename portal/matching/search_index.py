"""The index of published profiles, kept true in the transaction of the profile itself; and what it remembers.

Rows are the truth. Words are looked up in the database (FTS5, GIN), facets in sets that each process builds from the
rows and keeps: `talent_segment` tells with random stamps which stretches of ids changed, so what is remembered under a
stamp that the transaction sees is what the transaction would read, committed or not.
"""

import json
import random
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Engine,
    LargeBinary,
    Row,
    Select,
    Table,
    Text,
    column,
    delete,
    exists,
    func,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.dialects import postgresql

from models.base import db
from models.people import Account
from models.searching import TalentIndex, TalentSegment
from models.talents import Talent
from portal.database import begin_write, by_index, changes, insert_or_update
from portal.matching import bitmaps, search_fields, search_texts, tokens
from portal.matching.tokens import Word

SEGMENT = 2048  # ids
BITE = 200  # pages of FTS5
FEWEST_CHANGES = 2  # rows of its tables: by less it tells that all is merged
FIRST_DAY = date(2000, 1, 1)
FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
PLACES: Mapping[str, int] = {"updated": 32, "years": 7, "available": 16}  # binary, of the numbers
PUBLISHED = "published"
COLUMNS = [column for column in cast("Table", Talent.__table__).columns if column.name in search_texts.READ]
STAMPS = random.SystemRandom()
# On PostgreSQL, as the migrations make it.
WORDS = table(
    "talent_words",
    column("talent_id"),
    column("words"),
    column("qualifications"),
    column("word_tokens", postgresql.ARRAY(Text)),
    column("qualification_tokens", postgresql.ARRAY(Text)),
)


# ---- writing


def refresh(talent_ids: Sequence[int]) -> None:
    """Takes in the profiles as they now stand; who is not published, or is shut out, is in the index no longer.

    The segments are locked first, so that of two writers the later one reads what the earlier one wrote.
    """
    db.session.flush()
    _stamp({talent_id // SEGMENT for talent_id in talent_ids})
    profiles = db.session.execute(select(*COLUMNS).where(Talent.id.in_(talent_ids), _is_shown())).all()
    db.session.execute(delete(TalentIndex).where(TalentIndex.talent_id.in_(talent_ids)))
    if profiles:
        db.session.execute(cast("Table", TalentIndex.__table__).insert(), [row_of(profile) for profile in profiles])
        statement = WRITE_WORDS[_dialect()]
        db.session.execute(text(statement), [WORDS_OF[_dialect()](profile) for profile in profiles])


def _is_shown() -> ColumnElement[bool]:
    is_out = exists().where(Account.id == Talent.account_id, Account.suspended_at.is_not(None))
    return Talent.is_public & ~is_out


def _stamp(segments: Iterable[int]) -> None:
    rows = [{"id": segment, "stamp": STAMPS.getrandbits(62)} for segment in sorted(segments)]
    insert = insert_or_update(TalentSegment).values(rows)
    db.session.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"stamp": insert.excluded.stamp}))


def row_of(profile: Any) -> dict[str, Any]:
    return {
        "talent_id": profile.id,
        "revision": profile.revision,
        "facets": " ".join(sorted(search_fields.facets(profile))),
        **numbers(profile),
    }


def numbers(profile: Any) -> dict[str, int]:
    """Seconds of the last change, years of experience plus one, and days: the sooner one is available the higher."""
    return {
        "updated": seconds(profile.updated_at),
        "years": 0 if profile.years_total is None else min(profile.years_total, 100) + 1,
        "available": 0 if profile.available_from is None else sooner(profile.available_from),
    }


def seconds(moment: datetime) -> int:
    return max(0, int((moment - FIRST_MOMENT).total_seconds()))


def sooner(day: date) -> int:
    """1 to 65,535; days beyond the ends count as the ends."""
    return max(1, min(65_535, 65_535 - (day - FIRST_DAY).days))


def words_on_sqlite(profile: Any) -> dict[str, Any]:
    return {
        "talent_id": profile.id,
        "words": tokens.in_order(search_texts.words(profile)),
        "qualifications": tokens.in_order([profile.qualifications]),
    }


def words_on_postgresql(profile: Any) -> dict[str, Any]:
    words, qualifications = search_texts.words(profile), [profile.qualifications]
    return {
        "talent_id": profile.id,
        "words": tokens.plain(words),
        "qualifications": tokens.plain(qualifications),
        "word_tokens": sorted(tokens.unordered(words)),
        "qualification_tokens": sorted(tokens.unordered(qualifications)),
    }


WORDS_OF = {"sqlite": words_on_sqlite, "postgresql": words_on_postgresql}
WRITE_WORDS = {
    "sqlite": "INSERT INTO talent_words (rowid, words, qualifications) VALUES (:talent_id, :words, :qualifications)",
    "postgresql": "INSERT INTO talent_words VALUES "
    "(:talent_id, :words, :qualifications, :word_tokens, :qualification_tokens)",
}


def tidy(_now: datetime) -> int:
    """SQLite keeps the words of a removed text until their pages are rewritten: here that is done, in bites between
    which other writers pass. Each bite is committed. No row is moved.
    """
    is_done = _dialect() != "sqlite"
    while not is_done:
        begin_write()
        connection = db.session.connection()
        before = changes(connection)
        connection.execute(
            text("INSERT INTO talent_words (talent_words, rank) VALUES ('merge', :bite)"), {"bite": -BITE}
        )
        is_done = changes(connection) - before < FEWEST_CHANGES
        db.session.commit()
    return 0


# ---- words


Asked = tuple[Sequence[Word], Sequence[Word]]  # of the texts, and of the qualifications alone


def having(words: Sequence[Word], qualification: Sequence[Word] = ()) -> int:
    """The set of those whose texts have all these words, and whose qualifications all those."""
    return having_each([(words, qualification)])[0]


def having_each(asked: Sequence[Asked]) -> list[int]:
    """The same for several searches, in one statement."""
    return (_on_sqlite if _dialect() == "sqlite" else _on_postgresql)(asked) if asked else []


def _on_sqlite(asked: Sequence[Asked]) -> list[int]:
    wanted = {f"wanted_{place}": _match(*each) for place, each in enumerate(asked)}
    parts = (f"(SELECT group_concat(rowid) FROM talent_words WHERE talent_words MATCH :{name})" for name in wanted)  # noqa: S608  # names and words are ours; what was typed is bound
    row = db.session.execute(text(f"SELECT {', '.join(parts)}"), wanted).one()
    return [bitmaps.of(json.loads(f"[{found}]")) if found else 0 for found in row]  # quicker than to split it


def _match(words: Sequence[Word], qualification: Sequence[Word]) -> str:
    wanted = [f"words : {_phrase(word)}" for word in words]
    return " AND ".join([*wanted, *(f"qualifications : {_phrase(word)}" for word in qualification)])


def _phrase(word: Word) -> str:
    """Tokens hold no quotes: they are letters, digits and signs that are no punctuation."""
    return f'"{" ".join(word.in_order)}"{"*" if word.is_prefix else ""}'


def _on_postgresql(asked: Sequence[Asked]) -> list[int]:
    """Ids come as one value, four bytes each, most significant first: rows would take longer to fetch than to find."""
    together = func.string_agg(func.int4send(WORDS.c.talent_id), literal(b""), type_=LargeBinary)
    each_found = (select(together).where(*_said(*each)).scalar_subquery() for each in asked)
    with by_index():
        row = db.session.execute(select(*each_found)).one()
    return [_unpacked(found) for found in row]


def _said(words: Sequence[Word], qualification: Sequence[Word]) -> list[ColumnElement[bool]]:
    return [
        *_in_texts(words, WORDS.c.words, WORDS.c.word_tokens),
        *_in_texts(qualification, WORDS.c.qualifications, WORDS.c.qualification_tokens),
    ]


def _unpacked(found: bytes | None) -> int:
    numbers = array("I", found or b"")
    if sys.byteorder == "little":
        numbers.byteswap()
    return bitmaps.of(numbers)


def _in_texts(words: Sequence[Word], plain: Any, unordered: Any) -> Iterator[ColumnElement[bool]]:
    """Tokens tell of longer words only where to look; the text decides."""
    if words:
        yield unordered.contains(sorted({token for word in words for token in word.unordered}))
    for word in words:
        if not word.is_exact:
            yield func.strpos(plain, word.phrase) > 0


def _dialect() -> str:
    return db.session.get_bind().dialect.name


# ---- facets


@dataclass(frozen=True)
class Facets:
    """All published talents and, by "condition:choice", those who meet it. Never changed, only followed by another."""

    sets: Mapping[str, int] = field(default_factory=dict)
    stamps: Mapping[int, int] = field(default_factory=dict)
    _reaching: dict[tuple[str, int], int] = field(default_factory=dict, compare=False)  # once worked out

    @property
    def published(self) -> int:
        return self.sets.get(PUBLISHED, 0)

    def meeting(self, condition: str, choice: str) -> int:
        return self.sets.get(f"{condition}:{choice}", 0)

    def reaching(self, name: str, number: int) -> int:
        """Whose number is so high."""
        if (name, number) not in self._reaching:
            self._reaching[name, number] = bitmaps.at_least(self.published, self.slices(name), number)
        return self._reaching[name, number]

    def slices(self, name: str) -> list[int]:
        return [self.sets.get(f"{name}#{place}", 0) for place in reversed(range(PLACES[name]))]


_remembered: WeakKeyDictionary[Engine, Facets] = WeakKeyDictionary()
_building = Lock()


def facets() -> Facets:
    """As this transaction sees them; only segments that changed since the last time are read."""
    stamps = _stamps()
    known = _remembered.get(db.engine, Facets())
    if known.stamps == stamps:
        return known
    with _building:  # threads that come together wait for the one that reads
        known = _remembered.get(db.engine, Facets())
        if known.stamps != stamps:
            known = _remembered[db.engine] = _follow(known, stamps)
    return known


def _stamps() -> dict[int, int]:
    return dict(db.session.execute(select(TalentSegment.id, TalentSegment.stamp)).all())


def _follow(known: Facets, stamps: Mapping[int, int]) -> Facets:
    changed = [
        segment for segment in stamps.keys() | known.stamps.keys() if known.stamps.get(segment) != stamps.get(segment)
    ]
    sets = dict(known.sets)
    for segment in sorted(changed):
        _replace(sets, segment, _segment(segment))
    return Facets({name: bits for name, bits in sets.items() if bits}, stamps)


def _replace(sets: dict[str, int], segment: int, fresh: Mapping[str, int]) -> None:
    offset, mask = segment * SEGMENT, (1 << SEGMENT) - 1
    for name in sets.keys() | fresh.keys():
        bits = sets.get(name, 0)
        change = (bits >> offset & mask) ^ fresh.get(name, 0)
        if change:
            sets[name] = bits ^ change << offset


def _segment(segment: int) -> dict[str, int]:
    """The sets of one stretch of ids, counted from its beginning."""
    sets: dict[str, int] = {}
    for row in _rows(segment):
        bit = 1 << row.talent_id - segment * SEGMENT
        for name in (PUBLISHED, *row.facets.split()):
            sets[name] = sets.get(name, 0) | bit
        for number, places in PLACES.items():
            value = getattr(row, number)
            for place in range(places):
                if value >> place & 1:
                    name = f"{number}#{place}"
                    sets[name] = sets.get(name, 0) | bit
    return sets


def _rows(segment: int) -> Sequence[Row[Any]]:
    columns, begin = cast("Table", TalentIndex.__table__).c, segment * SEGMENT
    return db.session.execute(
        select(columns.talent_id, columns.facets, *(columns[name] for name in PLACES)).where(
            columns.talent_id.between(begin, begin + SEGMENT - 1)
        )
    ).all()


# ---- whole


def missing() -> Select:
    """Ids of profiles that the index does not know as they stand; none unless something was changed behind its back."""
    is_true = _is_shown() & (TalentIndex.revision == Talent.revision)
    is_absent = ~_is_shown() & TalentIndex.talent_id.is_(None)
    return (
        select(Talent.id)
        .outerjoin(TalentIndex, TalentIndex.talent_id == Talent.id)
        .where(~func.coalesce(is_true | is_absent, False))
    )
