"""What is asked for in a search for talents, as its address says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from portal.matching.search_fields import CONDITIONS, Shape

SORTS: Mapping[str, str] = {
    "updated": "更新日が新しい順",
    "oldest": "更新日が古い順",
    "years": "実務経験が長い順",
    "available": "着任できる時期が早い順",
    "newest": "登録が新しい順",
}
SIZES = (20, 50, 100)
LAST_PAGE = 100
LONGEST_KEYWORD = 100


@dataclass(frozen=True)
class TalentQuery:
    """`choices` holds conditions by name with what was chosen, both known and in the order of their declaration."""

    keyword: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "updated"
    page: int = 1
    size: int = SIZES[0]

    def arguments(self) -> list[tuple[str, str]]:
        """Of its address, always the same for the same search; defaults are left out."""
        pairs = [("keyword", self.keyword)] if self.keyword else []
        pairs += [(name, value) for name, values in self.choices.items() for value in values]
        pairs += [("sort", self.sort)] if self.sort != "updated" else []
        pairs += [("size", str(self.size))] if self.size != SIZES[0] else []
        return pairs + ([("page", str(self.page))] if self.page > 1 else [])

    def on_page(self, page: int) -> "TalentQuery":
        return replace(self, page=page)

    def without(self, name: str, value: str = "") -> "TalentQuery":
        """The same without one choice (or all of a condition, or the keyword), from its first page."""
        if name == "keyword":
            return replace(self, keyword="", page=1)
        left = tuple(chosen for chosen in self.choices.get(name, ()) if value and chosen != value)
        others = {key: left if key == name else chosen for key, chosen in self.choices.items()}
        return replace(self, choices={key: chosen for key, chosen in others.items() if chosen}, page=1)


def read_query(arguments: Mapping[str, Sequence[str]]) -> TalentQuery:
    """Whatever an address says: what is not known is left out, never refused, so that bookmarks stay good."""
    return TalentQuery(
        keyword=_words(arguments.get("keyword", ())),
        choices=_chosen(arguments),
        sort=_last(arguments, "sort") if _last(arguments, "sort") in SORTS else "updated",
        page=min(max(1, _number(_last(arguments, "page"), 1)), LAST_PAGE),
        size=_number(_last(arguments, "size"), SIZES[0]) if _last(arguments, "size") in map(str, SIZES) else SIZES[0],
    )


def _chosen(arguments: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    chosen: dict[str, tuple[str, ...]] = {}
    for name, condition in CONDITIONS.items():
        given = arguments.get(name, ())
        if condition.shape is Shape.text:
            values = [_words(given)] if _words(given) else []
        else:
            values = [value for value in condition.values if value in given]
        if values:
            chosen[name] = tuple(values)
    return chosen


def _words(given: Sequence[str]) -> str:
    """Words with one space between them, not longer than anybody types."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in " ".join(given[-1:])).split())[
        :LONGEST_KEYWORD
    ].strip()


def _last(arguments: Mapping[str, Sequence[str]], name: str) -> str:
    return "".join(arguments.get(name, ())[-1:])


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else default
