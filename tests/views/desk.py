"""What tests of the desk share."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import inspect, select

from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.states import Kind, State
from portal.actors import Actor
from tests.access.world import digest
from tests.make import Maker

# What a page may write without having done what it was asked for: its own visit.
VISITS = ("login_session",)


def waiting(make: Maker, count: int, *, actor: Actor | None = None, kind: Kind = Kind.job) -> list[Version]:
    """That many submitted entries with titles that tell them apart."""
    actor = actor or make.member()
    return [make.submitted(kind, actor=actor, title=f"申請中の情報その{number + 1}です") for number in range(count)]


def overdue(make: Maker) -> Maker:
    """Builds what asked to be public yesterday, and so is public as soon as it is approved and its hold is over."""
    earlier = Maker(make.now - timedelta(days=8))
    earlier._count = 5_000  # names of its own
    return earlier


def item(version: Version) -> str:
    """What the check box of its row carries."""
    return f"{version.id}:{version.revision}"


def states(versions: Sequence[Version]) -> list[State]:
    """As other connections see them, in the order given."""
    db.session.rollback()
    found = dict(db.session.execute(select(Version.id, Version.state)).all())
    return [found[inspect(version).identity[0]] for version in versions]


def letters(name: str) -> list[str]:
    """Recipients of the letters of that name, oldest first."""
    db.session.rollback()
    return list(
        db.session.scalars(select(OutboxMail.recipient).where(OutboxMail.letter == name).order_by(OutboxMail.id))
    )


def everything_written() -> dict[str, int]:
    return digest(without=VISITS)
