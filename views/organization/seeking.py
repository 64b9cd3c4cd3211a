"""The base of 「登録人材情報を探す」: not for organizations without legal personality, by menu or address (G6)."""

from typing import Any

from portal.matching import viewing
from views.admin import PageView
from views.organization.lookup import may_search

LOOK_FOR = "登録人材情報を探す"


class SeekingView(PageView):
    def is_visible(self) -> bool:
        return self.is_accessible() and may_search()

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        answer = super()._handle_view(name, **kwargs)
        if answer is None:
            viewing.refuse_groups(may_search=may_search())
        return answer
