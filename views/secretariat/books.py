"""Model views of what stands in the code, and of which the model's table keeps what the desk made otherwise."""

from collections.abc import Sequence
from typing import Any

from views.admin import ScopedView
from views.secretariat.records import ADMINISTRATORS


class BookView(ScopedView):
    """Its list has a row for each entry of the book, touched by the desk or not. They are few: one page shows all."""

    roles = ADMINISTRATORS
    page_size = 0

    def entries(self) -> Sequence[Any]:
        raise NotImplementedError

    def get_list(self, page: int | None, *_others: Any, **_more: Any) -> Any:
        rows = [] if page else self.entries()
        return len(rows), rows

    def get_pk_value(self, model: Any) -> Any:
        return model.key
