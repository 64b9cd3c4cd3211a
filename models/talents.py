"""Talents (登録人材): what a registered person says of themselves, and the two résumés that applications freeze."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, enum_column
from models.files import StoredFile
from models.people import Account
from models.states import ResumeType


class Talent(Base):
    """One person's profile. Name and e-mail are the account's; what others may read, `portal.permissions` says."""

    __tablename__ = "talent"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    code: Mapped[str] = mapped_column(unique=True)  # 登録コード: opaque, tells no order
    level: Mapped[str] = mapped_column(default="3")
    is_public: Mapped[bool] = mapped_column(default=False)
    accepts_offers: Mapped[bool] = mapped_column(default=False)
    shows_readers: Mapped[bool] = mapped_column(default=True)  # wants to be told who opened the résumé

    # never in search or on the talent's page; an application freezes them
    name_kana: Mapped[str] = mapped_column(default="")
    birthdate: Mapped[date | None]
    gender_text: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    postal: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)

    # what organizations see of a published profile
    residence_country: Mapped[str] = mapped_column(default="JP")
    prefecture: Mapped[str] = mapped_column(default="")
    current_status: Mapped[str] = mapped_column(default="")
    degree: Mapped[str] = mapped_column(default="")
    major: Mapped[str] = mapped_column(default="")
    years_total: Mapped[int | None]
    fields: Mapped[list[Any]] = mapped_column(default=list)
    field_years: Mapped[list[Any]] = mapped_column(default=list)  # [{field, years}], of `fields`
    job_categories: Mapped[list[Any]] = mapped_column(default=list)
    languages: Mapped[list[Any]] = mapped_column(default=list)  # [{language, level, test, score}]
    experiences: Mapped[list[Any]] = mapped_column(default=list)  # [{country, kind, from, to, note}]
    qualifications: Mapped[str] = mapped_column(default="")
    pr: Mapped[str] = mapped_column(default="")
    wish_kinds: Mapped[list[Any]] = mapped_column(default=list)
    wish_countries: Mapped[list[Any]] = mapped_column(default=list)
    available_from: Mapped[date | None]

    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
    photo: Mapped[StoredFile | None] = relationship()


class Resume(Base):
    """一般履歴書 or 専門家履歴書 as last saved; `content` is by the names of its declared fields."""

    __tablename__ = "resume"

    id: Mapped[int] = mapped_column(primary_key=True)
    talent_id: Mapped[int] = mapped_column(ForeignKey("talent.id"))
    type: Mapped[ResumeType] = mapped_column(enum_column(ResumeType))
    content: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("talent_id", "type"),)


class TalentBlock(Base):
    """公開しない団体: this organization does not see the talent."""

    __tablename__ = "talent_block"

    talent_id: Mapped[int] = mapped_column(ForeignKey("talent.id"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True, index=True)
    created_at: Mapped[datetime]


class Registration(Base):
    """A talent's registration that waits for the mailed address to be opened; the account is made then."""

    __tablename__ = "registration"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    consent_text: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
