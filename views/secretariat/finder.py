"""検索: everything of the desk by the beginning of what is typed, as a page and in the popup of the top bar."""

from collections.abc import Callable, Mapping

from flask import request, url_for
from flask_admin import expose

from portal import finding
from portal.finding import SHORTEST, Found, Group
from portal.permissions import SECRETARIAT
from views.admin import PageView
from views.web import current_actor

TITLES: Mapping[Group, str] = {
    "organization": "団体",
    "entry": "掲載情報",
    "person": "担当者・事務局",
    "talent": "登録人材",
    "application": "応募",
}
# Of a person what they did: a member's page and a colleague's are two.
PAGES: Mapping[Group, Callable[[Found], str]] = {
    "organization": lambda line: url_for("desk_organizations.detail", organization_id=line.id),
    "entry": lambda line: f"/desk/review/{line.id}",
    "person": lambda line: url_for("desk_trail.index", who=f"id:{line.id}"),
    "talent": lambda line: url_for("desk_talents.detail", talent_id=line.id),
    "application": lambda line: url_for("desk_trail.index", subject="application", number=line.id),
}


class FinderView(PageView):
    roles = SECRETARIAT

    def is_visible(self) -> bool:
        return False  # it has its place in the top bar

    @expose("/")
    def index(self) -> str:
        text = request.args.get("q", "")[: finding.LONGEST]
        found = finding.find(text, actor=current_actor())
        groups = [
            (title, [(line, PAGES[group](line)) for line in found if line.group == group])
            for group, title in TITLES.items()
        ]
        return self.render(
            "secretariat/finder.html",
            text=text,
            groups=[(title, lines) for title, lines in groups if lines],
            shortest=SHORTEST,
        )
