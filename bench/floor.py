"""The floor: the barest SQL for the same answer and a compiled template over its rows, in process, no HTTP."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from jinja2 import Environment
from sqlalchemy import Connection, text

PAGE = Environment(autoescape=True).from_string(
    "<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)
QUEUE = text(
    "SELECT v.id, v.revision, v.kind, v.title, v.due_at, v.publish_at, v.submitted_at, v.warning_count, o.name "
    "FROM (SELECT * FROM version WHERE state = 'submitted' ORDER BY due_at, id LIMIT 50) v "
    "JOIN organization o ON o.id = v.organization_id ORDER BY v.due_at, v.id"
)
OWN = text(
    "SELECT e.id, e.number, v.title, v.state, v.publish_at, v.open_at, v.close_at FROM entry e "
    "JOIN version v ON v.entry_id = e.id WHERE e.organization_id = 1 AND e.kind = 'job' ORDER BY e.id DESC LIMIT 20"
)
PUBLIC = text(
    "SELECT e.number, v.title, o.name, j.employment_kind, j.countries, v.published_at, v.close_at FROM "
    "(SELECT * FROM version WHERE state = 'published' AND kind = 'job' ORDER BY published_at DESC, id DESC LIMIT 20) v "
    "JOIN entry e ON e.live_version_id = v.id JOIN job_version j ON j.id = v.id JOIN organization o ON o.id = v.organization_id"
)


def page(query: Any) -> Callable[[Connection], int]:
    def render(connection: Connection) -> int:
        return len(PAGE.render(rows=connection.execute(query).all()))

    return render


def approve(connection: Connection, ids: list[int], now: datetime) -> None:
    """One conditional UPDATE that feeds the trail and the letters, committed."""
    moved = connection.execute(
        text(
            f"UPDATE version SET state = 'approved', revision = revision + 1, decided_at = :now "  # ids are ours
            f"WHERE state = 'submitted' AND id IN ({','.join(map(str, ids))}) RETURNING id, organization_id"
        ),
        {"now": stamp(connection, now)},
    ).all()
    add_trail(connection, "entry.approve", [row.id for row in moved], now)
    add_letters(connection, "entry_approved", [row.id for row in moved], now)
    connection.commit()


def publish(connection: Connection, now: datetime) -> int:
    """All that is due in one statement, with its trail and letters, committed."""
    moved = connection.execute(
        text(
            "UPDATE version SET state = 'published', revision = revision + 1, published_at = :now "
            "WHERE state = 'approved' AND publish_at <= :now RETURNING id"
        ),
        {"now": stamp(connection, now)},
    ).all()
    ids = [row.id for row in moved]
    connection.execute(
        text(
            "UPDATE entry SET live_version_id = (SELECT v.id FROM version v WHERE v.entry_id = entry.id AND v.state = 'published') "
            "WHERE id IN (SELECT entry_id FROM version WHERE state = 'published' AND published_at = :now)"
        ),
        {"now": stamp(connection, now)},
    )
    add_trail(connection, "entry.publish", ids, now)
    add_letters(connection, "entry_published", ids, now)
    connection.commit()
    return len(ids)


def add_trail(connection: Connection, action: str, ids: list[int], now: datetime) -> None:
    connection.execute(
        text(
            "INSERT INTO audit_event (at, action, actor_role, subject, subject_id, ip, details) "
            "VALUES (:at, :action, 'reviewer', 'version', :id, '', '{}')"
        ),
        [{"at": stamp(connection, now), "action": action, "id": key} for key in ids],
    )


def add_letters(connection: Connection, letter: str, ids: list[int], now: datetime) -> None:
    connection.execute(
        text(
            "INSERT INTO outbox_mail (message_id, lane, letter, params, recipient, state, next_at, attempts, owner, last_error, "
            "created_at, version_id) VALUES (:message, 'normal', :letter, '{}', 'a@example.jp', 'queued', :at, 0, '', '', :at, :id)"
        ),
        [
            {"message": f"<{letter}{key}{now}>", "letter": letter, "at": stamp(connection, now), "id": key}
            for key in ids
        ],
    )


def stamp(connection: Connection, moment: datetime) -> Any:
    """SQLite keeps moments as naive text."""
    return (
        moment
        if connection.dialect.name == "postgresql"
        else moment.replace(tzinfo=None).isoformat(" ", "microseconds")
    )
