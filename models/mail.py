"""The outbox: a mail is a row, written in the transaction of what it tells."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, enum_column
from models.states import Lane, MailState


class OutboxMail(Base):
    """One message to one recipient. `params` fills the letter when it is sent; a secret in it is wiped afterwards."""

    __tablename__ = "outbox_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)  # fixed at creation: a duplicate carries the same one
    lane: Mapped[Lane] = mapped_column(enum_column(Lane))
    letter: Mapped[str]  # folder under templates/letters
    params: Mapped[dict[str, Any]]
    recipient: Mapped[str]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(index=True)
    batch: Mapped[str | None] = mapped_column(index=True)  # the decision it tells of; what undo takes back
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[MailState] = mapped_column(enum_column(MailState), default=MailState.queued)
    next_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(default="")
    last_error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    resent_at: Mapped[datetime | None]  # somebody had it sent again; from then on the time of trying runs anew

    __table_args__ = (
        Index(
            "ix_outbox_mail_due",
            "lane",
            "next_at",
            "id",
            sqlite_where=text("state IN ('queued','sending')"),
            postgresql_where=text("state IN ('queued','sending')"),
        ),
        Index("ix_outbox_mail_recent", "state", "id"),
    )
