"""The one base of every Flask-Admin view: nothing is open, seen or writable until a subclass says so.

Flask-Admin scopes only its list; here list, count, single rows, actions and look-ups go through
`portal.permissions.visible`. Addresses of operations that a view does not open are not registered at all.
"""

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import AdminIndexView, BaseView
from flask_admin.contrib.sqla import ModelView
from flask_admin.model.base import ViewArgs
from sqlalchemy import func, select
from sqlalchemy.orm import Query
from werkzeug.wrappers import Response

from models.base import db
from models.states import Role
from portal.errors import Invalid, Refused
from portal.permissions import visible
from views import login
from views.arguments import LARGEST_ID, whole_number
from views.web import current_actor

LAST_PAGE = 10_000
LONGEST_SEARCH = 100


class Door:
    """Who may enter a view. Another role is another class, never an `if` inside."""

    roles: frozenset[Role] = frozenset()

    def is_accessible(self) -> bool:
        return current_actor().role in self.roles

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Response:
        if current_actor().role is Role.anonymous:
            return redirect(login.address_for(request))
        abort(403)

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin's own calls a view again when it raises TypeError, which hides the error.
        return fn(self, *args, **kwargs)


class HomeView(Door, AdminIndexView):
    """The first page of a door; without Flask-Admin's own static files, of which none is used."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.static_folder = None
        self.static_url_path = None


class PageView(Door, BaseView):
    """A view with pages of its own making."""


class ScopedView(Door, ModelView):
    """A ModelView over the rows that the actor may see."""

    can_create = can_edit = can_delete = can_view_details = can_export = False
    page_size = 50
    column_display_actions = False
    column_editable_list = None
    form_columns: Sequence[str] = ()  # an allow-list; empty means no form
    export_max_rows = 10_000
    # The stock action hands raw ids to the database and passes by the services.
    action_disallowed_list = ("delete",)
    own_arguments: Sequence[str] = ()  # what a list's address may say beside Flask-Admin's own words

    # A view method and the attribute that opens it.
    OPENED_BY = {
        "create_view": "can_create",
        "edit_view": "can_edit",
        "delete_view": "can_delete",
        "details_view": "can_view_details",
        "export": "can_export",
        "ajax_lookup": "form_ajax_refs",
        "ajax_update": "column_editable_list",
    }

    def __init__(self, model: type, **kwargs: Any) -> None:
        super().__init__(model, db, **kwargs)
        self._refuse_unsafe_settings()
        self._urls: list[Any] = [address for address in self._urls if self._is_open(address[1])]

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Where to go afterwards, as the page before said. The library lets line ends through, which no header takes.
        if (back := request.values.get("url")) and not login.safe_path(back):
            abort(400, "戻り先のアドレスが正しくありません。")
        return super()._run_view(fn, *args, **kwargs)

    def _is_open(self, method: str) -> bool:
        if method == "action_view":  # the stock action is always there, allowed or not
            return any(self.is_action_allowed(name) for name, _label in self._actions)
        return method not in self.OPENED_BY or bool(getattr(self, self.OPENED_BY[method], None))

    def _refuse_unsafe_settings(self) -> None:
        """Stops the start of the application, not the first request."""
        name = type(self).__name__
        shown = {column if isinstance(column, str) else column.key for column in self.column_list or ()}
        searched = {column if isinstance(column, str) else column.key for column in self.column_searchable_list or ()}
        if not self.roles:
            raise TypeError(f"{name} names no roles")
        if (self.can_create or self.can_edit) and not self.form_columns:
            raise TypeError(f"{name} has a form without form_columns")
        if self.column_editable_list:
            raise TypeError(f"{name} edits in the list, which passes by the services")
        if not searched <= shown:
            raise TypeError(f"{name} searches columns that it does not show: {searched - shown}")

    acts_on_rows = False  # whether its template draws acts of its own beside each row
    # Words for the list's page.
    list_note = ""
    empty_text = ""

    def page_to(self, pager_url: Callable[[int], str]) -> Callable[[int], str]:
        """Flask-Admin counts pages from 0, people from 1."""
        return lambda page: pager_url(page - 1)

    def problems(self, form: Any) -> list[tuple[str, str, str]]:
        return [("", field.id, str(error)) for field in form for error in field.errors]

    # What exists for this actor: the same answer for list, count, single row and actions.

    def get_query(self) -> Query[Any]:
        return db.session.query(self.model).filter(visible(current_actor(), self.model))

    def get_count_query(self) -> Query[Any]:
        return db.session.query(func.count()).select_from(self.model).filter(visible(current_actor(), self.model))

    def get_one(self, id: str) -> Any:  # noqa: A002  # the library's name
        # An address that says it several times arrives as a tuple.
        key = whole_number(id if isinstance(id, str) else "", highest=LARGEST_ID)
        row = self.get_query().filter(self.model.id == key).one_or_none()
        return row if row is not None else abort(404)

    def chosen(self, ids: Sequence[str]) -> Sequence[Any]:
        """The visible rows among raw ids of a bulk action."""
        keys = [whole_number(text, highest=LARGEST_ID) for text in ids]
        return db.session.scalars(
            select(self.model).where(self.model.id.in_(keys), visible(current_actor(), self.model))
        ).all()

    # Input that Flask-Admin itself would answer with a 500.

    def _get_list_extra_args(self) -> ViewArgs:
        for name in ("page", "sort", "page_size", "desc"):
            if text := request.args.get(name):
                whole_number(text, highest=LAST_PAGE)
        if len(request.args.get("search", "")) > LONGEST_SEARCH:
            abort(400, f"検索する語は{LONGEST_SEARCH}文字以内で入力してください。")
        found = super()._get_list_extra_args()
        # Flask-Admin hands whatever else stands in the address on to url_for, which fails on some names.
        found.extra_args = {name: found.extra_args[name] for name in self.own_arguments if name in found.extra_args}
        return found

    def _get_list_filter_args(self) -> Any:
        try:
            return super()._get_list_filter_args()
        except (KeyError, ValueError):
            abort(400, "絞り込みの条件が正しくありません。")

    def render(self, template: str, **kwargs: Any) -> str:
        if kwargs.get("page") and not kwargs.get("data", True):
            abort(404)  # a page beyond the last of a list
        return super().render(template, **kwargs)

    def handle_view_exception(self, exc: Exception) -> bool:
        return False  # the text of an exception is never shown

    # Writing goes through a service; a refusal is shown at the form, anything else is a fault.

    def create_model(self, form: Any) -> Any:
        return self._served(lambda: self.write(form, None), form)

    def update_model(self, form: Any, model: Any) -> Any:
        return self._served(lambda: self.write(form, model), form)

    def delete_model(self, model: Any) -> Any:
        return self._served(lambda: self.remove(model))

    def write(self, form: Any, model: Any) -> Any:
        raise NotImplementedError

    def remove(self, model: Any) -> Any:
        raise NotImplementedError

    def _served(self, service: Callable[[], Any], form: Any = ()) -> Any:
        try:
            result = service()
            db.session.commit()
        except Invalid as invalid:  # told at the fields
            db.session.rollback()
            for finding in invalid.findings:
                form[finding.field].errors = [*form[finding.field].errors, finding.message]
            return False
        except Refused as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
            return False
        return result or True
