"""Who was reminded of what: one row per person and occasion, so that nobody is reminded twice."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, enum_column
from models.states import ReminderKind, ReminderState


class Reminder(Base):
    """`occasion_at` is the moment that the reminder is about: when it moves, that is another occasion."""

    __tablename__ = "reminder"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ReminderKind] = mapped_column(enum_column(ReminderKind))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    subject_id: Mapped[int]  # of the version, entry, thread … that the kind is about
    occasion_at: Mapped[datetime]
    state: Mapped[ReminderState] = mapped_column(enum_column(ReminderState))
    at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("account_id", "kind", "subject_id", "occasion_at"),)


class ReminderOff(Base):
    """A kind of reminder that a person does not want; without a row they get it."""

    __tablename__ = "reminder_off"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    kind: Mapped[ReminderKind] = mapped_column(enum_column(ReminderKind), primary_key=True)
