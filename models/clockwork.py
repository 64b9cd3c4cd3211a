"""What is on record about the clock: its processes, its runs, what it was told, and alarms about it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ClockProcess(Base):
    """A scheduler that runs; `beat_at` moves on every few seconds."""

    __tablename__ = "clock_process"

    id: Mapped[str] = mapped_column(primary_key=True)  # host and process number
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]


class JobRun(Base):
    """One run that moved something or failed. Kept for two weeks; of the last run of all, `JobStatus` tells."""

    __tablename__ = "job_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(index=True)
    seconds: Mapped[float]
    done: Mapped[int]
    error: Mapped[str] = mapped_column(default="")

    __table_args__ = (Index(None, "job", "id"),)


class JobOrder(Base):
    """What an administrator told a job: to stand still from `paused_at` until further notice, or to run at once."""

    __tablename__ = "job_order"

    job: Mapped[str] = mapped_column(primary_key=True)
    paused_at: Mapped[datetime | None]
    paused_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime | None]  # empty again once a scheduler took it


class Alarm(Base):
    """Something about the clock that the office must know at once. Of each cause there is one open alarm at most."""

    __tablename__ = "alarm"

    id: Mapped[int] = mapped_column(primary_key=True)
    cause: Mapped[str]
    begun_at: Mapped[datetime]
    told_at: Mapped[datetime | None]  # when the mail about it left
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_alarm_open",
            "cause",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
