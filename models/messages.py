"""Mails between organizations and talents: threads, their messages, what was sent to many at once, and templates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import Base, enum_column
from models.entries import Entry
from models.files import StoredFile
from models.organizations import Organization
from models.people import Account
from models.states import MailClass, MailTopic, MessageState, Side
from models.talents import Talent


class Thread(Base):
    """The exchange between one organization and one talent about one matter: an application, an entry, or none.

    The counts are those of unread messages and are kept in the transaction of each message.
    """

    __tablename__ = "thread"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    talent_id: Mapped[int] = mapped_column(ForeignKey("talent.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    subject: Mapped[str]  # of its newest message
    last_side: Mapped[Side] = mapped_column(enum_column(Side))
    last_at: Mapped[datetime]  # of its newest delivered message
    inbox_at: Mapped[datetime | None]  # of the newest message from the talent: orders 「受信BOX」
    outbox_at: Mapped[datetime | None]  # of the newest message of the organization, held ones too: orders 「送信BOX」
    unread_organization: Mapped[int] = mapped_column(default=0)
    unread_talent: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]  # when the talent first answered: name may be shown, the cool-down ends
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    talent: Mapped[Talent] = relationship()
    application: Mapped[Application | None] = relationship()
    entry: Mapped[Entry | None] = relationship()
    messages: Mapped[list[Message]] = relationship(order_by="Message.id", back_populates="thread")

    __table_args__ = (
        UniqueConstraint("application_id"),
        Index(
            "uq_thread_entry",
            "organization_id",
            "talent_id",
            "entry_id",
            unique=True,
            sqlite_where=text("application_id IS NULL AND entry_id IS NOT NULL"),
            postgresql_where=text("application_id IS NULL AND entry_id IS NOT NULL"),
        ),
        Index(
            "uq_thread_general",
            "organization_id",
            "talent_id",
            unique=True,
            sqlite_where=text("application_id IS NULL AND entry_id IS NULL"),
            postgresql_where=text("application_id IS NULL AND entry_id IS NULL"),
        ),
        Index(None, "organization_id", "inbox_at", "id"),
        Index(None, "organization_id", "outbox_at", "id"),
        Index(None, "talent_id", "last_at", "id"),
        Index(
            "ix_thread_unanswered",
            "last_at",
            sqlite_where=text("answered_at IS NULL AND application_id IS NULL"),
            postgresql_where=text("answered_at IS NULL AND application_id IS NULL"),
        ),
        Index(
            "ix_thread_unread",
            "organization_id",
            sqlite_where=text("unread_organization > 0"),
            postgresql_where=text("unread_organization > 0"),
        ),
    )


class Dispatch(Base):
    """What one member sent in one go, to one person or many (一括メール送信).

    `token` comes from the form: the same form sent twice is one dispatch. Until `release_at` it can be cancelled.
    `reopens` lists the names of the documents that a 再応募依頼 opens until `reopened_until`.
    """

    __tablename__ = "dispatch"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    mail_class: Mapped[MailClass] = mapped_column(enum_column(MailClass))
    topic: Mapped[MailTopic | None] = mapped_column(enum_column(MailTopic))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    subject: Mapped[str]  # with its placeholders
    body: Mapped[str]
    signature: Mapped[str] = mapped_column(default="")
    reopens: Mapped[list[Any]] = mapped_column(default=list)
    reopened_until: Mapped[datetime | None]
    moves_to: Mapped[str] = mapped_column(default="")  # the application's state that the mail sets, if any
    count: Mapped[int] = mapped_column(default=0)  # messages, without those left out
    left_out: Mapped[list[Any]] = mapped_column(default=list)  # [{code, reason}] as told before sending
    created_at: Mapped[datetime]
    release_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
    entry: Mapped[Entry | None] = relationship()

    __table_args__ = (Index(None, "organization_id", "created_at", "id"),)


class Message(Base):
    """One message to one person, as that person reads it: every placeholder is filled."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatch.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    talent_id: Mapped[int] = mapped_column(ForeignKey("talent.id"))
    side: Mapped[Side] = mapped_column(enum_column(Side))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)  # who wrote it
    mail_class: Mapped[MailClass] = mapped_column(enum_column(MailClass))
    topic: Mapped[MailTopic | None] = mapped_column(enum_column(MailTopic))
    subject: Mapped[str]
    body: Mapped[str]
    signature: Mapped[str] = mapped_column(default="")
    state: Mapped[MessageState] = mapped_column(enum_column(MessageState), default=MessageState.held)
    reason: Mapped[str] = mapped_column(default="")  # why refused, in words
    created_at: Mapped[datetime]
    release_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # by the other side
    notice_key: Mapped[str | None] = mapped_column(unique=True)  # the dedupe_key of the outbox row that tells of it
    bounce_seen_at: Mapped[datetime | None]  # when the organization saw that this row did not reach its address

    thread: Mapped[Thread] = relationship(back_populates="messages")
    dispatch: Mapped[Dispatch | None] = relationship()
    account: Mapped[Account] = relationship()
    files: Mapped[list[MessageFile]] = relationship(order_by="MessageFile.position", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("dispatch_id", "talent_id"),
        Index(None, "thread_id", "id"),
        # Who wrote to whom when: quotas, cool-downs, the mark in lists.
        Index(None, "organization_id", "talent_id", "created_at"),
        Index(None, "organization_id", "created_at", "id"),
        Index(
            "ix_message_due",
            "release_at",
            "id",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )


class MessageFile(Base):
    """A file attached to a message (three of 5 MB at most)."""

    __tablename__ = "message_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    position: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)

    file: Mapped[StoredFile] = relationship()


class MailTemplate(Base):
    """テンプレート of an organization, or a sample of the secretariat (no organization) that all may choose."""

    __tablename__ = "mail_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[str]
    mail_class: Mapped[MailClass] = mapped_column(enum_column(MailClass))
    topic: Mapped[MailTopic | None] = mapped_column(enum_column(MailTopic))
    subject: Mapped[str]
    body: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        CheckConstraint("mail_class <> 'reply'", name="template_of_a_first_mail"),
    )
