"""The floor: the barest SQL for the same answer and a compiled template over its rows, in process, no HTTP."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from jinja2 import Environment
from sqlalchemy import Connection, text

from bench.load import stamp
from bench.rows import BUSY_ORGANIZATION, KEYWORD
from bench.weeks import SHOWN

PAGE = Environment(autoescape=True).from_string(
    "<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)
QUEUE = (
    "SELECT v.id, v.revision, v.kind, v.title, v.due_at, v.publish_at, v.submitted_at, v.warning_count, o.name "
    "FROM (SELECT * FROM version WHERE state = 'submitted' ORDER BY due_at, id LIMIT 50) v "
    "JOIN organization o ON o.id = v.organization_id ORDER BY v.due_at, v.id"
)
OWN = (
    "SELECT e.id, e.number, v.title, v.state, v.publish_at, v.open_at, v.close_at, e.application_count FROM entry e "
    f"JOIN version v ON v.entry_id = e.id WHERE e.organization_id = {BUSY_ORGANIZATION} AND e.kind = 'job' "
    "ORDER BY e.id DESC LIMIT 20"
)
PUBLIC = (
    "SELECT e.number, v.title, o.name, j.employment_kind, j.countries, v.published_at, v.close_at FROM "
    "(SELECT * FROM version WHERE state = 'published' AND kind = 'job' {keyword} "
    "ORDER BY published_at DESC, id DESC LIMIT 20) v "
    "JOIN entry e ON e.live_version_id = v.id JOIN job_version j ON j.id = v.id "
    "JOIN organization o ON o.id = v.organization_id ORDER BY v.published_at DESC, v.id DESC"
)
PUBLIC_NEWEST = PUBLIC.format(keyword="")
PUBLIC_KEYWORD = PUBLIC.format(keyword=f"AND search_text LIKE '%{KEYWORD}%'")

DASHBOARD = f"SELECT week, counts FROM week_figure ORDER BY week DESC LIMIT {SHOWN}"
APPLICANT = (
    "SELECT a.id, a.number, a.name, a.revision, a.state, a.applied_at, a.read_at, a.missing_count, "
    "(SELECT {gathered}(d.name || ' ' || d.state, ', ') FROM application_document d WHERE d.application_id = a.id) "
)
APPLICANTS = (
    APPLICANT + "FROM (SELECT * FROM application WHERE entry_id = {entry} AND state <> 'draft' {beyond} "
    "ORDER BY applied_at DESC, id DESC LIMIT {rows}) a ORDER BY a.applied_at DESC, a.id DESC"
)
BEYOND = "AND (applied_at, id) < ((SELECT applied_at FROM application WHERE id = {edge}), {edge})"
ONE_APPLICANT = APPLICANT + ", a.email, a.note, a.resume FROM application a WHERE a.id = {id}"
# The last application of what comes before a page.
EDGE = (
    "SELECT id FROM application WHERE entry_id = {entry} AND state <> 'draft' "
    "ORDER BY applied_at DESC, id DESC LIMIT 1 OFFSET {skipped}"
)
FORM = (
    "SELECT e.number, v.title, v.close_at, o.name, j.resume_items, d.position, d.name, d.required, d.note FROM entry e "
    "JOIN version v ON v.id = e.live_version_id JOIN job_version j ON j.id = v.id "
    "JOIN organization o ON o.id = v.organization_id "
    "JOIN document_requirement d ON d.version_id = v.id WHERE e.id = {entry} ORDER BY d.position"
)

# What the two databases call the same thing.
WORDS = {
    "sqlite": {
        "object": "json_object",
        "ids": "(SELECT value FROM json_each(:ids))",
        "empty": "'{}'",
        "gathered": "group_concat",
    },
    "postgresql": {
        "object": "jsonb_build_object",
        "ids": "(SELECT value::int FROM json_array_elements_text(:ids))",
        "empty": "'{}'::jsonb",
        "gathered": "string_agg",
    },
}
APPROVE = (
    "UPDATE version SET state = 'approved', revision = revision + 1, decided_at = :now, decided_by_id = 1, "
    "hold_until = :now, batch = :batch WHERE state = 'submitted' AND id IN {ids}"
)
PUBLISH = (
    "UPDATE version SET state = 'published', revision = revision + 1, published_at = :now, batch = :batch "
    "WHERE state = 'approved' AND publish_at <= :now"
)
POINT = (
    "UPDATE entry SET live_version_id = v.id, first_published_at = :now FROM version v "
    "WHERE v.batch = :batch AND v.entry_id = entry.id"
)
RECORD_PUBLICATION = (
    "INSERT INTO publication (version_id, entry_id, due_at, published_at) "
    "SELECT id, entry_id, publish_at, published_at FROM version WHERE batch = :batch"
)
TRAIL = (
    "INSERT INTO audit_event (at, action, actor_id, actor_role, organization_id, subject, "
    "subject_id, revision, batch, ip, "
    "details) SELECT :now, :action, 1, 'reviewer', organization_id, 'version', id, revision, batch, '', {empty} "
    "FROM version WHERE batch = :batch"
)
LETTERS = (
    "INSERT INTO outbox_mail (message_id, lane, letter, params, recipient, organization_id, "
    "version_id, batch, state, next_at, "
    "attempts, owner, last_error, created_at) "
    "SELECT '<' || v.batch || '.' || v.id || '@example.jp>', 'normal', :letter, {object}('title', "
    "v.title, 'kind', v.kind, 'entry_id', "
    "v.entry_id, 'publish_at', v.publish_at, 'comment', ''), a.email, v.organization_id, v.id, v.batch, 'queued', "
    ":now, 0, '', '', :now "
    "FROM version v JOIN account a ON a.organization_id = v.organization_id AND a.suspended_at IS "
    "NULL WHERE v.batch = :batch"
)


def applicants(connection: Connection, entry: int, rows: int, *, edge: int | None = None) -> str:
    """The query of one page of a posting's applicants with their documents, by keyset."""
    beyond = BEYOND.format(edge=edge) if edge else ""
    return APPLICANTS.format(entry=entry, rows=rows, beyond=beyond, **WORDS[connection.dialect.name])


def one_applicant(connection: Connection, key: int) -> str:
    return ONE_APPLICANT.format(id=key, **WORDS[connection.dialect.name])


def page(connection: Connection, query: str) -> str:
    rows = connection.execute(text(query)).all()
    connection.rollback()
    return PAGE.render(rows=rows)


def approve(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """One conditional UPDATE that feeds the trail and the letters, committed."""
    values = {"ids": json.dumps(list(ids)), "action": "entry.approve", "letter": "entry_approved"}
    _move(connection, (APPROVE, TRAIL, LETTERS), now, **values)


def publish(connection: Connection, now: datetime) -> None:
    """All that is due in one statement, with pointer, trail and letters, committed."""
    steps = (PUBLISH, POINT, RECORD_PUBLICATION, TRAIL, LETTERS)
    _move(connection, steps, now, action="entry.publish", letter="entry_published")


def _move(connection: Connection, steps: Sequence[str], now: datetime, **values: Any) -> None:
    words = WORDS[connection.dialect.name]
    values |= {"now": stamp(connection, now), "batch": uuid4().hex}
    for step in steps:
        connection.execute(text(step.format(**words)), values)
    connection.commit()
