"""Applications (応募): what a talent handed in for one entry, frozen as it was at that moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, enum_column
from models.entries import Entry, Version
from models.files import StoredFile
from models.states import ApplicationState, DocumentState, DownloadKind, DownloadState, Kind, ResumeType
from models.talents import Talent


class Application(Base):
    """One talent's application to one entry. While it is a draft nobody but the talent sees it.

    `version_id` names the content that the talent read; the documents asked for, the résumé and the name stand here
    as they were when it was handed in, so that no later change of posting or profile reaches back.
    """

    __tablename__ = "application"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # 応募受付番号: E and nine letters or digits
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    talent_id: Mapped[int] = mapped_column(ForeignKey("talent.id"))
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    state: Mapped[ApplicationState] = mapped_column(enum_column(ApplicationState), default=ApplicationState.draft)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    state_at: Mapped[datetime]
    read_at: Mapped[datetime | None]  # when the organization first opened it

    # frozen at the moment of application
    name: Mapped[str] = mapped_column(default="")
    name_kana: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    resume_type: Mapped[ResumeType | None] = mapped_column(enum_column(ResumeType))
    resume: Mapped[dict[str, Any]] = mapped_column(default=dict)
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    session_at: Mapped[datetime | None]  # the session chosen, for events that offer several
    consent_text: Mapped[str] = mapped_column(default="")

    # the organization's own
    note: Mapped[str] = mapped_column(default="")
    note_revision: Mapped[int] = mapped_column(default=1)
    missing_count: Mapped[int] = mapped_column(default=0)  # documents to be asked for: never there, or found wanting
    reopened_until: Mapped[datetime | None]  # the last moment for what was asked for again

    erase_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    entry: Mapped[Entry] = relationship()
    version: Mapped[Version] = relationship()
    talent: Mapped[Talent] = relationship()
    documents: Mapped[list[ApplicationDocument]] = relationship(
        order_by="ApplicationDocument.position", cascade="all, delete-orphan", back_populates="application"
    )

    __table_args__ = (
        UniqueConstraint("entry_id", "talent_id"),
        # With the organization, which every query of a member names: SQLite would take the index of all it received.
        Index("ix_application_listed", "entry_id", "organization_id", "applied_at", "id"),
        Index("ix_application_of_a_state", "entry_id", "organization_id", "state", "applied_at", "id"),
        Index(None, "organization_id", "applied_at", "id"),
        Index(None, "talent_id", "id"),
        Index(
            "ix_application_unread",
            "organization_id",
            "entry_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index(
            "ix_application_unread_since",
            "applied_at",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index(
            "ix_application_erase",
            "erase_at",
            sqlite_where=text("erased_at IS NULL"),
            postgresql_where=text("erased_at IS NULL"),
        ),
    )


class Tally(Base):
    """The numbers above lists of applicants, as changes whose sum they are: so many came to a place, or left it.

    Triggers on `application` write them, in the transaction of whatever moved it; drafts do not count. Nobody waits
    for anybody, because a change is a new row: nothing here is ever updated, and no foreign key locks anything.
    """

    __tablename__ = "application_tally"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int]
    organization_id: Mapped[int] = mapped_column(index=True)
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    state: Mapped[ApplicationState] = mapped_column(enum_column(ApplicationState))
    is_lacking: Mapped[bool]  # documents, whether or not they still matter
    is_unread: Mapped[bool]
    number: Mapped[int]
    is_fresh: Mapped[bool] = mapped_column(server_default=true())  # not summed up yet

    __table_args__ = (
        Index(None, "entry_id", "organization_id"),
        Index(
            "ix_application_tally_fresh",
            "entry_id",
            sqlite_where=text("is_fresh"),
            postgresql_where=text("is_fresh"),
        ),
    )


class ApplicationDocument(Base):
    """One 書類名 as the posting asked for it on that day, and the file handed in under it, if any."""

    __tablename__ = "application_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    position: Mapped[int]
    name: Mapped[str]
    required: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    format: Mapped[str] = mapped_column(default="any")  # a code of DOCUMENT_FORMATS
    state: Mapped[DocumentState] = mapped_column(enum_column(DocumentState), default=DocumentState.missing)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    handed_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship(back_populates="documents")
    file: Mapped[StoredFile | None] = relationship()

    __table_args__ = (UniqueConstraint("application_id", "name"),)


class Download(Base):
    """Something made in the background for one person: a ZIP, a sheet, a PDF. Nobody else gets it."""

    __tablename__ = "download"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[DownloadKind] = mapped_column(enum_column(DownloadKind))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[DownloadState] = mapped_column(enum_column(DownloadState), default=DownloadState.queued)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    created_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    file: Mapped[StoredFile | None] = relationship()

    __table_args__ = (
        Index(None, "account_id", "id"),
        Index(
            "ix_download_due",
            "next_at",
            "id",
            sqlite_where=text("state IN ('queued','working')"),
            postgresql_where=text("state IN ('queued','working')"),
        ),
    )


class RenderedResume(Base):
    """A résumé PDF by the digest of all that it shows: made, waiting to be made, or not to be made for a reason."""

    __tablename__ = "rendered_resume"

    digest: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    error: Mapped[str] = mapped_column(default="")  # a sentence for the person who asked
    owner: Mapped[str] = mapped_column(default="")  # of the lease
    next_at: Mapped[datetime]  # when it is due, or when the lease ends
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    file: Mapped[StoredFile | None] = relationship()

    __table_args__ = (
        Index(
            "ix_rendered_resume_due",
            "next_at",
            sqlite_where=text("file_id IS NULL AND error = ''"),
            postgresql_where=text("file_id IS NULL AND error = ''"),
        ),
    )
