"""Where the form of a mail was opened from: its address says so, each step carries it, and the way back leads there."""

import re

from flask_babel import lazy_gettext

from views.visitor import safe_path

LONGEST = 600  # characters; beside it stand the people of the mail, and no server takes an endless address
PLACES = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"/mypage/talents/", lazy_gettext("人材閲覧・オファーメール発信")),
        (r"/mypage/talents/\w{10}/", lazy_gettext("人材閲覧")),
        (r"/mypage/favorites/", lazy_gettext("人材お気に入り一覧")),
        (r"/mypage/applications/\d+/", lazy_gettext("応募一覧")),
        (r"/mypage/applications/detail/\d+/", lazy_gettext("応募編集")),
    )
)


def way_to(address: str) -> str:
    """What a page names as the place to come back to; a search with more conditions than fit is left out of it."""
    return address if len(address) <= LONGEST else address.partition("?")[0]


def place_of(text: str) -> tuple[str, str] | None:
    """Address and words of a place that mails are written from; None for any other."""
    path = safe_path(text) if len(text) <= LONGEST else ""
    bare = path.partition("?")[0]
    return next(((path, str(words)) for pattern, words in PLACES if pattern.fullmatch(bare)), None)
