"""「人材お気に入り一覧」 and the note of one favorite as pages: what the address asks for, what has been typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from models.favorites import Favorite
from models.states import DownloadKind
from portal import clock
from portal.errors import Invalid, Refused
from portal.matching import favorite_list, favorites
from portal.matching.favorite_list import LAST_PAGE, SIZES, Due, Wanted
from portal.matching.favorites import LONGEST_LABEL, LONGEST_NOTE, Note
from portal.messaging import reach, stops
from portal.permissions import may
from portal.publishing.checks import ERROR, Finding
from portal.recruiting import downloads
from views.admin import PageView
from views.arguments import one_of, page_number
from views.forms.inputs import read_day, read_text, written_day
from views.organization.favorite_rows import drawn
from views.organization.mail_back import way_to
from views.web import current_actor

INDEX = "organization_favorites.index"
DUES = {due.value: due for due in Due}
KINDS = (DownloadKind.favorites_xlsx, DownloadKind.favorites_csv)


# ---- the list


def read_wanted() -> Wanted:
    values = request.args
    return Wanted(
        label=values.get("label", "").strip()[:LONGEST_LABEL],
        due=one_of(values.get("due"), DUES, None),
        page=page_number(values.get("page"), last=LAST_PAGE),
        size=one_of(values.get("size"), {str(size): size for size in SIZES}, SIZES[0]),
    )


def query_of(wanted: Wanted) -> dict[str, Any]:
    values = {
        "label": wanted.label,
        "due": wanted.due or "",
        "size": "" if wanted.size == SIZES[0] else str(wanted.size),
        "page": "" if wanted.page == 1 else str(wanted.page),
    }
    return {name: value for name, value in values.items() if value}


def link_maker(wanted: Wanted) -> Callable[..., str]:
    path = url_for(INDEX)

    def link(**changes: Any) -> str:
        query = query_of(replace(wanted, **({"page": 1} | changes)))
        return f"{path}?{urlencode(query)}" if query else path

    return link


def listed_again() -> Response:
    return redirect(url_for(INDEX, **query_of(read_wanted())), 303)


def render_favorites(view: PageView) -> str:
    actor, now, wanted = current_actor(), clock.now(), read_wanted()
    page = favorite_list.page_of(wanted, actor=actor, now=now)
    ids = [row.id for row in page.rows]
    return view.render(
        "organization/favorites.html",
        page=page,
        rows=drawn(page.rows, written=reach.written_to(actor, ids), stopping=stops.stopping(actor, ids), now=now),
        wanted=wanted,
        query=query_of(wanted),
        link=link_maker(wanted),
        here=way_to(link_maker(wanted)(page=wanted.page)),
        link_to=lambda number: link_maker(wanted)(page=number),
        last=max(1, -(-page.total // wanted.size)),
        sizes=SIZES,
        downloads=downloads.newest_of(0, KINDS, actor=actor, now=now),
        may_mark=may(actor, "talent.mark"),
        may_write=may(actor, "message.write"),
        now=now,
    )


# ---- the note of one


@dataclass(frozen=True)
class Typed:
    """What stands in the fields of the note, as text."""

    note: str = ""
    label: str = ""
    next_on: str = ""

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> "Typed":
        return cls(form.get("note", "").replace("\r\n", "\n"), form.get("label", ""), form.get("next_on", ""))

    @classmethod
    def of(cls, favorite: Favorite) -> "Typed":
        return cls(favorite.note, favorite.label, written_day(favorite.next_on))


def read_note(typed: Typed) -> Note:
    """Raises Invalid with every field that cannot be read."""
    shapes: Mapping[str, Callable[[], Any]] = {
        "note": lambda: read_text(typed.note, LONGEST_NOTE),
        "label": lambda: read_text(typed.label, LONGEST_LABEL),
        "next_on": lambda: read_day(typed.next_on),
    }
    values: dict[str, Any] = {}
    findings = []
    for name, read in shapes.items():
        try:
            values[name] = read()
        except ValueError as error:
            findings.append(Finding("F-01", ERROR, name, str(error)))
    if findings:
        raise Invalid(findings)
    return Note(values["note"], values["label"], values["next_on"])


LABELS = {"note": "メモ", "label": "ラベル", "next_on": "次回確認日"}


def render_note(view: PageView, favorite: Favorite, typed: Typed | None = None, refusal: Refused | None = None) -> str:
    """With `refusal`: what is stored now stands beside what was typed, which saving again puts in its place."""
    actor, now = current_actor(), clock.now()
    errors = {finding.field: finding.message for finding in getattr(refusal, "findings", ())}
    return view.render(
        "organization/favorite_note.html",
        favorite=favorite,
        code=favorite.talent.code,
        is_published=favorites.is_published(favorite, actor=actor),
        typed=typed or Typed.of(favorite),
        stored=Typed.of(favorite),
        labels=favorite_list.labels(actor=actor),
        errors=errors,
        problems=[(LABELS[name], name, sentence) for name, sentence in errors.items()],
        conflict="" if refusal is None or errors else str(refusal),
        at=request.values.get("at", ""),
        query=query_of(read_wanted()),
        now=now,
    )
