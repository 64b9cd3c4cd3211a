"""Publication under SIGKILL: real processes publish what falls due while they are killed at random moments.

    python -m tests.drills.publication --url sqlite:////tmp/drill.sqlite --kills 300

Prints one line of JSON with the figures; exits 1 when a promise was broken or too little was injected.
"""

import os
import random
import signal
import sys
import time
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Select, func, select, text

from models.base import db
from models.entries import Entry, NoticeVersion, Publication, Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.states import Kind, Role, State
from portal.app import create_app
from portal.clock import now as read_clock
from portal.publishing import publication
from portal.settings import Settings
from tests.drills import telling
from tests.figures.truth import assert_figures_are_true

PROCESSES = 4
LONGEST_PAUSE = 0.12  # seconds between two kills
DEADLINE = 60  # seconds after the last kill


def main() -> int:
    parser = telling.parser(__doc__, kills=60)
    parser.add_argument("--entries", type=int, default=400)
    wanted = parser.parse_args()
    random.seed(wanted.seed)
    app = create_app(
        Settings(database_url=wanted.url, secret_key="a drill needs no secret, but 32 letters"), doors=False
    )
    begun = time.monotonic()
    with app.app_context():
        fill(wanted.entries, span=wanted.kills * LONGEST_PAUSE / 2)
        db.session.remove()
        db.engine.dispose()
    kills = drill(app, wanted.kills)
    with app.app_context():
        figures = {"seed": wanted.seed, "kills": kills, "entries": wanted.entries, **measure()}
    figures["seconds"] = round(time.monotonic() - begun, 1)
    each_once = ("published", "distinct", "public", "letters", "audited")
    return telling.tell(
        figures,
        **{name: figures[name] == wanted.entries for name in each_once},
        early=figures["early"] == 0,
        integrity=figures["integrity"] == "ok",
        kills=figures["kills"] >= wanted.kills,
    )


def fill(entries: int, *, span: float) -> None:
    """Approved notices: a third is overdue at the start (approved late), the rest falls due during the run."""
    now = read_clock()
    organization = Organization(name="試験団体", org_type="07", created_at=now)
    db.session.add(organization)
    db.session.flush()
    db.session.add(
        Account(email="drill@example.jp", name="試験", role=Role.owner, organization_id=organization.id, created_at=now)
    )
    for number in range(entries):
        late = number % 3 == 0
        when = now - timedelta(minutes=1) if late else now + timedelta(seconds=random.uniform(0.5, span + 0.5))
        entry = Entry(kind=Kind.notice, organization_id=organization.id, number=f"N-{number}", created_at=now)
        db.session.add(entry)
        db.session.add(
            NoticeVersion(
                entry=entry,
                organization_id=organization.id,
                state=State.approved,
                title=f"お知らせ{number}",
                publish_at=when,
                unpublish_at=now + timedelta(days=90),
                created_at=now,
                updated_at=now,
            )
        )
    db.session.commit()


def drill(app: Flask, kills: int) -> int:
    """Keeps PROCESSES publishers alive, killing one at random again and again; returns how many were hit alive."""
    children = [start(app) for _ in range(PROCESSES)]
    done = 0
    while done < kills:
        time.sleep(random.uniform(0, LONGEST_PAUSE))
        victim = random.randrange(len(children))
        os.kill(children[victim], signal.SIGKILL)
        _, status = os.waitpid(children[victim], 0)
        done += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        children[victim] = start(app)
    with app.app_context():
        wait_until_published()
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return done


def start(app: Flask) -> int:
    child = os.fork()
    if child:
        return child
    try:
        with app.app_context():
            db.engine.dispose(close=False)  # a connection must not be shared with the parent
            while True:
                publication.publish_due(read_clock())
                db.session.remove()
                time.sleep(random.uniform(0, 0.02))
    finally:
        os._exit(1)


def wait_until_published() -> None:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        left = db.session.scalar(select(func.count()).select_from(Version).where(Version.state == State.approved))
        db.session.remove()
        if not left:
            return
        time.sleep(0.2)


def measure() -> dict[str, Any]:
    assert_figures_are_true()
    rows = db.session.execute(select(Publication.version_id, Publication.due_at, Publication.published_at)).all()
    lateness = sorted((row.published_at - row.due_at).total_seconds() for row in rows)
    on_time = [late for late in lateness if late < 60]  # the overdue ones of the start say nothing about delay

    def count(query: Select[tuple[int]]) -> int:
        return db.session.scalar(query) or 0

    pointer = select(func.count()).select_from(Entry).join(Version, Version.id == Entry.live_version_id)
    return {
        "published": len(rows),
        "distinct": len({row.version_id for row in rows}),
        "early": sum(late < 0 for late in lateness),
        "public": count(pointer.where(Version.state == State.published)),
        "letters": count(select(func.count(OutboxMail.id)).where(OutboxMail.letter == "entry_published")),
        "audited": count(select(func.count(AuditEvent.id)).where(AuditEvent.action == "entry.publish")),
        "late_p99_s": round(on_time[int(len(on_time) * 0.99) - 1], 2) if on_time else None,
        "integrity": integrity(),
    }


def integrity() -> str:
    if db.engine.dialect.name != "sqlite":
        return "ok"
    return str(db.session.scalar(text("PRAGMA integrity_check")))


if __name__ == "__main__":
    sys.exit(main())
