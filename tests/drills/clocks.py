"""The wall clock is moved under two real schedulers (G13, G14): six hours forward, an hour back, over a month's end.

    python -m tests.drills.clocks --url sqlite:////tmp/drill.sqlite

Whatever the clock says counts: nothing is public before its time by it, all that was jumped over is made up for within
seconds, and a clock that was put back stops nobody. Prints one line of JSON with the figures; exits 1 when a promise
was broken.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from models.base import db
from models.entries import Entry, NoticeVersion, Publication, Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.states import Kind, Role, State
from portal import clock
from portal.app import create_app
from portal.database import begin_write
from portal.settings import Settings
from tests import databases
from tests.drills import shifted, telling
from tests.drills.serving import SECRET

SCHEDULERS = 2
TICK = 0.5  # seconds
SOON = timedelta(seconds=1.5)  # until what is written for a step falls due by the running clock
PROMISED = 10.0  # seconds, G13
PATIENCE = 20.0  # seconds of this drill for each step, the start of the schedulers among them
YEAR = timedelta(days=365)
HOUR = timedelta(hours=1)


@dataclass
class Seen:
    """`waited`: seconds until all that a step expects was there, by its name."""

    waited: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def main() -> int:
    wanted = telling.parser(__doc__).parse_args()
    begun = time.monotonic()
    settings = Settings(database_url=wanted.url, secret_key=SECRET)
    app = create_app(settings, doors=False)
    with tempfile.TemporaryDirectory() as folder, app.app_context(), ExitStack() as stack:
        file = Path(folder) / "offset"
        shifted.move(file, timedelta(0))
        post = Post(house())
        post.write("never", datetime.now(UTC) + YEAR)
        for _ in range(SCHEDULERS):
            stack.enter_context(scheduler(settings, file, folder))
        seen = Seen()
        steps(post, file, seen)
        figures: dict[str, Any] = {"waited_s": seen.waited, "wrong": seen.wrong} | measure(post)
        db.session.remove()
        db.engine.dispose()
    figures["seconds"] = round(time.monotonic() - begun, 1)
    return telling.tell(
        figures,
        early=figures["early"] == 0,
        late=len(seen.waited) == 4 and max(seen.waited.values()) <= PROMISED,
        right=not seen.wrong,
        once=figures["published"] == figures["letters"] == figures["audited"] == figures["expected"],
    )


def steps(post: "Post", file: Path, seen: Seen) -> None:
    post.write("the schedulers live", datetime.now(UTC))
    wait(Seen(), "start", post, {"the schedulers live": State.published})
    real = datetime.now(UTC)
    post.write("as ever", real + SOON)
    post.write("jumped over", real + 5 * HOUR, until=real + YEAR)
    post.write("over when it came", real + HOUR, until=real + 2 * HOUR)
    post.write("after the jump", real + 7 * HOUR)
    wait(seen, "as ever", post, {"as ever": State.published})

    shifted.move(file, 6 * HOUR)
    wait(seen, "+6 h", post, {"jumped over": State.published, "over when it came": State.closed})

    shifted.move(file, 5 * HOUR)
    post.write("put back", datetime.now(UTC) + 5 * HOUR + SOON)
    wait(seen, "-1 h", post, {"put back": State.published, "after the jump": State.approved})

    midnight = next_month(clock.local(datetime.now(UTC) + 7 * HOUR))
    post.write("the month begins", midnight)
    post.write("the month ends", real, until=midnight)
    shifted.move(file, midnight - SOON - datetime.now(UTC))
    ends = {"the month begins": State.published, "the month ends": State.closed, "never": State.approved}
    wait(seen, "24:00", post, ends | {"after the jump": State.published})


def next_month(moment: datetime) -> datetime:
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def wait(seen: Seen, step: str, post: "Post", expected: dict[str, State]) -> None:
    begun = time.monotonic()
    while (found := post.states()) != found | expected:
        if time.monotonic() - begun > PATIENCE:
            seen.wrong += [
                f"{step}: {name} {found[name]}" for name, state in expected.items() if found[name] is not state
            ]
            return
        time.sleep(0.05)
    seen.waited[step] = round(time.monotonic() - begun, 2)


def house() -> int:
    now = datetime.now(UTC)
    organization = Organization(name="試験団体", org_type="07", created_at=now)
    db.session.add(organization)
    db.session.flush()
    owner = {"email": "drill@example.jp", "name": "試験", "role": Role.owner, "organization_id": organization.id}
    db.session.add(Account(**owner, created_at=now))
    db.session.commit()
    return organization.id


class Post:
    """Approved notices by name."""

    def __init__(self, organization_id: int) -> None:
        self.organization_id, self.ids = organization_id, dict[str, int]()

    def write(self, name: str, at: datetime, *, until: datetime | None = None) -> None:
        now = datetime.now(UTC)
        begin_write()
        entry = Entry(
            kind=Kind.notice, organization_id=self.organization_id, number=f"N-{len(self.ids)}", created_at=now
        )
        version = NoticeVersion(
            entry=entry,
            organization_id=self.organization_id,
            state=State.approved,
            title=name,
            publish_at=at,
            unpublish_at=until or at + 2 * YEAR,
            created_at=now,
            updated_at=now,
        )
        db.session.add_all([entry, version])
        db.session.commit()
        self.ids[name] = version.id

    def states(self) -> dict[str, State]:
        found = {row.title: row.state for row in db.session.execute(select(Version.title, Version.state))}
        db.session.remove()
        return found


def measure(post: Post) -> dict[str, Any]:
    rows = db.session.execute(select(Publication.due_at, Publication.published_at)).all()
    letters = select(func.count(OutboxMail.id)).where(OutboxMail.letter == "entry_published")
    audited = select(func.count(AuditEvent.id)).where(AuditEvent.action == "entry.publish")
    return {
        "published": len(rows),
        "expected": len(post.ids) - 1,
        "early": sum(row.published_at < row.due_at for row in rows),
        "letters": db.session.scalar(letters),
        "audited": db.session.scalar(audited),
    }


@contextmanager
def scheduler(settings: Settings, file: Path, folder: str) -> Iterator[None]:
    environment = {
        "PATH": os.environ["PATH"],
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_STORAGE_URL": f"file://{folder}/files",
        "PORTAL_TICK_SECONDS": str(TICK),
    }
    command: Sequence[str] = [sys.executable, "-m", "tests.drills.shifted", str(file)]
    with subprocess.Popen(command, cwd=databases.ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
