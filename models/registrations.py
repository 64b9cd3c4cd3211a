"""Registrations that wait for the secretariat: of new organizations, and changes that do not act at once.

The live data is the organization itself; a version here is invisible outside until its approval writes it there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, enum_column
from models.files import StoredFile
from models.organizations import Organization
from models.states import RegistrationFileKind, RegistrationKind, RegistrationState


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class RegistrationVersion(Base):
    """`content` is by the names of declared fields: all of a new registration, of a change only what it changes.

    `revision` counts every change, so that nobody acts on what they did not see. Only `portal.registry.workflow`
    writes `state`.
    """

    __tablename__ = "registration_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(unique=True)  # R-2026-00012, since it was handed in
    kind: Mapped[RegistrationKind] = mapped_column(enum_column(RegistrationKind))
    state: Mapped[RegistrationState] = mapped_column(enum_column(RegistrationState))
    revision: Mapped[int] = mapped_column(default=1)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))  # of a new one: once approved
    section: Mapped[str] = mapped_column(default="")  # of a change
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of a change: the same names as they were

    # of a new one: who fills it in, by the address that was mailed to them
    account_email: Mapped[str] = mapped_column(default="")
    account_name: Mapped[str] = mapped_column(default="")
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    consent_text: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None] = mapped_column(index=True)  # a draft that nobody goes on with

    # how duplicates are found
    name_key: Mapped[str] = mapped_column(default="")
    corporate_no: Mapped[str] = mapped_column(default="")

    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submissions: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]  # the secretariat's business-day deadline
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    comment: Mapped[str] = mapped_column(default="")  # of the return or the refusal

    organization: Mapped[Organization | None] = relationship()
    files: Mapped[list[RegistrationFile]] = relationship(order_by="RegistrationFile.id", back_populates="version")

    __table_args__ = (
        Index(None, "organization_id", "id"),
        Index("ix_registration_version_queue", "due_at", "id", **_where("state = 'submitted'")),
        Index("ix_registration_version_decided", "decided_at", "id", **_where("decided_at IS NOT NULL")),
        Index(
            "uq_registration_version_open",
            "organization_id",
            unique=True,
            **_where("kind = 'change' AND state IN ('submitted','returned')"),
        ),
        Index("ix_registration_version_name", "name_key", **_where("state = 'submitted'")),
        Index("ix_registration_version_corporate_no", "corporate_no", **_where("state = 'submitted'")),
    )


class RegistrationFile(Base):
    """A file of a registration: 審査用資料 of a new one, which stays with the organization, or its logo."""

    __tablename__ = "registration_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RegistrationFileKind] = mapped_column(enum_column(RegistrationFileKind))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("registration_version.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    words: Mapped[str] = mapped_column(default="")  # of a logo: what it shows, for those who do not see it
    created_at: Mapped[datetime]

    version: Mapped[RegistrationVersion | None] = relationship(back_populates="files")
    file: Mapped[StoredFile] = relationship()
