"""検索: everything of the desk by the beginning of what is typed, as a page and in the popup of the top bar."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import current_app, request, url_for
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
# Where each leads: the first of these pages that there is. `{title}` and `{id}` are the line's.
PAGES: Mapping[Group, tuple[tuple[str, str], ...]] = {
    "organization": (
        ("desk_organizations.details_view", "id={id}"),
        ("desk_organizations.index_view", "search={title}"),
    ),
    "person": (("desk_members.index_view", "search={title}"), ("desk_trail.index", "who=id:{id}")),
    "talent": (("desk_talents.index_view", "search={title}"), ("desk_trail.index", "subject=talent&number={id}")),
    "application": (("desk_trail.index", "subject=application&number={id}"),),
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
            (title, [(line, address_of(line)) for line in found if line.group == group])
            for group, title in TITLES.items()
        ]
        return self.render(
            "secretariat/finder.html",
            text=text,
            groups=[(title, lines) for title, lines in groups if lines],
            shortest=SHORTEST,
        )


def address_of(line: Found) -> str:
    if line.group == "entry":
        return f"/desk/review/{line.id}"
    endpoint, query = next(page for page in PAGES[line.group] if page[0] in current_app.view_functions)
    said = [pair.split("=") for pair in query.split("&")]
    return (
        f"{url_for(endpoint)}?{urlencode([(name, value.format(id=line.id, title=line.title)) for name, value in said])}"
    )
