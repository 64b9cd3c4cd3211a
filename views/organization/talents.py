"""「人材閲覧・オファーメール発信」 and 「人材閲覧」: talents who publish their profile, found and read."""

from typing import Any

from flask_admin import expose

from models.base import db
from portal import clock
from portal.database import begin_write
from portal.errors import Throttled
from portal.matching import search, viewing
from portal.messaging import exchange, reach
from portal.permissions import MEMBERS, may
from views.organization.seeking import LOOK_FOR, SeekingView
from views.organization.talent_pages import render_search
from views.visitor import settings
from views.web import current_actor


class TalentsView(SeekingView):
    roles = MEMBERS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            name="人材閲覧・オファーメール発信",
            endpoint="organization_talents",
            url="/mypage/talents",
            category=LOOK_FOR,
            menu_icon_value="search",
            **kwargs,
        )

    @expose("/")
    def index(self) -> str:
        """Who searches more often than a person does is told to wait."""
        search.count_one(actor=current_actor(), now=clock.now(), settings=settings())
        return render_search(self)

    @expose("/<string(length=10):code>/")
    def detail(self, code: str) -> str:
        """The view is on record before the page is; who opens too many is told to wait, and the office is told."""
        actor, now = current_actor(), clock.now()
        try:
            talent = viewing.open_profile(
                code,
                actor=actor,
                now=now,
                settings=settings(),
                beside=reach.with_standing,
                values=reach.standing_at(now, settings()),
            )
        except Throttled as refusal:
            begin_write()
            viewing.note_limit(refusal, actor=actor, now=now)
            db.session.commit()
            raise
        written = exchange.with_talent(talent.id, actor=actor) if talent.is_written else ()
        db.session.commit()  # nothing is read after it
        return self.render(
            "organization/talent.html",
            talent=talent,
            sections=viewing.texts_of(talent),
            is_stale=viewing.is_stale(talent, now=now),
            favorite=talent if talent.marked_at else None,
            exchange=written,
            reason=reach.offer_reason(talent, settings()),
            may_mark=may(actor, "talent.mark"),
            may_write=may(actor, "message.write"),
            now=now,
        )
