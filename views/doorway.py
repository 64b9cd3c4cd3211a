"""A door of the house as its pages draw it: title, colours and a menu in the manual's words.

An `Admin` of Flask-Admin gets one as `admin.door`; views name their place by `category`, `name`, `menu_icon_value`.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from flask import g
from flask_admin import Admin
from markupsafe import Markup

from views.pictures import Pictures
from views.templating import macros

DRAWN = "admin/menu.html"


@dataclass(frozen=True)
class Item:
    label: str
    path: str
    icon: str
    current: bool
    count: int = 0


Menu = tuple[tuple[str, tuple[Item, ...]], ...]  # groups with their items


@dataclass
class Doorway:
    """`groups` orders the categories of the views; `count` gives the number beside an item, `name` who is at home.

    `visitor` is all that decides which items somebody finds: for the same answer they are gathered once a process.
    """

    admin: Admin
    title: str
    path: str
    visitor: Callable[[], Hashable]
    css: str = ""
    dark: bool = False
    groups: tuple[str, ...] = ("",)
    regroup: Callable[[str], str] = lambda category: category  # where who asks finds what stands in a category
    count: Callable[[str], int] = lambda _label: 0
    name: Callable[[], str] = lambda: ""
    _gathered: dict[Hashable, Any] = field(default_factory=dict)
    _pictures: Pictures = field(default_factory=lambda: Pictures(300))

    @property
    def organization(self) -> str:
        return self.name()

    def menu(self, view: Any) -> Menu:
        """The groups with the items that this person may enter, in the order of registration.

        Put together once a request: a page draws it at several places.
        """
        if "menu" not in g:
            g.menu = tuple(
                (group, tuple(self._item(candidate, view) for candidate in candidates))
                for group, candidates in self._entered()
            )
        return cast("Menu", g.menu)

    def top(self, view: Any) -> Markup:
        """What of the menu stands in the bar."""
        return self._drawn("top", view, dark=self.dark)

    def side(self, view: Any, *, folded: bool) -> Markup:
        """The menu beside the page, or behind the bar's button."""
        return self._drawn("side", view, dark=self.dark, folded=folded or self.dark, title=self.title)

    def _drawn(self, part: str, view: Any, **words: Any) -> Markup:
        menu = self.menu(view)
        place = part, view.endpoint, self.visitor(), *words.values()
        return self._pictures.of(place, menu, lambda: getattr(macros(DRAWN), part)(menu, **words))

    def _entered(self) -> list[tuple[str, list[Any]]]:
        visitor = self.visitor()
        if visitor not in self._gathered:
            self._gathered[visitor] = list(self._gather())
        return cast("list[tuple[str, list[Any]]]", self._gathered[visitor])

    def _gather(self) -> Iterator[tuple[str, list[Any]]]:
        found: dict[str, list[Any]] = {group: [] for group in self.groups}
        for candidate in self.admin._views:  # noqa: SLF001  # the library offers the same list only as its own menu objects
            if candidate.is_visible() and candidate.is_accessible():
                found.setdefault(self.regroup(candidate.category or ""), []).append(candidate)
        return ((group, candidates) for group, candidates in found.items() if candidates)

    def _item(self, candidate: Any, view: Any) -> Item:
        label = str(candidate.name)
        return Item(
            label,
            candidate.menu.get_url(),
            candidate.menu_icon_value or "list",
            candidate is view or candidate.name == getattr(view, "stands_at", None),
            self.count(label),
        )
