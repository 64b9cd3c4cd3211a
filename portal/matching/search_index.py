"""The index of published profiles, kept true in the transaction of the profile itself, and its words (FTS5, GIN).

Facets are looked up in sets that each process remembers: `portal.matching.facet_sets`.
"""

import json
import random
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
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
from sqlalchemy import cast as cast_as
from sqlalchemy.dialects import postgresql

from models.base import db
from models.people import Account
from models.searching import TalentIndex, TalentSegment
from models.talents import Talent
from portal.connections import changes
from portal.database import begin_write, by_index, dialect, insert_or_update
from portal.matching import bitmaps, search_fields, search_texts, tokens
from portal.matching.tokens import Word

SEGMENT = 2048  # ids; so many bits are whole bytes
BITE = 200  # pages of FTS5
FEWEST_CHANGES = 2  # rows of its tables: by less it tells that all is merged
FIRST_DAY = date(2000, 1, 1)
FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
PLACES: Mapping[str, int] = {"updated": 32, "years": 7, "available": 16}  # binary, of the numbers
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
    column("word_stretches", postgresql.TSVECTOR),
    column("qualification_stretches", postgresql.TSVECTOR),
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
        statement = WRITE_WORDS[dialect()]
        db.session.execute(text(statement), [WORDS_OF[dialect()](profile) for profile in profiles])


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
        "word_stretches": _lexemes(tokens.stretches(words)),
        "qualification_stretches": _lexemes(tokens.stretches(qualifications)),
    }


def _lexemes(stretches: Iterable[str]) -> str:
    """As PostgreSQL reads them. They hold no quotes: they are letters, digits, spaces, and signs but no punctuation."""
    return " ".join(f"'{stretch}'" for stretch in stretches)


WORDS_OF = {"sqlite": words_on_sqlite, "postgresql": words_on_postgresql}
WRITE_WORDS = {
    "sqlite": "INSERT INTO talent_words (rowid, words, qualifications) VALUES (:talent_id, :words, :qualifications)",
    "postgresql": "INSERT INTO talent_words VALUES "
    "(:talent_id, :words, :qualifications, :word_tokens, :qualification_tokens, "
    "CAST(:word_stretches AS tsvector), CAST(:qualification_stretches AS tsvector))",
}


def tidy(_now: datetime) -> int:
    """SQLite keeps the words of a removed text until their pages are rewritten: here that is done, in bites between
    which other writers pass. Each bite is committed. No row is moved.
    """
    is_done = dialect() != "sqlite"
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


Asked = tuple[tuple[Word, ...], tuple[Word, ...]]  # of the texts, and of the qualifications alone


def having_each(asked: Sequence[Asked], *, segment: int | None = None) -> list[int]:
    """For each search the set of those whose texts have all its words, on request of one segment. In one statement."""
    ids = None if segment is None else (segment * SEGMENT, (segment + 1) * SEGMENT - 1)
    return (_on_sqlite if dialect() == "sqlite" else _on_postgresql)(asked, ids) if asked else []


def stretch(segment: int) -> int:
    """All ids of a segment, as a set."""
    return (1 << SEGMENT) - 1 << segment * SEGMENT


def _on_sqlite(asked: Sequence[Asked], ids: tuple[int, int] | None) -> list[int]:
    wanted: dict[str, Any] = {f"wanted_{place}": _match(*each) for place, each in enumerate(asked)}
    within = "" if ids is None else " AND rowid BETWEEN :low AND :high"
    parts = (
        f"(SELECT group_concat(rowid) FROM talent_words WHERE talent_words MATCH :{name}{within})"  # noqa: S608  # names and words are ours; what was typed is bound
        for name in wanted
    )
    bounds = {} if ids is None else {"low": ids[0], "high": ids[1]}
    row = db.session.execute(text(f"SELECT {', '.join(parts)}"), wanted | bounds).one()
    return [bitmaps.of(json.loads(f"[{found}]")) if found else 0 for found in row]  # quicker than to split it


def _match(words: Sequence[Word], qualification: Sequence[Word]) -> str:
    wanted = [f"words : {_phrase(word)}" for word in words]
    return " AND ".join([*wanted, *(f"qualifications : {_phrase(word)}" for word in qualification)])


def _phrase(word: Word) -> str:
    """Tokens hold no quotes: they are letters, digits and signs that are no punctuation."""
    return f'"{" ".join(word.in_order)}"{"*" if word.is_prefix else ""}'


def _on_postgresql(asked: Sequence[Asked], ids: tuple[int, int] | None) -> list[int]:
    """Ids come as one value, four bytes each, most significant first: rows would take longer to fetch than to find."""
    together = func.string_agg(func.int4send(WORDS.c.talent_id), literal(b""), type_=LargeBinary)
    within = () if ids is None else (WORDS.c.talent_id.between(*ids),)
    each_found = (select(together).where(*_said(*each), *within).scalar_subquery() for each in asked)
    with by_index():
        row = db.session.execute(select(*each_found)).one()
    return [_unpacked(found) for found in row]


def _said(words: Sequence[Word], qualification: Sequence[Word]) -> list[ColumnElement[bool]]:
    return [
        *_in_texts(words, WORDS.c.words, WORDS.c.word_tokens, WORDS.c.word_stretches),
        *_in_texts(
            qualification, WORDS.c.qualifications, WORDS.c.qualification_tokens, WORDS.c.qualification_stretches
        ),
    ]


def _unpacked(found: bytes | None) -> int:
    numbers = array("I", found or b"")
    if sys.byteorder == "little":
        numbers.byteswap()
    return bitmaps.of(numbers)


def _in_texts(words: Sequence[Word], plain: Any, unordered: Any, stretches: Any) -> Iterator[ColumnElement[bool]]:
    """Short words are tokens, longer ones begin stretches; of the longest these tell only where to look, and the text
    decides: to read it is the slowest of all.
    """
    if short := sorted({token for word in words if word.is_exact for token in word.unordered}):
        yield unordered.contains(short)
    for word in words:
        if not word.is_exact:
            beginnings = " & ".join(f"'{stretch}':*" for stretch in word.stretches)
            yield stretches.bool_op("@@")(cast_as(beginnings, postgresql.TSQUERY))
            if len(word.phrase) > tokens.LONGEST_STRETCH:
                yield func.strpos(plain, word.phrase) > 0


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
