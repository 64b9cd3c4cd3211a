"""A dozen fixed searches for talents: the page of each with all its counts, and the barest SQL beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import Connection

from portal.matching import tokens
from portal.matching.tokens import Word

BASE = "/mypage/talents/"
CODE = re.compile(r"\bT(\d{9})\b")
FACETS = (("field", "02"), ("language_en", "A"))
MANY = (
    *(("field", value) for value in ("02", "03", "12")), ("language_en", "B"), ("place", "africa_s"), ("years", "5"),
    ("years", "10"), ("degree", "bachelor"), ("offers", "yes"),
)  # fmt: skip


@dataclass(frozen=True)
class Search:
    label: str
    keyword: str = ""
    facets: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        pairs = [("keyword", self.keyword)] if self.keyword else []
        return f"{BASE}?{urlencode([*pairs, *self.facets])}"


SEARCHES = (
    Search("nothing asked"),
    Search("1 character, common", "水"),
    Search("1 character, rare", "鈿"),
    Search("2 characters, common", "国際"),
    Search("2 characters, rare", "螺鈿"),
    Search("8 characters, common", "コンサルタント業"),
    Search("8 characters, rare", "螺鈿細工の技術も"),
    Search("2 facets", facets=FACETS),
    Search("1 character, 2 facets", "水", FACETS),
    Search("2 characters, 2 facets", "感染", FACETS),
    Search("8 characters, 2 facets", "コンサルタント業", FACETS),
    Search("2 words, 6 facets of all kinds", "国際 研修", MANY),
)
W4 = SEARCHES[9]


def bare(connection: Connection, search: Search) -> str:
    """The barest SQL of a page: words from their index, facets looked for in the row, newest first."""
    words = tokens.words(search.keyword)
    criteria = [f"i.talent_id IN ({_of_words(connection, words)})"] if words else []
    names = dict.fromkeys(name for name, _value in search.facets)
    criteria += [
        f"({' OR '.join(_facet(name, value) for name, value in search.facets if name == wanted)})" for wanted in names
    ]
    hits = f"SELECT i.talent_id, i.updated FROM talent_index i {'WHERE ' if criteria else ''}{' AND '.join(criteria)}"
    return (
        f"WITH hits AS MATERIALIZED ({hits}) SELECT t.code, t.fields, t.languages, t.experiences, t.wish_kinds, "
        "t.wish_countries, t.years_total, t.updated_at, t.accepts_offers, substr(t.pr, 1, 80) FROM "
        "(SELECT talent_id, updated FROM hits ORDER BY updated DESC, talent_id DESC LIMIT 20) h "
        "JOIN talent t ON t.id = h.talent_id ORDER BY h.updated DESC, t.id DESC"
    )


def _facet(name: str, value: str) -> str:
    return rf"' ' || i.facets || ' ' LIKE '% {name}\:{value} %'"  # the colon is no parameter


def _of_words(connection: Connection, words: Sequence[Word]) -> str:
    if connection.dialect.name == "sqlite":
        phrases = [f'"{" ".join(word.in_order)}"{"*" if word.is_prefix else ""}' for word in words]
        return rf"SELECT rowid FROM talent_words WHERE talent_words MATCH 'words \: ({' AND '.join(phrases)})'"
    criteria = [_with(word) for word in words]
    return f"SELECT talent_id FROM talent_words WHERE {' AND '.join(criteria)}"


def _with(word: Word) -> str:
    if word.is_exact:
        return f"word_tokens @> ARRAY['{word.unordered[0]}']"
    return rf"word_stretches @@ $$'{word.phrase}'\:*$$\:\:tsquery"  # none of the searches has a longer one
