"""Pages that are measured: where the portal and the stock admin have them, the floor of each, and what was promised."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import Connection, text

from bench import applicants, floor, searches, weeks
from bench.generate import Size
from bench.rows import BUSY_ORGANIZATION, KEYWORD, WORKS

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
    has_own_order: bool = False  # so that stock, which knows only columns to sort by, shows as many rows but others

    def paths(self) -> dict[str, str]:
        return {"ours": self.ours} | ({"stock": self.stock} if self.stock else {})

    def check(self, text: str) -> list[str]:
        """What stands on a page, by the numbers in titles or names. Raises when it is not as much as it should be."""
        found = list(dict.fromkeys(self.row.findall(text)))
        if len(found) != self.rows:
            raise SystemExit(f"{self.key}: {len(found)} rows instead of {self.rows}")
        return found


PAGES = (
    Page(
        "W1",
        "approval queue, 50 rows",
        "/desk/",
        "/admin/queue/",
        floor.QUEUE,
        50,
        "reviewer",
        Goals(5, 5),
        has_own_order=True,
    ),
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


BASE, STOCK = "/mypage/applications", "/admin/applicants"


def application_pages(connection: Connection, size: Size) -> tuple[Page, ...]:
    """Pages about applications, which are found by what the database holds."""
    special = applicants.special_of(connection)
    return (*_lists(connection, size, special), *_single_pages(connection, size, special))


def _lists(connection: Connection, size: Size, special: applicants.Special) -> tuple[Page, ...]:
    skipped, shown = (size.page - 1) * TABLE - 1, f"size={TABLE}"
    whole = floor.edge(connection, "organization_id", BUSY_ORGANIZATION, skipped=skipped)
    edge = floor.edge(connection, "entry_id", special.busy, skipped=skipped)
    held = connection.scalar(text(f"SELECT count(*) FROM application WHERE organization_id = {BUSY_ORGANIZATION}"))
    return (
        Page(
            "W2",
            f"an organization's {held:,} applications, page {size.page}",
            f"{BASE}/?{shown}&after={whole}",
            f"/admin/applications/?page={size.page - 1}",
            floor.applications(TABLE, edge=whole),
            TABLE,
            "member",
            Goals(ahead=15),
            NAME,
        ),
        Page(
            "deep",
            f"applicants of a posting with {size.busy:,}, page {size.page}, with documents",
            f"{BASE}/{special.busy}/?{shown}&after={edge}",
            f"{STOCK}/?entry={special.busy}&page={size.page - 1}",
            floor.applicants(connection, special.busy, TABLE, edge=edge),
            TABLE,
            "member",
            row=NAME,
        ),
        Page(
            "W3",
            f"applicants of a posting with {size.posting:,}, with documents",
            f"{BASE}/{special.table}/?{shown}",
            f"{STOCK}/?entry={special.table}",
            floor.applicants(connection, special.table, TABLE),
            TABLE,
            "member",
            Goals(ahead=5),
            NAME,
        ),
    )


def _single_pages(connection: Connection, size: Size, special: applicants.Special) -> tuple[Page, ...]:
    one = floor.edge(connection, "entry_id", special.table, skipped=TABLE)
    number = connection.scalar(text(f"SELECT number FROM entry WHERE id = {special.table}"))
    return (
        Page(
            "detail",
            "one application (応募編集), its reading on record",
            f"{BASE}/detail/{one}/",
            f"{STOCK}/details/?id={one}",
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
    written = f"SELECT talent_id FROM thread WHERE organization_id = {BUSY_ORGANIZATION}"
    number = connection.scalar(text(f"SELECT max(id) FROM talent WHERE is_public AND id IN ({written})"))
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
            "talent page with its mark and its mails, the view on record",
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
MAIL = ("mail", "1,000 letters from the outbox to an SMTP server", Goals(floor=2))
ZIP = ("zip", "{archive:,} documents of a posting as one ZIP")
PDF = ("pdf", "résumé PDF of two pages, through the press", Goals(floor=2))
OPENED = "W7"
SAVINGS = {
    "W7s": ("the same form saved, one text of it changed", Goals(ahead=1)),
    "autosave": ("the same form saving itself", Goals()),
}
DIFFERENCE = ("difference", "two texts of 10,000 signs compared, 1,000 edits", Goals(ms=50))
FORMS = (OPENED, *SAVINGS)
APPLICATION_PAGES = ("W2", "deep", "W3", "detail", "W8", "apply")
OF_APPLICATIONS = (*APPLICATION_PAGES, ZIP[0], PDF[0])
SEARCH = ("searches", "a dozen searches for talents, each page with all counts")
TALENT_PAGES = ("W4", "W5")
OF_TALENTS = (*TALENT_PAGES, SEARCH[0])
KEYS = (
    *(page.key for page in PAGES),
    APPROVE[0],
    *FORMS,
    DIFFERENCE[0],
    PUBLISH[0],
    MAIL[0],
    *OF_APPLICATIONS,
    *OF_TALENTS,
)
