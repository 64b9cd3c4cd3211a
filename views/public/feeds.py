"""What machines read: Atom feeds, calendars, the sitemap and the rules for robots."""

import re
from datetime import datetime
from hashlib import sha256
from typing import cast

from flask import current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from models.entries import EventVersion
from models.states import Kind
from portal import clock
from portal.publishing import calendar_file, catalog
from portal.wording import KIND_WORDS
from views.public.room import PATHS, kind_at, room

FEED_LENGTH = 50
# One of these in a title would make the whole feed unreadable.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@room.get(f"/<{PATHS}:path>/feed.atom")
def feed(path: str) -> Response:
    kind, now = kind_at(path), clock.now()
    rows = catalog.newest(kind, now=now, count=FEED_LENGTH)
    updated = max((row.published_at for row in rows), default=datetime(2026, 1, 1, tzinfo=clock.TOKYO))
    text = render_template("public/feed.atom", rows=rows, words=KIND_WORDS[kind], base=base_url(), updated=updated)
    return conditional(text, "application/atom+xml", updated)


@room.get("/events/<number>.ics")
def calendar(number: str) -> Response:
    version = cast("EventVersion", catalog.find(Kind.event, number, now=clock.now()))
    text = calendar_file.of(version, number=number, base_url=base_url())
    response = conditional(text, "text/calendar", version.published_at)
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.ics"'
    return response


@room.get("/sitemap.xml")
def sitemap() -> Response:
    rows = catalog.addresses(now=clock.now())
    return conditional(
        render_template("public/sitemap.xml", rows=rows, words=KIND_WORDS, base=base_url()), "application/xml", None
    )


@room.get("/robots.txt")
def robots() -> tuple[str, dict[str, str]]:
    closed = "".join(f"Disallow: {path}\n" for path in ("/mypage/", "/desk/", "/talent/", "/login", "/account/"))
    return f"User-agent: *\n{closed}Sitemap: {base_url()}/sitemap.xml\n", {"Content-Type": "text/plain; charset=utf-8"}


def base_url() -> str:
    return str(current_app.config["PORTAL"].base_url).rstrip("/")


def conditional(text: str, kind: str, changed: datetime | None) -> Response:
    """With the marks by which a reader that has it is answered 304."""
    text = NOT_IN_XML.sub("", text)
    response = make_response(text)
    response.headers["Content-Type"] = f"{kind}; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(sha256(text.encode()).hexdigest()[:32])
    response.last_modified = changed
    return response.make_conditional(request)
