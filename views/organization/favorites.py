"""「気になる/応募一覧」: 「人材お気に入り一覧」, and 「応募一覧」 by the postings that people applied to."""

from typing import Any

from flask import request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from models.states import DownloadKind, Kind
from portal import clock
from portal.permissions import MEMBERS
from portal.recruiting import downloads, postings
from views.arguments import one_of, page_number
from views.organization.applicant_pages import KINDS as POSTINGS
from views.organization.favorite_pages import KINDS, listed_again, render_favorites
from views.organization.rooms import ROOMS
from views.organization.seeking import LOOK_FOR, SeekingView
from views.web import current_actor

FILES = {kind.value: kind for kind in KINDS}


class FavoritesView(SeekingView):
    roles = MEMBERS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            name="気になる/応募一覧",
            endpoint="organization_favorites",
            url="/mypage/favorites",
            category=LOOK_FOR,
            menu_icon_value="heart",
            **kwargs,
        )

    @expose("/")
    def index(self) -> str:
        return render_favorites(self)

    @expose("/postings/")
    def postings(self) -> str:
        """「応募一覧」: the postings of one kind with the numbers of those who applied."""
        actor, now = current_actor(), clock.now()
        kind = one_of(request.args.get("kind"), POSTINGS, Kind.job)
        number = page_number(request.args.get("page"), last=postings.LAST_PAGE)
        return self.render(
            "organization/postings.html",
            kind=kind,
            rooms=[ROOMS[each] for each in POSTINGS.values()],
            page=postings.page_of(kind, number, actor=actor),
            number=number,
            link_to=lambda page: url_for(".postings", kind=kind, page=page),
            now=now,
        )

    @expose("/export", methods=("POST",))
    def export(self) -> Response:
        kind = one_of(request.form.get("kind"), FILES, DownloadKind.favorites_xlsx)
        downloads.request(kind, 0, actor=current_actor(), now=clock.now())
        db.session.commit()
        return listed_again()
