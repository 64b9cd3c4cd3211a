"""A door of the house as its pages draw it: title, colours and a menu in the manual's words.

An `Admin` of Flask-Admin gets one as `admin.door`; views name their place by `category`, `name`, `menu_icon_value`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import g
from flask_admin import Admin


@dataclass(frozen=True)
class Item:
    label: str
    path: str
    icon: str
    current: bool
    count: int = 0


@dataclass
class Doorway:
    """`groups` orders the categories of the views; `count` gives the number beside an item, `name` who is at home."""

    admin: Admin
    title: str
    path: str
    css: str = ""
    dark: bool = False
    groups: tuple[str, ...] = ("",)
    regroup: Callable[[str], str] = lambda category: category  # where who asks finds what stands in a category
    count: Callable[[str], int] = lambda _label: 0
    name: Callable[[], str] = lambda: ""

    @property
    def organization(self) -> str:
        return self.name()

    def menu(self, view: Any) -> list[tuple[str, list[Item]]]:
        """The groups with the items that this person may enter, in the order of registration.

        Gathered once a request: a page may draw it at two places.
        """
        if "menu" not in g:
            g.menu = self._gather(view)
        return cast("list[tuple[str, list[Item]]]", g.menu)

    def _gather(self, view: Any) -> list[tuple[str, list[Item]]]:
        found: dict[str, list[Item]] = {group: [] for group in self.groups}
        for candidate in self.admin._views:  # noqa: SLF001  # the library offers the same list only as its own menu objects
            if candidate.is_visible() and candidate.is_accessible():
                found.setdefault(self.regroup(candidate.category or ""), []).append(self._item(candidate, view))
        return [(group, items) for group, items in found.items() if items]

    def _item(self, candidate: Any, view: Any) -> Item:
        return Item(
            str(candidate.name),
            candidate.menu.get_url(),
            candidate.menu_icon_value or "list",
            candidate is view or candidate.name == getattr(view, "stands_at", None),
            self.count(str(candidate.name)),
        )
