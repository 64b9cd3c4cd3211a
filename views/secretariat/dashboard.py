"""ダッシュボード: what waits, how the office keeps up, what came in; every figure leads to its list."""

from flask import Response, current_app, request
from flask_admin import expose

from portal import clock
from portal.clock import local
from portal.figures import board
from portal.figures.board import SPANS, Board
from portal.permissions import SECRETARIAT
from portal.publishing import queue
from portal.publishing.business_days import closed_days
from portal.sheets import Cell
from portal.wording import MAIL_LOOK
from views.admin import PageView
from views.arguments import one_of
from views.files import send_sheet
from views.secretariat.panels import APPROVE, RETURN, days, drawn, events
from views.web import current_actor

USUAL = 12
SPAN_WORDS = {4: "4週", 12: "12週", 52: "1年"}
COUNTED = ("submit", "approve", "return", "publish", "apply")
HEAD = ("週の初日", "申請", "承認", "差戻し", "公開", "応募", "判断までの中央値（営業日）", "判断までの90％（営業日）")


class DashboardView(PageView):
    roles = SECRETARIAT

    @expose("/")
    def index(self) -> str:
        now, weeks = clock.now(), span()
        found, today = look(weeks), local(now).date()
        return self.render(
            "secretariat/dashboard.html",
            board=found,
            span=weeks,
            spans=[(count, SPAN_WORDS[count]) for count in SPANS],
            panels=drawn(found, goal=current_app.config["PORTAL"].approval_days),
            today={act: events(act, today, today) for act in (APPROVE, RETURN)},
            failed=[(MAIL_LOOK[state], count, f"/desk/mail/?state={state}") for state, count in found.failed.items()],
            is_running=board.is_running(found.jobs, now=now),
            most=board.MOST_COUNTED,
            now=now,
        )

    @expose("/weeks.csv")
    def weeks(self) -> Response:
        """The figures of weeks alone, which tell of nobody."""
        rows: list[list[Cell]] = [
            [week.monday, *map(week.of, COUNTED), days(week.median), days(week.p90)] for week in look(span()).weeks
        ]
        return send_sheet("dashboard", "csv", HEAD, rows)


def span() -> int:
    return one_of(request.args.get("weeks"), {str(count): count for count in SPANS}, USUAL)


def look(weeks: int) -> Board:
    now = clock.now()
    bounds = queue.bounds_of(now, closed_days())
    return board.board(weeks=weeks, bounds=bounds, actor=current_actor(), now=now)
