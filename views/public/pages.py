"""The page of one entry and of one organization. Previews draw the same partial from unsaved content."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app, make_response, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from models.entries import Version
from models.organizations import Organization
from models.states import ApplyVia, Kind, Role
from portal import clock
from portal.publishing import catalog, content, structured_data, version_files
from portal.publishing.fields import applies, sections_of
from portal.publishing.file_fields import FILES
from portal.publishing.shapes import Field, Section
from portal.publishing.wording import EMPTY, pay, show
from portal.recruiting import seats
from portal.registry import logos
from portal.registry.registration_fields import fields_of
from portal.wording import KIND_WORDS
from views import files
from views.arguments import LARGEST_ID
from views.public.room import PATHS, kind_at, room
from views.web import current_actor

# Drawn in the head, the side or the facts, so not again among the sections.
ELSEWHERE = frozenset({"title", "documents", "open_at", "close_at", "apply_via", "apply_url", "resume_file_name"}) | {
    field.name for field in FILES.fields
}
PER_KIND = 10
# Of what an organization registered, beside what its page draws by itself.
REGISTERED = frozenset(
    {"public_email", "founded", "rep_title", "rep_name", "fields", "countries", "activity", "achievements"}
)
APPLICANTS = (Role.anonymous, Role.talent)  # who is no talent yet is led to the login


@room.get(f"/<{PATHS}:path>/<number>")
def entry(path: str, number: str) -> Response:
    kind, now = kind_at(path), clock.now()
    version = catalog.find(kind, number, now=now)
    context = entry_context(version, version.organization, now=now, number=number, files_at=f"/{path}/{number}/files/")
    data = structured_data.of(version, base_url=current_app.config["PORTAL"].base_url)
    return answer(render_template("public/entry.html", **context, data=script_json(data)))


@room.get(f"/<{PATHS}:path>/<number>/files/<int(min=1, max={LARGEST_ID}):file_id>")
def entry_file(path: str, number: str, file_id: int) -> Response:
    """As long as its entry is public, and of what is public alone."""
    row = version_files.find_in(catalog.find(kind_at(path), number, now=clock.now()), file_id)
    return files.send(row.file, version_files.saved_as(row))


@room.get(f"/organizations/<int(max={LARGEST_ID}):organization_id>/")
def organization(organization_id: int) -> Response:
    now = clock.now()
    found = catalog.organization(organization_id)
    entries = [(kind, catalog.newest(kind, now=now, count=PER_KIND, organization_id=found.id)) for kind in Kind]
    shown = [(field, show(field, getattr(found, field.name))) for field in fields_of() if field.name in REGISTERED]
    page = render_template(
        "public/organization.html",
        organization=found,
        logo=logos.logo_of(found.id),
        registered=[(field, text) for field, text in shown if text != EMPTY],
        entries=entries,
        now=now,
    )
    return answer(page)


@room.get(f"/organizations/<int(max={LARGEST_ID}):organization_id>/logo")
def logo(organization_id: int) -> Response:
    return files.send(logos.picture(organization_id))


def entry_context(
    version: Version,
    organization: Organization,
    *,
    now: datetime,
    files_at: str,
    preview: bool = False,
    number: str = "",
) -> dict[str, Any]:
    """What templates/public/_entry.html needs. Touches nothing of the version but its own columns and rows."""
    values = content.read(version)
    return {
        "kind": version.kind,
        "words": KIND_WORDS[version.kind],
        "version": version,
        "values": values,
        "organization": organization,
        "number": number,
        "files_at": files_at,
        "sections": shown_sections(version.kind, values),
        "facts": facts(version.kind, values),
        "first_published_at": None if preview else version.entry.first_published_at,
        "preview": preview,
        "shortage": None if preview or version.apply_via is not ApplyVia.web else seats.shortage_of(version, now=now),
        "offers_form": preview or current_actor().role in APPLICANTS,
        "now": now,
    }


def shown_sections(kind: Kind, values: Mapping[str, Any]) -> list[tuple[Section, list[tuple[Field, str]]]]:
    """Sections with the public fields that apply and are filled."""
    shown = []
    for section in sections_of(kind):
        rows = [
            (field, show(field, values[field.name]))
            for field in section.fields
            if field.public and field.name not in ELSEWHERE and applies(field, values)
        ]
        rows = [
            (field, text) for field, text in rows if text != EMPTY and (field.name, values[field.name]) not in UNSAID
        ]
        if rows:
            shown.append((section, rows))
    return shown


# A limit that is not made is not worth a line.
UNSAID = (
    ("age_limit", "none"),
    ("gender_limit", "none"),
    ("dispatch_worker", "no"),
    ("event_status", "planned"),
)
FACTS: Mapping[Kind, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    Kind.job: (
        ("pin", "勤務地", ("countries", "city_abroad", "prefecture", "city")),
        ("brief", "募集区分", ("employment_kind",)),
        ("yen", "賃金・待遇", ("pay_kind",)),
        ("globe", "必要な言語", ("languages",)),
        ("users", "募集人数", ("headcount",)),
    ),
    Kind.event: (
        ("cal", "開催日時", ("sessions",)),
        ("pin", "開催形式", ("formats", "venue")),
        ("yen", "参加費", ("fee_kind",)),
        ("users", "定員（名）", ("capacity",)),
    ),
    Kind.notice: (),
}


def facts(kind: Kind, values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(icon, label, text) of what a reader looks for first; what is not given is left out."""
    fields = {field.name: field for section in sections_of(kind) for field in section.fields}
    rows = []
    for icon, label, names in FACTS[kind]:
        texts = [_fact(fields[name], values) for name in names if applies(fields[name], values)]
        text = "・".join(text for text in texts if text != EMPTY)
        rows += [(icon, label, text)] if text else []
    return rows


def _fact(field: Field, values: Mapping[str, Any]) -> str:
    return pay(values) if field.name == "pay_kind" else show(field, values[field.name])


def script_json(data: Mapping[str, Any]) -> Markup:
    """JSON that cannot leave its script element, whatever people wrote."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704  # nothing is left that ends the element


def answer(page: str) -> Response:
    """Browsers ask again each time: the end of a posting stays exact to the second."""
    response = make_response(page)
    response.headers["Cache-Control"] = "no-cache"
    return response
