"""Parts of pages that are drawn from nothing but numbers: the same numbers are the same picture, which is kept."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from flask_babel import get_locale
from markupsafe import Markup

from portal.code_list import CodeList


class Pictures:
    """The newest ones of a process, at most so many. Names come from code lists; whatever else differs is part of the
    place."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: dict[Hashable, tuple[Any, Markup]] = {}
        self._lock = Lock()

    def of(self, place: Hashable, numbers: Any, draw: Callable[[], Markup]) -> Markup:
        """What `draw` makes of the numbers; it is called only when they are others than at this place before."""
        place = (place, str(get_locale()), CodeList.rewordings)
        kept = self._kept.get(place)
        if kept is not None and kept[0] == numbers:
            return kept[1]
        picture = draw()
        with self._lock:
            self._kept.pop(place, None)
            self._kept[place] = numbers, picture
            for oldest in list(self._kept)[: -self.most]:
                del self._kept[oldest]
        return picture
