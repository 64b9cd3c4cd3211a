"""The charts of the dashboard with the tables of the same numbers; each number leads to its list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from models.states import Kind
from portal.figures.board import SPANS, Board, Week
from portal.publishing import queue
from portal.trail import words
from views.pictures import Pictures
from views.secretariat import charts
from views.secretariat.charts import Chart
from views.secretariat.trail import PATH
from views.templating import macros

SUBMIT, APPROVE, RETURN, PUBLISH = "entry.submit", "entry.approve", "entry.return", "entry.publish"
REGISTRATIONS, REGISTERED = "団体登録・変更", "/desk/registrations/"
KIND_NAMES = {Kind.job: "求人情報", Kind.event: "研修・イベント", Kind.notice: "お知らせ"}
DUE_CSS = {queue.LATE: "late", queue.TODAY: "today", queue.NEXT: "one", queue.REST: "rest"}
DUE_WORDS = {queue.LATE: "超過", queue.TODAY: "本日", queue.NEXT: "あと1日", queue.REST: "あと2日以上"}
OTHER_REASON = "定型文以外の理由"
LONGEST_NAME = 10  # what fits beside a lying bar

Cell = tuple[str, str]  # a number as it is read, and the address of its list or nothing
Rows = Sequence[tuple[str, Sequence[Cell]]]

_pictures = Pictures(most=len(SPANS))


@dataclass(frozen=True)
class Panel:
    """One box: a chart, what it is called, and its table. Without a chart there is nothing to show yet."""

    id: str
    title: str
    chart: Chart | None
    caption: str = ""
    heads: Sequence[str] = ()
    rows: Rows = ()
    note: str = ""
    legend: Sequence[tuple[str, str]] = ()


def drawn(found: Board, *, goal: int) -> Markup:
    """All of them as HTML."""

    def draw() -> Markup:
        panel = macros("secretariat/charts.html").panel
        return Markup("").join(panel(each) for each in panels(found, goal=goal))

    return _pictures.of(len(found.weeks), (found.weeks, found.waiting, found.registrations, goal), draw)


def panels(found: Board, *, goal: int) -> list[Panel]:
    """`goal` is the office's own promise in business days."""
    weeks = found.weeks
    return [
        of_waiting(found),
        of_time(weeks, goal),
        of_decisions(weeks),
        of_returns(found),
        bars("publications", "公開した情報（週ごと）", weeks, "publish", PUBLISH),
        bars("applications", "応募（週ごと）", weeks, "apply", words.APPLY),
    ]


def events(act: str, since: date, until: date) -> str:
    """Put together by hand: a page has a hundred of them, and nothing in them needs quoting."""
    return f"{PATH}?act={act}&since={since}&until={until}"


def of_week(act: str, week: Week) -> str:
    return events(act, week.monday, week.sunday)


def of_waiting(found: Board) -> Panel:
    """Entries by kind, then registrations, whose list knows no deadline to narrow it by."""
    listed = [
        (KIND_NAMES[kind], counts, address, {due: f"{address}&due={due}" for due in queue.DUES})
        for kind, counts in found.waiting.items()
        for address in [f"/desk/?kind={kind.value}"]
    ]
    listed.append((REGISTRATIONS, found.registrations, REGISTERED, dict.fromkeys(queue.DUES, REGISTERED)))
    drawn: list[tuple[str, list[tuple[int, str, str]], str]] = []
    rows: list[tuple[str, list[Cell]]] = []
    for name, counts, address, links in listed:
        total = f"{sum(counts.values()):,}"
        drawn.append((name, [(counts[due], f"b-{DUE_CSS[due]}", links[due]) for due in queue.DUES], f"{total}件"))
        rows.append((name, [*((f"{counts[due]:,}", links[due]) for due in queue.DUES), (total, address)]))
    late = found.waits(queue.LATE)
    return Panel(
        "waiting",
        "承認待ち：種別と期限",
        charts.lying(
            drawn,
            f"承認待ちの情報{found.total:,}件を種別と期限で分けたもの。期限を超過したものは{late:,}件。"
            f"団体登録・変更は{sum(found.registrations.values()):,}件",
        ),
        "承認待ちの件数（種別と期限）",
        ["種別", *DUE_WORDS.values(), "計"],
        rows,
        legend=[(f"k-{DUE_CSS[due]}", word) for due, word in DUE_WORDS.items()],
    )


def of_time(weeks: Sequence[Week], goal: int) -> Panel:
    last = next((week for week in reversed(weeks) if week.median is not None), None)
    if last is None:
        return Panel("time", "申請から判断まで（営業日）", None)
    median, p90 = days(last.median), days(last.p90)
    series = [
        ("l2", f"90％ {p90}", [week.p90 for week in weeks]),
        ("l1", f"中央値 {median}", [week.median for week in weeks]),
    ]
    about = f"申請から判断までの営業日。最近の週の中央値は{median}日、90％は{p90}日以内。期限は{goal}日"
    return Panel(
        "time",
        "申請から判断まで（営業日）",
        charts.lines(series, names(weeks), about, goal=(goal, f"期限 {goal}日")),
        "申請から判断までの営業日（週ごと）",
        ["週の初日", "中央値", "90％", "判断した件数"],
        table(weeks, lambda week: [(days(week.median), ""), (days(week.p90), ""), (f"{week.decided:,}", "")]),
    )


def of_decisions(weeks: Sequence[Week]) -> Panel:
    asked, decided = [week.of("submit") for week in weeks], [week.decided for week in weeks]
    links = {"b-in": [of_week(SUBMIT, week) for week in weeks], "b-bar": [of_week(APPROVE, week) for week in weeks]}
    about = f"週ごとの申請と判断の件数。途中の今週は申請{asked[-1]:,}件、判断{decided[-1]:,}件"
    columns = (("submit", SUBMIT), ("approve", APPROVE), ("return", RETURN))
    return Panel(
        "decisions",
        "申請と判断（週ごと）",
        charts.standing([("b-in", asked), ("b-bar", decided)], names(weeks), about, links=links),
        "申請・承認・差戻しの件数（週ごと。取り消した判断を除く）",
        ["週の初日", "申請", "承認", "差戻し"],
        table(weeks, lambda week: [(f"{week.of(what):,}", of_week(act, week)) for what, act in columns]),
        legend=[("k-in", "申請"), ("k-bar", "判断")],
    )


def bars(key: str, title: str, weeks: Sequence[Week], what: str, act: str) -> Panel:
    counts, links = [week.of(what) for week in weeks], [of_week(act, week) for week in weeks]
    about = f"{title}。途中の今週は{counts[-1]:,}件"
    return Panel(
        key,
        title,
        charts.standing([("b-bar", counts)], names(weeks), about, links={"b-bar": links}),
        title.replace("（", "の件数（"),
        ["週の初日", "件数"],
        table(weeks, lambda week: [(f"{week.of(what):,}", of_week(act, week))]),
        note="最後の週は途中です",
    )


def of_returns(found: Board) -> Panel:
    """Why entries went back: the saved phrases in the comments, and what the checks had found in them."""
    title = "差戻しの理由と確認項目"
    told = [(name or OTHER_REASON, number, "b-one") for name, number in found.reasons]
    told += [(f"確認項目 {rule}", number, "b-rest") for rule, number in found.rules]
    if not told:
        return Panel("returns", title, None)
    address = events(RETURN, found.weeks[0].monday, found.weeks[-1].sunday)
    drawn = [(short(name), [(number, css, address)], f"{number:,}件") for name, number, css in told]
    return Panel(
        "returns",
        title,
        charts.lying(drawn, f"差戻しの理由と確認項目。最も多いのは{told[0][0]}で{told[0][1]:,}件"),
        "差戻しの件数（理由の定型文と、自動の確認で見つかっていた項目）",
        ["理由・確認項目", "件数"],
        [(name, [(f"{number:,}", address)]) for name, number, _css in told],
        legend=[("k-one", "定型文の理由"), ("k-rest", "自動の確認")],
    )


def table(weeks: Sequence[Week], cells: Callable[[Week], list[Cell]]) -> Rows:
    """Newest first."""
    return [(name, cells(week)) for name, week in zip(names(weeks), weeks, strict=True)][::-1]


def names(weeks: Sequence[Week]) -> list[str]:
    return [f"{week.monday.month}/{week.monday.day}" for week in weeks]


def days(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
