"""「保存した検索」: searches kept by name; every member opens them, editors and owners change them."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.errors import NotFound, Refused
from portal.matching import saved_searches
from portal.permissions import EDITORS, MEMBERS, may
from views.admin import PageView
from views.arguments import LARGEST_ID
from views.forms.inputs import read_text
from views.organization.seeking import SeekingView
from views.organization.talent_facets import address, describe
from views.organization.talent_pages import asked, render_search
from views.web import current_actor

SEARCH = f"<int(min=1, max={LARGEST_ID}):search_id>"
LONGEST_TYPED = 1000  # beyond what a name may have, which the rule says
LISTED = "organization_searches.index"


class SearchesView(SeekingView):
    roles = MEMBERS
    stands_at = "人材閲覧・オファーメール発信"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="保存した検索", endpoint="organization_searches", url="/mypage/searches", **kwargs)

    def is_visible(self) -> bool:
        return False  # reached from the search

    @expose("/")
    def index(self) -> str:
        return render_saved(self)

    @expose(f"/{SEARCH}/open", methods=("POST",))
    def open(self, search_id: int) -> Response:
        """Leads to the search. What is newer than its last opening counts as new, which the address says."""
        query, before = saved_searches.open_search(search_id, actor=current_actor(), now=clock.now())
        db.session.commit()
        return redirect(address(query, since=f"{before.timestamp():.0f}"), 303)


class SavingView(SeekingView):
    roles = EDITORS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="検索の保存", endpoint="organization_saving", url="/mypage/saving", **kwargs)

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def index(self) -> Response:
        return redirect(url_for(LISTED))

    @expose("/add", methods=("POST",))
    def add(self) -> Any:
        """「この検索を保存」: the search that the address asks for."""
        name = request.form.get("name", "")
        try:
            saved_searches.save(usable(name), asked(), actor=current_actor(), now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            return render_search(self, name=name, refusal=refusal), refusal.status
        db.session.commit()
        flash(_("検索を保存しました。「保存した検索」から開けます。"), "success")
        return redirect(address(asked()), 303)

    @expose(f"/{SEARCH}/rename", methods=("POST",))
    def rename(self, search_id: int) -> Any:
        name = request.form.get("name", "")
        try:
            saved_searches.rename(search_id, usable(name), actor=current_actor(), now=clock.now())
        except NotFound:
            raise
        except Refused as refusal:
            db.session.rollback()
            return render_saved(self, wrong=search_id, name=name, refusal=refusal), refusal.status
        return self.done(_("名前を変更しました。"))

    @expose(f"/{SEARCH}/remove", methods=("POST",))
    def remove(self, search_id: int) -> Response:
        saved_searches.remove(search_id, actor=current_actor(), now=clock.now())
        return self.done(_("保存した検索を削除しました。"))

    @expose(f"/{SEARCH}/digest", methods=("POST",))
    def digest(self, search_id: int) -> Response:
        is_on = request.form.get("on") == "1"
        saved_searches.set_digest(search_id, is_on=is_on, actor=current_actor(), now=clock.now())
        return self.done(_("新着をメールで知らせます。") if is_on else _("新着のメールを止めました。"))

    def done(self, told: str) -> Response:
        db.session.commit()
        flash(told, "success")
        return redirect(url_for(LISTED), 303)


def usable(name: str) -> str:
    try:
        return read_text(name, LONGEST_TYPED)
    except ValueError as error:
        raise Refused(str(error)) from None


def render_saved(view: PageView, *, wrong: int = 0, name: str = "", refusal: Refused | None = None) -> str:
    """`wrong` is the search whose new name was refused."""
    actor, now = current_actor(), clock.now()
    found = saved_searches.listed(actor=actor)
    news = saved_searches.count_news({saved.id: (saved, saved.opened_at) for saved in found}, actor=actor, now=now)
    return view.render(
        "organization/searches.html",
        rows=[
            (
                saved.id,
                saved.name,
                describe(saved_searches.query_of(saved)),
                news[saved.id],
                saved.opened_at,
                saved.by,
                saved.digest,
                saved.account_id == actor.account_id,
            )
            for saved in found
        ],
        may_mark=may(actor, "talent.mark"),
        wrong=wrong,
        name=name,
        refusal=refusal,
        now=now,
    )
