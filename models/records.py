"""What the portal keeps about itself: the audit trail, runs of the clock, and the secretariat's small lists."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, enum_column
from models.states import Role


class AuditEvent(Base):
    """Who did what to what, when, from where. Rows are only ever added."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]  # dotted: entry.approve, login.ok
    actor_id: Mapped[int | None]
    actor_role: Mapped[Role] = mapped_column(enum_column(Role))
    organization_id: Mapped[int | None]
    subject: Mapped[str] = mapped_column(default="")  # version, account …
    subject_id: Mapped[int | None]
    revision: Mapped[int | None]
    batch: Mapped[str | None]
    ip: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # the seal (`portal.trail.seal`)
    salt: Mapped[str] = mapped_column(
        default="", server_default=""
    )  # goes when the person is erased, as the address does
    origin: Mapped[str] = mapped_column(default="", server_default="")  # digest of salt and address
    mac: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        Index(None, "subject", "subject_id", "id"),
        # What the pages of the trail are read by, newest first; without the id many rows of one moment share an entry.
        Index(None, "at"),
        Index(None, "action", "at"),
        Index(None, "actor_id", "at"),
        Index(None, "organization_id", "at"),
        Index(None, "batch"),
    )


class TrailBlock(Base):
    """Rows of the trail bound together, and to all blocks before, by the clock. Blocks are only ever added.

    `digests` holds 16 bytes for each of `ids`, in their order: so a check says which row is not as it was.
    """

    __tablename__ = "trail_block"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime]
    ids: Mapped[str]  # ranges: 1-5,7
    digests: Mapped[bytes] = mapped_column(LargeBinary)
    count: Mapped[int]
    total: Mapped[int]  # rows in all blocks up to this one
    last_id: Mapped[int]  # the highest number in them
    adopts: Mapped[bool]  # holds rows from before there were seals
    head: Mapped[str]


class JobStatus(Base):
    """The last run of one scheduled job, whichever process ran it."""

    __tablename__ = "job_status"

    job: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="")  # as the desk shows it
    every: Mapped[float] = mapped_column(default=0)  # seconds
    started_at: Mapped[datetime]
    seconds: Mapped[float]
    done: Mapped[int]  # rows it moved in that run
    error: Mapped[str] = mapped_column(default="")
    worked_at: Mapped[datetime | None]  # the last run that moved anything


class Counter(Base):
    """The last number given out under a name (entry numbers of a year)."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class ClosedDay(Base):
    """A day on which the office is closed beside weekends and public holidays."""

    __tablename__ = "closed_day"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str]


class Phrase(Base):
    """A saved comment for returning an entry."""

    __tablename__ = "phrase"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
