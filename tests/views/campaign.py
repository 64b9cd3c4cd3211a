"""Bad requests without end, from one seed: every route, every parameter and field, every odd value."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote_from_bytes

from flask import Flask, url_for
from sqlalchemy import select

from models.base import db
from models.entries import Version
from models.states import Kind, ResumeType
from portal.matching import profile_fields
from portal.publishing.fields import Type, fields_of
from portal.recruiting import resume_fields
from portal.registry import registration_fields
from tests.access.asked import Asked
from tests.access.matrix import MATRIX
from tests.access.targets import target_of
from tests.access.world import World

Text = str | bytes
FORM = "application/x-www-form-urlencoded"

NUMBERS = ["0", "-1", "1.5", "1,2", "0x10", "１２", "1e9", "NaN", "99999999999", str(2**31), str(2**63)]
TIMES = ["0000-00-00", "9999-12-31T23:59", "2026-02-30T10:00", "2026-01-01T25:00", "2020-01-01T10:00", "あした"]
CODES = ["published", "superseded", "true", "null", "[]", "{}", "__class__", "administrator", "approve", "web", "13"]
CRAFTED = [
    "'; DROP TABLE version;--",
    "1' OR '1'='1",
    '") UNION ALL --',
    "<script>alert(1)</script>",
    "\"' onfocus=alert(1) x=",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "../../../../etc/passwd",
    "%s%n%x%00",
    "javascript:alert(1)",
    "https://[::1",
    "//evil.example/",
    "件名\r\nBcc: x@example.com",
    "=HYPERLINK(1)",
]
SIGNS: list[Text] = [
    "",
    " ",
    "　",
    "\0",
    "a\0b",
    "\r\n",
    "\u2028",
    "\u202e逆",
    "\ufffe\uffff",
    "\x1b[31m",
    "e\u0301" * 50,
    "🏳️‍🌈👨‍👩‍👧" * 20,
    "ｶﾞｷﾞ㈱髙﨑𠮷\U000e0001",
    b"\xff\xfe\xfd",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
]
LONG: list[Text] = ["9" * 30, "9" * 5000, "あ" * 201, "水" * 10_001, "a" * 70_000, "a" * 1_000_000]
VALUES: list[Text] = [*NUMBERS, *TIMES, *CODES, *CRAFTED, *SIGNS, *LONG]

LONGEST_LINE = 1000  # the server in front takes no longer address

APPLICANTS = ("state", "incomplete", "unread", "q", "sort", "size", "after", "before")
SEARCH = ("keyword", "field", "language_en", "qualification", "place", "updated", "favorites", "sort", "page", "size")
FAVORITES = ("label", "due", "page", "size")
MAILBOX = ("unread", "about", "q", "page")
QUEUE = ("kind", "lamp", "mine", "who", "org", "aside", "due", "q", "page")
# What addresses may say, by the end of the endpoint's name; unknown names are tried too.
QUERY = {
    "index_view": (
        "page",
        "sort",
        "desc",
        "search",
        "page_size",
        "state",
        "kind",
        "flt0_0",
        "export",
        "use",
        "org_type",
    ),
    "listing": ("q", "page", "sort", "employment", "category", "field", "place", "country", "format", "fee"),
    "organization.index": ("todo", "weeks"),
    "organization_mails.compose": ("class", "codes", "applications", "back"),
    "organization_mails.result": ("back",),
    "organization_templates.new": ("from",),
    "organization_applications.index": (*APPLICANTS, "kind"),
    "organization_applications.applications": APPLICANTS,
    "organization_talents.index": (*SEARCH, "chosen", "since"),
    "organization_favorites.index": FAVORITES,
    "organization_favorites.postings": ("kind", "page"),
    "organization_marks.note": (*FAVORITES, "at"),
    "organization_applications.detail": APPLICANTS,
    "organization_mailbox.index": MAILBOX,
    "organization_mailbox.sent": MAILBOX,
    "organization_threads.thread": ("before",),
    "talent.mailbox": MAILBOX,
    "talent.thread": ("before",),
    "desk.index": (*QUEUE, "done", "soon", "at"),
    "desk.review": (*QUEUE, "done", "view", "against"),
    "desk_filter.index": QUEUE,
    "desk_bulk.result": ("kind", "lamp", "mine", "q", "page", "done"),
    "login.staff": ("next", "again"),
    "login.talent": ("next", "again"),
    "talent.show_registration": ("next",),
    "talent.show_confirmation": ("next",),
    "talent.show_profile": ("apply",),
    "talent.show_resume": ("apply",),
    "talent.list_applications": ("page",),
    "talent.list_readings": ("page",),
    "talent.list_hidden": ("q",),
    ".confirm": ("only",),
    "_form.edit": ("check",),
    "registrations.index": ("page", "show"),
    "registration.edit": ("check",),
    "edit_view": ("id", "url"),
    "create_view": ("url",),
    "demo_mail.index": ("to", "q", "page"),
}
ANYWHERE = ("unlisted", "_method", "lang", "__debug__")
BODIES = ("json", "plain", "no type", "broken multipart", "parts", "large field", "large body", "not utf-8", "gzip")
ODD_METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


# Acts that leave nothing to act on, or something newer than what was seen.
USED_UP = (
    *("submit", "withdraw", "close", "discard", "decide", "extend", "undo", "run", "delete_view", "end_session"),
    *("take_confirmation", "take_profile", "take_resume", "take_apply", "submit_application", "hand_in_documents"),
    *("withdraw_application", "discard_application", "take_leaving", "change_hidden"),
    *("selection.stage", "selection.ask", "stage_one", "ask_one", "judge", "note"),
    *("marks.remove", "save_note", "saving.rename", "saving.remove"),
    *("registration_form.update", "registration_form.withdraw", "registration.save", "registration.take_files"),
    *("registration.submit", "registrations.decide"),
    *("triage.aside", "triage.take_up", "filter.delete"),
    *("mails.send", "mails.cancel", "templates.create", "templates.save", "templates.delete"),
    *("reissue.take_email", "reissue.take_undo", "members.cancel", "members.remove"),
    *("organizations.posting", "suspensions.begin", "suspensions.end", "secretaries.create_view"),
    *("acts.suspend", "acts.restore", "acts.role", "acts.erase"),
)


@dataclass(frozen=True)
class Shot:
    """One request, and what about it is bad."""

    endpoint: str
    method: str
    name: str  # who asks
    path: str
    about: str
    query: Sequence[tuple[str, Text]] = ()
    body: bytes = b""
    content_type: str | None = None

    @property
    def address(self) -> str:
        return f"{self.path}?{encoded(self.query).decode()}" if self.query else self.path


def encoded(pairs: Sequence[tuple[str, Text]]) -> bytes:
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs).encode()


@lru_cache(1000)
def _quoted(text: Text) -> str:
    return quote_from_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"), safe="")


ROWS = ("education-0-at", "education-9999-text", "languages-0-language", "work-0-at", "work-0-nothing")
PROFILE_FIELDS = tuple(field.name for section in profile_fields.SECTIONS for field in section.fields)
CELLS_OF_FILES = ("attachments-0-file_id", "attachments-0-words", "images-0-file_id", "images-0-caption")
RESUME_FIELDS = tuple(field.name for field in resume_fields.fields_of(ResumeType.general))
ANSWER = ("body", "files", "kept", "remove", "seen", "token", "send")
REGISTERED = tuple(field.name for field in registration_fields.fields_of())
ACHIEVEMENT = tuple(f"achievements-{place}-{cell}" for place, cell in ((0, "begin"), (1, "name"), (9999, "country")))
FIELDS = {
    "registration.take_start": ("email",),
    "registration.save": ("account_name", *REGISTERED, *ACHIEVEMENT, "notify_emails-0-email"),
    "registration.take_files": ("files", "remove"),
    "registration.submit": ("consent",),
    "organization_registration_form.confirm": (*REGISTERED, *ACHIEVEMENT, "social_links-0-url"),
    "organization_registration_form.update": (*REGISTERED, *ACHIEVEMENT, "notify_emails-1-email"),
    "talent.take_registration": ("email", "name", "password", "again", "consent"),
    "talent.take_profile": (*PROFILE_FIELDS, "languages-0-language", "experiences-0-begin"),
    "talent.take_resume": (*RESUME_FIELDS, *ROWS),
    "talent.take_apply": ("session", "consent", "check", "fill", "remove", "document-1"),
    "talent.take_leaving": ("password",),
    "account.take_confirm": ("password", "code"),
    "account.take_password": ("present", "password", "again"),
    "account.take_email": ("email",),
    "authenticator.begin": ("password",),
    "authenticator.take_setup": ("code",),
    "authenticator.renew_codes": ("password",),
    "authenticator.remove": ("password", "code"),
    "reissue.take_setting": ("password", "again"),
    "organization_account.change": ("present", "password", "again"),
    "talent.change_hidden": ("hide", "show"),
    "talent.hand_in_documents": ("document-1",),
    "talent.take_photo": ("photo",),
    "talent.reply": ANSWER,
    "talent.change_stops": ("act", "organization", "thread"),
    "talent.take_stop": ("act",),
    "organization_answers.reply": ANSWER,
}
MAIL_FIELDS = (
    *("class", "token", "listed", "send", "entry_id", "topic", "subject", "body", "reopens", "reopened_until", "show"),
    *("moves_to", "when", "release_at", "kept", "template_name", "before_subject", "before_body", "sure", "file"),
)
CHOSEN = ("item", "to", "until", "message", "document", "note", "note_revision", "kind")


class Campaign:
    """Draws shots at routes. A route keeps its target until a shot was taken there; then it gets a new one."""

    def __init__(self, world: World, app: Flask, seed: int, *, turn: int | None = None) -> None:
        """`turn` is 0 or 1 when another campaign aims at every other parameter."""
        self.world, self.app, self.random, self.turn = world, app, random.Random(seed), turn
        self.routes = sorted(MATRIX)
        # What of an endpoint's values stands in its path; the others go into the query.
        self.in_path = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules()}
        self.targets: dict[str, Asked] = {}
        self.values = VALUES + self._foreign()
        self._turn = 0

    def _foreign(self) -> list[Text]:
        """Ids that exist, but for another organization."""
        other = self.world.actors["other"]
        version = self.world.make.submitted(actor=other)
        return [str(version.id), str(version.entry_id), f"{version.id}.{version.revision}", f"{version.id}:1"]

    def every(self) -> Iterator[Shot]:
        """One shot at least at each parameter and field of each route whose turn it is, values by turns."""
        for endpoint, method in self.routes:
            for place, name in enumerate(self.parameters(endpoint, method)):
                if self.turn is None or place % 2 == self.turn:
                    yield self.shot(endpoint, method, name, self.next_value())
            yield from self.bodies(endpoint, method)

    def more(self) -> Iterator[Shot]:
        while True:
            endpoint, method = self.random.choice(self.routes)
            name = self.random.choice(self.parameters(endpoint, method))
            value = self.random.choice(self.values)
            how = self.random.choice(("instead", "instead", "instead", "beside", "gone"))
            yield self.shot(endpoint, method, name, value, how)

    def next_value(self) -> Text:
        self._turn += 1
        return self.values[self._turn * 7 % len(self.values)]

    def parameters(self, endpoint: str, method: str) -> list[str]:
        """`path:`, `query:` and `body:` with a name."""
        asked = self.target(endpoint)
        found = [f"path:{name}" if name in self.in_path[endpoint] else f"query:{name}" for name in asked.values]
        if method == "GET":
            names = [name for end, names in QUERY.items() if endpoint.endswith(end) for name in names]
            names = [f"query:{name}" for name in (*names, ANYWHERE[len(endpoint) % len(ANYWHERE)])]
            return list(dict.fromkeys(found + names))
        return found + [f"body:{name}" for name in dict.fromkeys((*_names(asked), *self._fields(endpoint)))]

    def _fields(self, endpoint: str) -> list[str]:
        """Fields of the form that the sample does not send, buttons, and names that belong to no form."""
        slug = endpoint.removeprefix("organization_").partition("_form.")[0]
        kind = {"jobs": Kind.job, "events": Kind.event, "notices": Kind.notice}.get(slug)
        rows = (Type.documents, Type.sessions, Type.languages, Type.files)
        names = [field.name for field in fields_of(kind) if field.type not in rows] if kind else []
        names += list(CELLS_OF_FILES) if kind else []
        if not endpoint.endswith(("create", "save", "preview", "keep_new", "keep_draft")):
            names = []
        if "_form." in endpoint:
            names += ["base", "take", "leaves"]
        if endpoint.startswith("organization_mails"):
            names = list(MAIL_FIELDS)
        if endpoint.startswith("organization_templates"):
            names = ["name", "mail_class", "topic", "subject", "body"]
        if endpoint in FIELDS and "registration" in endpoint:
            names = list(FIELDS[endpoint])
        if endpoint.startswith(("talent", "organization_selection", "organization_answers")):
            names = [*FIELDS.get(endpoint, ()), *CHOSEN]
        if endpoint.startswith(("organization_marks", "organization_saving")):
            names = ["codes", "at", "note", "label", "next_on", "name", "on"]
        if endpoint.startswith("desk"):
            names = ["action", "comment", "revision", "item", "all", "until", "next", "take", "url", "value", "active"]
            names += ["reason", "text", "about", "name"]
        return [*names, "step", "instead", "revision", "csrf_token", "state"]

    def target(self, endpoint: str) -> Asked:
        if endpoint not in self.targets:
            self.targets[endpoint] = target_of(endpoint)(self.world, self.who(endpoint))
        return self.targets[endpoint]

    def taken(self, shot: Shot) -> None:
        """The shot was accepted: what it was aimed at has changed, or is gone."""
        if shot.endpoint.endswith(("_form.save", "_form.keep_draft")):
            asked = self.targets[shot.endpoint]
            db.session.rollback()
            asked.data["revision"] = db.session.scalar(
                select(Version.revision).where(Version.id == asked.values["version_id"])
            )
        elif shot.endpoint.endswith(USED_UP):
            self.targets.pop(shot.endpoint, None)

    def who(self, endpoint: str) -> str:
        if endpoint.startswith("organization"):
            return "owner"
        if endpoint.startswith("desk"):
            return "administrator"
        return {"talent": "talent", "account": "editor", "authenticator": "editor"}.get(
            endpoint.partition(".")[0], "anonymous"
        )

    def shot(self, endpoint: str, method: str, parameter: str, value: Text, how: str = "instead") -> Shot:
        asked = self.target(endpoint)
        place, _colon, name = parameter.partition(":")
        value = value if place == "body" else value[:LONGEST_LINE]
        about = f"{parameter} {how} {value[:40]!r}"
        shot = Shot(endpoint, method, self.who(endpoint), self.path_of(endpoint, asked), about)
        if place == "path":
            shot = replace(shot, path=self.odd_path(endpoint, asked, name, value))
        query = [(name, str(text)) for name, text in asked.values.items() if name not in self.in_path[endpoint]]
        query = _changed(query, name, value, how) if place == "query" else query
        pairs = _pairs(asked)
        pairs = _changed(pairs, name, value, how) if place == "body" else pairs
        body = encoded(pairs) if method == "POST" else b""
        return replace(shot, query=query, body=body, content_type=FORM if method == "POST" else None)

    def path_of(self, endpoint: str, asked: Asked) -> str:
        with self.app.test_request_context():
            return url_for(
                endpoint, **{name: value for name, value in asked.values.items() if name in self.in_path[endpoint]}
            )

    def odd_path(self, endpoint: str, asked: Asked, name: str, value: Text) -> str:
        rule = next(rule for rule in self.app.url_map.iter_rules() if rule.endpoint == endpoint)
        path = rule.rule
        for argument, given in asked.values.items():
            text = _quoted(value if argument == name else str(given))
            path = _filled(path, argument, text)
        return path or "/"

    def bodies(self, endpoint: str, method: str) -> Iterator[Shot]:
        asked = self.target(endpoint)
        shot = Shot(endpoint, method, self.who(endpoint), self.path_of(endpoint, asked), "")
        self._turn += 1
        yield replace(shot, method=ODD_METHODS[self._turn % len(ODD_METHODS)], about="an odd method")
        if method == "POST":
            for kind in (BODIES[self._turn % len(BODIES)], BODIES[(self._turn + 4) % len(BODIES)]):
                body, content_type = odd_body(kind, encoded(_pairs(asked)))
                yield replace(shot, body=body, content_type=content_type, about=f"body: {kind}")


def odd_body(kind: str, body: bytes) -> tuple[bytes, str | None]:
    multipart = "multipart/form-data; boundary=x"
    part = b'--x\r\nContent-Disposition: form-data; name="title%d"\r\n\r\nvalue\r\n'
    bodies: dict[str, Callable[[], tuple[bytes, str | None]]] = {
        "json": lambda: (json.dumps({"title": "x", "deep": [[[[{}]]]]}).encode(), "application/json"),
        "plain": lambda: (body, "text/plain"),
        "no type": lambda: (body, None),
        "broken multipart": lambda: (
            b'--x\r\nContent-Disposition: form-data; name="tit' + body[:100],
            multipart,
        ),
        "parts": lambda: (b"".join(part % number for number in range(2001)) + b"--x--\r\n", multipart),
        "large field": lambda: (b"title=" + b"a" * 3_200_000, FORM),
        "large body": lambda: (b"title=" + b"a" * 11_600_000, FORM),
        "gzip": lambda: (b"\x1f\x8b\x08\x00" + body, FORM),
        "not utf-8": lambda: (b"title=\xff\xfe&%ff=%ed%a0%80&" + body, FORM),
    }
    return bodies[kind]()


def _names(asked: Asked) -> list[str]:
    return [name for name, _value in _pairs(asked)]


def _pairs(asked: Asked) -> list[tuple[str, Text]]:
    data: Any = asked.data
    pairs = data.items(multi=True) if hasattr(data, "getlist") else data.items()
    return [(name, str(value)) for name, value in pairs]


def _changed(pairs: Sequence[tuple[str, Text]], name: str, value: Text, how: str) -> list[tuple[str, Text]]:
    if how == "beside":
        return [*pairs, (name, value), (name, value)]
    rest = [pair for pair in pairs if pair[0] != name]
    return rest if how == "gone" else [*rest, (name, value)]


def _filled(rule: str, argument: str, text: str) -> str:
    """The rule's text with the converter of one argument replaced."""
    begin = rule.rindex("<", 0, rule.index(f"{argument}>"))
    end = rule.index(">", begin + rule[begin:].index(argument))
    return rule[:begin] + text + rule[end + 1 :]
