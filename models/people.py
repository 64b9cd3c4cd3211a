"""Accounts and what a login leaves behind. A member of an organization is an account whose role says so."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, enum_column
from models.states import AddressPurpose, Role

if TYPE_CHECKING:
    from models.organizations import Organization


class Account(Base):
    """One person's login: a member of an organization, a secretary or a talent, by `role`."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)  # NFKC, lower case
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(enum_column(Role))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    password_hash: Mapped[str] = mapped_column(default="")
    # Counts up with each new password; challenges and addresses issued before it die.
    password_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    # A member who left: suspended for good. The row stays for what the organization keeps of their work.
    removed_at: Mapped[datetime | None]

    organization: Mapped[Organization | None] = relationship(back_populates="members")

    __table_args__ = (
        CheckConstraint(
            "(role IN ('owner','editor','viewer')) = (organization_id IS NOT NULL)", name="member_has_organization"
        ),
        Index(None, "name"),
    )


class LoginChallenge(Base):
    """A one-time password that was mailed: single use, few tries, bound to the browser that asked."""

    __tablename__ = "login_challenge"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)  # of the secret in the browser's pre-login cookie
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_mac: Mapped[str]
    password_version: Mapped[int]
    tries: Mapped[int] = mapped_column(default=0)
    resends: Mapped[int] = mapped_column(default=0)
    by_app: Mapped[bool] = mapped_column(default=False)  # nothing was mailed: the authenticator app shows the code
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class LoginSession(Base):
    """A login that is open until it is idle too long, too old, or ended by its owner."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]  # when its owner proved themselves once more (step-up)
    ip: Mapped[str] = mapped_column(default="")
    browser: Mapped[str] = mapped_column(default="")


class KeptInput(Base):
    """What a member posted after the login had run out; the form has it again after the next login."""

    __tablename__ = "kept_input"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    form: Mapped[str]
    fields: Mapped[list[Any]]  # [[name, text]] as posted
    kept_at: Mapped[datetime] = mapped_column(index=True)


class KnownBrowser(Base):
    """A browser that once completed a login; strangers' failures do not lock it out."""

    __tablename__ = "known_browser"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class OneTimeAddress(Base):
    """An address that was mailed and does one thing once. A newer one of the same purpose replaces it."""

    __tablename__ = "one_time_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[AddressPurpose] = mapped_column(enum_column(AddressPurpose))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    email: Mapped[str]  # whose mailbox it went to
    new_email: Mapped[str] = mapped_column(default="")  # of a change of the login e-mail
    password_version: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "account_id", "purpose"),)


class Authenticator(Base):
    """The authenticator app of an account; it is asked for from `confirmed_at` on."""

    __tablename__ = "authenticator"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str]  # encrypted with a key that the database does not know
    last_step: Mapped[int] = mapped_column(default=0)  # of 30 seconds; a code of it or an earlier one is used up
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """Stands in for the app, once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """A counter in a window of time, shared by all processes."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    window_ends_at: Mapped[datetime]

    __table_args__ = (Index(None, "window_ends_at"),)
