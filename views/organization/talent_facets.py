"""「条件で絞り込み」 as its template draws it: which choices stand there, what is chosen, how many each brings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from portal.matching.search import Found, TalentQuery
from portal.matching.search_fields import CONDITIONS, GROUPS, Choice, Condition, Group, Shape
from views.pictures import Pictures
from views.templating import macros

SHOWN = 8  # of a long list; the rest is folded
# Choices whose words alone do not say what they are about.
NAMED = frozenset(
    {"field_years", "place", "wish", "years", "offers", "available", "level", "updated", "qualification", "test"}
)
Counts = Mapping[str, int]
NOTHING = Markup("")

_pictures = Pictures(most=64)


@dataclass(frozen=True)
class Block:
    """One condition. `more` is folded below `boxes`; `parts` are its choices with folded ones below each, as a region's
    countries: the box, the folded ones, whether one of them is chosen, and the label."""

    name: str
    label: str
    shape: Shape
    heading: str = ""
    boxes: Markup = NOTHING
    more: Markup = NOTHING
    more_count: int = 0
    parts: Sequence[tuple[Markup, Markup, bool, str]] = ()
    text: str = ""
    is_folded: bool = False
    number: int = 0


@dataclass(frozen=True)
class Panel:
    """One of the four groups."""

    key: str
    label: str
    blocks: Sequence[Block]
    chosen: int

    @property
    def is_open(self) -> bool:
        return self.chosen > 0


class Chip(NamedTuple):
    words: str
    address: str  # of the search without it


def drawn(found: Found) -> Markup:
    """The groups as HTML. Who turns pages or sorts has the same counts, and many ask for nothing yet."""
    chosen = tuple(found.query.choices.items())
    return _pictures.of(chosen, found.counts, lambda: macros("organization/talents_groups.html").groups(panels(found)))


def panels(found: Found) -> list[Panel]:
    return [_panel(group, found) for group in GROUPS]


def _panel(group: Group, found: Found) -> Panel:
    query = found.query
    chosen = sum(len(query.choices.get(condition.name, ())) for condition in group.conditions)
    return Panel(group.key, group.label, list(_blocks(group, found)), chosen)


def _blocks(group: Group, found: Found) -> Iterator[Block]:
    """Languages that nobody here knows, and that were not asked for, are left out: there are forty of them."""
    for condition in group.conditions:
        chosen = found.query.choices.get(condition.name, ())
        counts = found.counts.get(condition.name, {})
        if condition.heading and not chosen and not any(counts.values()):
            continue
        yield _block(condition, chosen, counts)


def _block(condition: Condition, chosen: Sequence[str], counts: Counts) -> Block:
    name, shape, heading = condition.name, condition.shape, condition.heading
    if shape is Shape.text:
        return Block(name, condition.label, shape, text="".join(chosen))
    top = [choice for choice in condition.choices if not choice.parent]
    if len(top) < len(condition.choices):
        return Block(name, condition.label, shape, parts=_parts(condition, top, chosen, counts))
    shown = [choice for place, choice in enumerate(top) if heading or place < SHOWN or choice.value in chosen]
    more = [choice for choice in top[SHOWN:] if choice not in shown]
    return Block(
        name,
        condition.label,
        shape,
        heading,
        _boxes(name, shown, chosen, counts),
        _boxes(name, more, chosen, counts),
        len(more),
        is_folded=bool(heading) and not chosen,
        number=max(counts.values(), default=0),
    )


def _parts(
    condition: Condition, top: Sequence[Choice], chosen: Sequence[str], counts: Counts
) -> list[tuple[Markup, Markup, bool, str]]:
    """Countries below their regions: those where somebody is found, and those that are chosen."""
    below: dict[str, list[Choice]] = {}
    for choice in condition.choices:
        if choice.parent and (counts.get(choice.value) or choice.value in chosen):
            below.setdefault(choice.parent, []).append(choice)
    return [
        (
            _boxes(condition.name, [choice], chosen, counts),
            _boxes(condition.name, parts, chosen, counts),
            any(part.value in chosen for part in parts),
            choice.label,
        )
        for choice in top
        for parts in [below.get(choice.value, [])]
    ]


def _boxes(name: str, choices: Sequence[Choice], chosen: Sequence[str], counts: Counts) -> Markup:
    """Check boxes with their numbers: 「名称 (12)」. There are some hundred of them on a page, so they are put together
    from pieces that are escaped once."""
    drawn = []
    for choice in choices:
        number = counts.get(choice.value, 0)
        head, tail = _pieces(name, choice.value, choice.label)
        state = " checked" if choice.value in chosen else "" if number else " disabled"
        drawn.append(f"{head}{state}{tail}{number:,})</span></span></label>")
    return Markup("".join(drawn))  # noqa: S704  # pieces are escaped, the rest is ours


@cache
def _pieces(name: str, value: str, label: str) -> tuple[str, str]:
    head = Markup('<label class="ck fo"><input class="form-check-input" type="checkbox" name="{}" value="{}"')
    tail = Markup('><span>{} <span class="num muted">(')
    return str(head.format(name, value)), str(tail.format(label))


# ---- chips, addresses


def chips(query: TalentQuery) -> list[Chip]:
    return [Chip(words, address(query.without(name, value))) for name, value, words in active(query)]


def active(query: TalentQuery) -> Iterator[tuple[str, str, str]]:
    """Name and value of each condition that is chosen, with its words."""
    if query.keyword:
        yield "keyword", query.keyword, _("キーワード：%(words)s", words=query.keyword)
    for name, values in query.choices.items():
        yield from ((name, value, words_of(name, value)) for value in values)


def describe(query: TalentQuery) -> str:
    """The conditions of a search in one line."""
    return "、".join(words for _name, _value, words in active(query)) or _("すべての公開プロフィール")


def words_of(name: str, value: str) -> str:
    condition = CONDITIONS[name]
    words = condition.label_of(value)
    if condition.heading:  # a language with a level: 英語 A以上
        return f"{condition.label} {words.partition('（')[0]}"
    return f"{condition.label}：{words}" if name in NAMED else words


def address(query: TalentQuery, **more: str) -> str:
    pairs = query.arguments() + list(more.items())
    path = url_for("organization_talents.index")
    return f"{path}?{urlencode(pairs)}" if pairs else path
