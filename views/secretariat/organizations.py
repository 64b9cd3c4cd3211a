"""Organizations at the desk: the list, the page of one, and what is decided about it."""

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Query, selectinload
from werkzeug.wrappers import Response

from models.base import db
from models.organizations import Organization
from models.states import Kind, State
from portal import clock, codes
from portal.administration import organizations, posting_rights, suspension
from portal.dates import moment_short
from portal.errors import NotFound, Refused
from portal.permissions import may
from portal.registry import contents
from portal.wording import STATE_LOOK
from views.account import require_fresh
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of
from views.secretariat.records import ADMINISTRATORS, RecordsView
from views.web import current_actor

NUMBER = f"<int(min=1, max={LARGEST_ID}):organization_id>"
KINDS = {kind.value: kind for kind in Kind}
USES = {"open": "利用中", "suspended": "停止中"}
COUNTED = (State.published, State.submitted, State.returned)
DONE = {"stop": "掲載申請を停止しました。", "allow": "掲載申請を再開しました。"}


def in_use(row: Any) -> str:
    return f"{moment_short(row.suspended_at, clock.now())}から停止中" if row.suspended_at else "利用中"


def any_like(columns: Sequence[Any], text: str) -> ColumnElement[bool]:
    first, *others = (column.contains(text.strip(), autoescape=True) for column in columns)
    found: ColumnElement[bool] = first
    for other in others:
        found = found | other
    return found


class Organizations(RecordsView):
    list_template = "secretariat/organizations.html"
    column_list = ("name", "org_type", "prefecture", "members", "entries", "created_at", "suspended_at")
    column_labels = {
        "name": "名称",
        "org_type": "団体種別",
        "prefecture": "所在地",
        "members": "担当者",
        "entries": "掲載情報",
        "created_at": "登録日時",
        "suspended_at": "利用状況",
    }
    column_searchable_list = ("name",)
    column_sortable_list = ("name", "created_at")
    narrowed_by = "org_type"
    choices = {code.value: code.ja for code in codes.ORG_TYPES.own}
    own_arguments = ("org_type", "use")
    column_formatters = RecordsView.column_formatters | {
        "name": lambda _view, _context, row, _name: Markup(
            '<a class="title" href="/desk/organizations/{}/">{}</a>'
        ).format(row.id, row.name),
        "org_type": lambda _view, _context, row, _name: codes.ORG_TYPES.label(row.org_type),
        "members": lambda _view, _context, row, _name: f"{len(row.members)}名",
        "entries": lambda _view, _context, row, _name: counted(row.id),
        "suspended_at": lambda _view, _context, row, _name: in_use(row),
    }

    def search_placeholder(self) -> str:
        return "名称・カナ・法人番号"

    def get_query(self) -> Query[Any]:
        return super().get_query().options(selectinload(Organization.members))

    def _narrowed(self, query: Query[Any]) -> Query[Any]:
        use = one_of(request.args.get("use"), {word: word for word in USES}, "")
        if use:
            is_open = Organization.suspended_at.is_(None)
            query = query.filter(is_open if use == "open" else ~is_open)
        return super()._narrowed(query)

    def _apply_search(self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str) -> Any:
        found = any_like((Organization.name, Organization.name_kana, Organization.corporate_no), search)
        return query.filter(found), count_query.filter(found), joins, count_joins

    def get_list(self, *args: Any, **kwargs: Any) -> Any:
        """What the organizations of a page have posted, in one statement."""
        count, rows = super().get_list(*args, **kwargs)
        g.entries_of = organizations.counts_by_state([row.id for row in rows], actor=current_actor())
        return count, rows

    def render(self, template: str, **kwargs: Any) -> str:
        return super().render(template, uses=USES, use=request.args.get("use", ""), **kwargs)

    @expose(f"/{NUMBER}/")
    def detail(self, organization_id: int) -> str:
        return organization_page(self, organization_id)

    @expose(f"/{NUMBER}/note", methods=("POST",))
    def note(self, organization_id: int) -> Any:
        text = request.form.get("text", "")
        try:
            organizations.add_note(organization_id, text, actor=current_actor(), now=clock.now())
        except Refused as refusal:
            return refused(self, organization_id, refusal, "note", text)
        return done(organization_id, "メモを追加しました。", "notes")

    @expose(f"/{NUMBER}/posting", methods=("POST",))
    def posting(self, organization_id: int) -> Any:
        kind = one_of(request.form.get("kind"), KINDS, Kind.job)
        act, reason = request.form.get("act", ""), request.form.get("reason", "")
        change = one_of(act, {"stop": posting_rights.stop, "allow": posting_rights.allow}, posting_rights.stop)
        try:
            change(organization_id, kind, reason, actor=current_actor(), now=clock.now())
        except Refused as refusal:
            return refused(self, organization_id, refusal, f"posting-{kind}", reason)
        return done(organization_id, DONE.get(act, DONE["stop"]), "posting")


class Suspensions(PageView):
    """Shutting an organization out and letting it in again."""

    roles = ADMINISTRATORS
    stands_at = "団体"

    def is_visible(self) -> bool:
        return False

    @expose("/", methods=("GET",))
    def index(self) -> Response:
        return redirect("/desk/organizations/")

    @expose(f"/{NUMBER}/begin", methods=("POST",))
    @require_fresh()
    def begin(self, organization_id: int) -> Any:
        return self.turn(organization_id, suspension.suspend_organization, "団体の利用を停止しました。")

    @expose(f"/{NUMBER}/end", methods=("POST",))
    @require_fresh()
    def end(self, organization_id: int) -> Any:
        return self.turn(organization_id, suspension.restore_organization, "団体の利用を再開しました。")

    def turn(self, organization_id: int, act: Any, told: str) -> Any:
        reason = request.form.get("reason", "")
        try:
            act(organization_id, reason, actor=current_actor(), now=clock.now())
        except Refused as refusal:
            return refused(self, organization_id, refusal, "use", reason)
        return done(organization_id, told, "use")


def organization_page(view: Any, organization_id: int, *, refusal: str = "", at: str = "", typed: str = "") -> str:
    """`at` names the form that was refused, `typed` is what stood in it."""
    actor = current_actor()
    found = organizations.overview(organization_id, actor=actor)
    page: str = view.render(
        "secretariat/organization.html",
        found=found,
        organization=found.organization,
        registered=contents.in_words(found.organization),
        state_looks=[(state, look) for state, look in STATE_LOOK.items() if state is not State.draft],
        may_administer=may(actor, "desk.administer"),
        refusal=refusal,
        at=at,
        typed=typed,
        now=clock.now(),
    )
    return page


def counted(organization_id: int) -> str:
    """In words, of the states that somebody at the desk looks for."""
    found = g.entries_of.get(organization_id, {})
    return "・".join(f"{STATE_LOOK[state].label}{found[state]}" for state in COUNTED if state in found) or "なし"


def refused(view: Any, organization_id: int, refusal: Refused, at: str, typed: str) -> tuple[str, int]:
    db.session.rollback()
    if isinstance(refusal, NotFound):
        raise refusal
    return organization_page(view, organization_id, refusal=str(refusal), at=at, typed=typed), refusal.status


def done(organization_id: int, told: str, place: str) -> Response:
    db.session.commit()
    flash(told, "success")
    return redirect(url_for("desk_organizations.detail", organization_id=organization_id, _anchor=f"{place}-h"))
