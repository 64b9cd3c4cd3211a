"""Pages that are measured: where the portal and the stock admin have them, the floor of each, and what was promised."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from bench import floor
from bench.rows import KEYWORD, WORKS

TITLE = re.compile(rf"(?:{'|'.join(WORKS)}) (\d+)")


@dataclass(frozen=True)
class Goals:
    """At least so many times ahead of stock, at most so many times the floor; 0 where nothing was promised."""

    ahead: float = 0
    floor: float = 0


@dataclass(frozen=True)
class Page:
    key: str
    label: str
    ours: str
    stock: str
    floor: str
    rows: int
    who: str = ""  # "reviewer" or "member"; a stranger otherwise
    goals: Goals = Goals()

    def check(self, text: str) -> list[str]:
        """The entries on a page, by the number in their title. Raises when they are not as many as there should be."""
        found = list(dict.fromkeys(TITLE.findall(text)))
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
APPROVE = ("W6", "approve {batch} in one request", Goals(floor=3))
PUBLISH = ("publish", "publish {due:,} due entries", Goals(floor=3))
KEYS = (*(page.key for page in PAGES), APPROVE[0], PUBLISH[0])
