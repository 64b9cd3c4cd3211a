"""What an organization keeps about talents: favorites (気になる), saved searches; and whom a talent does not hear."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import Account
from models.talents import Talent


class Favorite(Base):
    """気になる: shared by the members of an organization, never told to the talent."""

    __tablename__ = "favorite"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    talent_id: Mapped[int] = mapped_column(ForeignKey("talent.id"), primary_key=True, index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)  # who marked it
    note: Mapped[str] = mapped_column(default="")
    label: Mapped[str] = mapped_column(default="")
    next_on: Mapped[date | None]  # the day on which to look at it again
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    talent: Mapped[Talent] = relationship()

    __table_args__ = (Index(None, "organization_id", "created_at", "talent_id"),)


class SavedSearch(Base):
    """A search of talents by name. With `digest` its owner is mailed what is new since `told_at`."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    query: Mapped[dict[str, Any]]  # as in the address of the search
    digest: Mapped[bool] = mapped_column(default=False, index=True)
    opened_at: Mapped[datetime]  # matches that are newer count as new
    told_at: Mapped[datetime]
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship()

    __table_args__ = (UniqueConstraint("organization_id", "name"),)


class OfferStop(Base):
    """A talent's wish to get no more offers from this organization; answers in open threads stay possible."""

    __tablename__ = "offer_stop"

    talent_id: Mapped[int] = mapped_column(ForeignKey("talent.id"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True, index=True)
    created_at: Mapped[datetime]
