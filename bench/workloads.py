"""Pages that are measured: where the portal and the stock admin have them, the floor of each, and what was promised."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import Connection, text

from bench import applicants, floor, searches, weeks
from bench.generate import Size
from bench.rows import KEYWORD, WORKS

TITLE = re.compile(rf"(?:{'|'.join(WORKS)}) (\d+)")


@dataclass(frozen=True)
class Goals:
    """At least so many times ahead of stock, at most so many times the floor, at most so many ms; 0 for no promise."""

    ahead: float = 0
    floor: float = 0
    ms: float = 0


@dataclass(frozen=True)
class Page:
    """`stock` is empty where a stock admin has no such page."""

    key: str
    label: str
    ours: str
    stock: str
    floor: str
    rows: int
    who: str = ""  # "reviewer", "member" or "talent"; a stranger otherwise
    goals: Goals = Goals()
    row: re.Pattern[str] = TITLE

    def paths(self) -> dict[str, str]:
        return {"ours": self.ours} | ({"stock": self.stock} if self.stock else {})

    def check(self, text: str) -> list[str]:
        """What stands on a page, by the numbers in titles or names. Raises when it is not as much as it should be."""
        found = list(dict.fromkeys(self.row.findall(text)))
        if len(found) != self.rows:
            raise SystemExit(f"{self.key}: {len(found)} rows instead of {self.rows}")
        return found


PAGES = (
    Page("W1", "approval queue, 50 rows", "/desk/", "/admin/queue/", floor.QUEUE, 50, "reviewer", Goals(5, 5)),
    Page("own", "organization's list, 20 rows", "/mypage/jobs/", "/admin/own/", floor.OWN, 20, "member"),
    Page("public", "public list, 20 rows", "/jobs/", "/admin/public/", floor.PUBLIC_NEWEST, 20),
    Page(
        "keyword",
        "public list, by keyword",
        f"/jobs/?q={quote(KEYWORD)}",
        f"/admin/public/?search={quote(KEYWORD)}",
        floor.PUBLIC_KEYWORD,
        20,
    ),
)
WEEK = re.compile(r'apply&amp;since=([0-9-]+)&amp;until=[0-9-]+">([0-9,]+)</a>')  # and how many applied in it
NAME = re.compile(applicants.name_of(0).replace("0", r"(\d+)"))
TABLE = 50  # rows of a page of applicants


def application_pages(connection: Connection, size: Size) -> tuple[Page, ...]:
    """Pages about applications, which are found by what the database holds."""
    special = applicants.special_of(connection)
    first = floor.applicants(connection, special.table, TABLE)
    edge = connection.scalar(text(floor.EDGE.format(entry=special.busy, skipped=(size.page - 1) * TABLE - 1)))
    later = floor.applicants(connection, special.busy, TABLE, edge=edge)
    one = connection.scalar(text(floor.EDGE.format(entry=special.table, skipped=TABLE)))
    number = connection.scalar(text(f"SELECT number FROM entry WHERE id = {special.table}"))
    base, shown = "/mypage/applications", f"size={TABLE}"
    stock = "/admin/applicants"
    return (
        Page(
            "W2",
            f"applications of a posting with {size.busy:,}, page {size.page}",
            f"{base}/{special.busy}/?{shown}&after={edge}",
            f"{stock}/?entry={special.busy}&page={size.page - 1}",
            later,
            TABLE,
            "member",
            Goals(ahead=15),
            NAME,
        ),
        Page(
            "W3",
            f"applicants of a posting with {size.posting:,}, with documents",
            f"{base}/{special.table}/?{shown}",
            f"{stock}/?entry={special.table}",
            first,
            TABLE,
            "member",
            Goals(ahead=5),
            NAME,
        ),
        Page(
            "detail",
            "one application (応募編集), its reading on record",
            f"{base}/detail/{one}/",
            f"{stock}/details/?id={one}",
            floor.one_applicant(connection, one),
            1,
            "member",
            row=NAME,
        ),
        Page(
            "W8",
            f"dashboard, {weeks.SHOWN} weeks of {size.applications:,} applications and {size.entries:,} entries",
            "/desk/dashboard/",
            "/admin/dashboard/",
            floor.DASHBOARD,
            weeks.SHOWN,
            "reviewer",
            Goals(ms=15),
            WEEK,
        ),
        Page(
            "apply",
            "a talent's application form",
            f"/talent/apply/{number}",
            "",
            floor.FORM.format(entry=special.table),
            1,
            "talent",
            row=TITLE,
        ),
    )


SHOWN = 20  # rows of a page of talents


def talent_pages(connection: Connection) -> tuple[Page, ...]:
    """W4f is the page of W4: ours always counts each choice, which stock cannot."""
    found = f"by a field, a level of English and {searches.W4.keyword}"
    number = connection.scalar(text("SELECT max(id) FROM talent WHERE is_public"))
    stock = f"/admin/talents/?search={quote(searches.W4.keyword)}&field=02&english=1"
    bare = searches.bare(connection, searches.W4)
    return (
        Page(
            "W4",
            f"talents {found}, with all counts (W4f)",
            searches.W4.path,
            stock,
            bare,
            SHOWN,
            "member",
            Goals(ahead=15, ms=60),
            searches.CODE,
        ),
        Page(
            "W5",
            "talent page, its view on record",
            f"/mypage/talents/T{number:09d}/",
            f"/admin/talents/details/?id={number}",
            f"SELECT * FROM talent WHERE id = {number}",
            1,
            "member",
            Goals(ahead=1),
            searches.CODE,
        ),
    )


APPROVE = ("W6", "approve {batch} in one request", Goals(floor=3))
PUBLISH = ("publish", "publish {due:,} due entries", Goals(floor=3))
ZIP = ("zip", "{archive:,} documents of a posting as one ZIP")
PDF = ("pdf", "résumé PDF of two pages, through the press", Goals(floor=2))
APPLICATION_PAGES = ("W2", "W3", "detail", "W8", "apply")
OF_APPLICATIONS = (*APPLICATION_PAGES, ZIP[0], PDF[0])
SEARCH = ("searches", "a dozen searches for talents, each page with all counts")
TALENT_PAGES = ("W4", "W5")
OF_TALENTS = (*TALENT_PAGES, SEARCH[0])
KEYS = (*(page.key for page in PAGES), APPROVE[0], PUBLISH[0], *OF_APPLICATIONS, *OF_TALENTS)
