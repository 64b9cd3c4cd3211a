"""What the secretariat decides about others and about the portal itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, JSONValue, enum_column
from models.people import Account
from models.states import Audience, Kind


class Suspension(Base):
    """Why an organization or an account was shut out, by whom, and how it ended. `suspended_at` there acts."""

    __tablename__ = "suspension"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    reason: Mapped[str]
    begun_at: Mapped[datetime]
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    end_reason: Mapped[str] = mapped_column(default="")

    begun_by: Mapped[Account | None] = relationship(foreign_keys=[begun_by_id])

    __table_args__ = (CheckConstraint("(organization_id IS NULL) <> (account_id IS NULL)", name="one_subject"),)


class PostingStop(Base):
    """The organization may not hand in entries of this kind; without a row it may."""

    __tablename__ = "posting_stop"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(enum_column(Kind), primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[datetime]


class InternalNote(Base):
    """What the secretariat tells itself about an organization, or about one of its entries. Only ever added."""

    __tablename__ = "internal_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str]
    created_at: Mapped[datetime]

    author: Mapped[Account] = relationship()

    __table_args__ = (Index(None, "organization_id", "id"),)


class News(Base):
    """お知らせ of the secretariat, shown to its audience from one moment until another."""

    __tablename__ = "news"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]
    audience: Mapped[Audience] = mapped_column(enum_column(Audience))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (Index(None, "ends_at"),)


class OfficeSetting(Base):
    """A setting that the desk set; it stands before the environment's value."""

    __tablename__ = "office_setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONValue)
    updated_at: Mapped[datetime]


class CodeOverride(Base):
    """How the desk says, orders or retires one code of a list; without a row the portal's own words stand."""

    __tablename__ = "code_override"

    list: Mapped[str] = mapped_column(primary_key=True)  # the attribute's name in portal.codes, in lower case
    value: Mapped[str] = mapped_column(primary_key=True)
    ja: Mapped[str]
    en: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime]


class RuleOverride(Base):
    """What the desk changed of one rule of the checks."""

    __tablename__ = "rule_override"

    rule: Mapped[str] = mapped_column(primary_key=True)
    active: Mapped[bool] = mapped_column(default=True)
    severity: Mapped[str] = mapped_column(default="")  # empty: as the rule itself says
    message: Mapped[str] = mapped_column(default="")  # likewise
    pattern: Mapped[str] = mapped_column(default="")  # likewise
    fields: Mapped[list[Any]] = mapped_column(default=list)  # likewise
    valid_from: Mapped[date | None]
    amount: Mapped[int | None]  # None: the rule's own
    updated_at: Mapped[datetime]


class RuleCount(Base):
    """How often a rule of the checks found something in a month of Tokyo, and was overruled by who handed in."""

    __tablename__ = "rule_count"

    rule: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    fired: Mapped[int] = mapped_column(default=0)
    overruled: Mapped[int] = mapped_column(default=0)


class RetentionHold(Base):
    """The applications to this entry are kept beyond their time, as a dispute or a request of the law asks for."""

    __tablename__ = "retention_hold"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str]
    since: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
