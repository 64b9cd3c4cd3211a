"""「人材詳細を見る」: the published profile of one talent, for organizations with legal personality."""

from typing import Any

from flask import redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.database import begin_write
from portal.errors import Throttled
from portal.matching import viewing
from portal.permissions import MEMBERS
from views.admin import PageView
from views.visitor import settings
from views.web import current_actor


class TalentsView(PageView):
    roles = MEMBERS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="人材詳細", endpoint="organization_talents", url="/mypage/talents", **kwargs)

    def is_visible(self) -> bool:
        return False  # reached from a list of applicants

    @expose("/")
    def index(self) -> Response:
        return redirect(url_for("organization.index"))

    @expose("/<string(length=10):code>/")
    def detail(self, code: str) -> str:
        """The view is on record before the page is; who opens too many is told to wait, and the office is told."""
        actor, now = current_actor(), clock.now()
        begin_write()
        try:
            talent = viewing.open_profile(code, actor=actor, now=now, settings=settings())
        except Throttled as refusal:
            begin_write()
            viewing.note_limit(refusal, actor=actor, now=now)
            db.session.commit()
            raise
        db.session.commit()
        return self.render(
            "organization/talent.html",
            talent=talent,
            sections=viewing.texts_of(talent),
            is_stale=viewing.is_stale(talent, now=now),
            now=now,
        )
