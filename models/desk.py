"""What the secretariat's desk keeps for its own work: filters with a name, what is alike."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class SavedView(Base):
    """A filter of the queue under a name, of one member of the secretariat. `query` is what its address says."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]
    query: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("account_id", "name"),)


class Sketch(Base):
    """What the text of an entry was like as it was handed in."""

    __tablename__ = "sketch"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True, autoincrement=False)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    hashes: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (Index(None, "organization_id", "version_id"),)


class Likeness(Base):
    """Another entry of its organization that an entry was like when it was handed in."""

    __tablename__ = "likeness"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True, autoincrement=False)
    per_cent: Mapped[int]


class ReturnedContent(Base):
    """What an entry said when it was given back; `decided_at` tells by which decision."""

    __tablename__ = "returned_content"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True, autoincrement=False)
    decided_at: Mapped[datetime]
    content: Mapped[str]  # JSON, by the names of fields


class FieldNote(Base):
    """What the secretariat said at one field when it gave an entry back, and what the organization answered there.

    `decided_at` and `batch` tell by which decision; those of the version's last return stand, earlier ones are history.
    """

    __tablename__ = "field_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    batch: Mapped[str]
    decided_at: Mapped[datetime]
    field: Mapped[str]
    text: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    is_done: Mapped[bool] = mapped_column(default=False)  # 対応しました
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (UniqueConstraint("version_id", "batch", "field"),)
