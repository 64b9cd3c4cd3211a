"""A talent wants no more offers: from one organization or from any, told on the site or by the link of a mail.

The link needs no login. Its token names the talent and the organization and is signed; it does not expire, for a mail
may be read late, and it can do nothing but this.
"""

import hmac
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from flask import Flask, current_app
from sqlalchemy import Row, Select, bindparam, delete, select

from models.base import db
from models.favorites import OfferStop
from models.organizations import Organization
from models.people import Account
from models.states import Role
from models.talents import Talent
from portal import audit
from portal.accounts.tokens import keyed
from portal.actors import Actor
from portal.database import given, insert_or_update, write
from portal.errors import NotFound
from portal.matching import profiles
from portal.permissions import asking

TOKEN = re.compile(r"([0-9]{1,10})-([0-9]{1,10})-([0-9a-f]{32})")
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Link:
    """What the token of a mail stands for, and how it is now."""

    talent_id: int
    organization_id: int
    organization: str
    account_id: int
    is_stopped: bool
    accepts_offers: bool


def token_of(talent_id: int, organization_id: int, *, secret_key: str) -> str:
    mac = keyed(secret_key, "offer-stop", talent_id, organization_id)[:32]
    return f"{talent_id}-{organization_id}-{mac}"


def read_token(token: str, *, secret_key: str) -> Link:
    """Raises NotFound for a token that is not ours, or whose talent has left."""
    said = TOKEN.fullmatch(token)
    if said is None:
        raise NotFound
    talent_id, organization_id = int(said[1]), int(said[2])
    genuine = token_of(talent_id, organization_id, secret_key=secret_key)
    if not hmac.compare_digest(genuine, token) or max(talent_id, organization_id) > LARGEST:
        raise NotFound
    row = db.session.execute(
        select(Talent.account_id, Talent.accepts_offers, Organization.name, OfferStop.created_at)
        .join(Account, Account.id == Talent.account_id)
        .join(Organization, Organization.id == organization_id)
        .outerjoin(OfferStop, (OfferStop.talent_id == Talent.id) & (OfferStop.organization_id == Organization.id))
        .where(Talent.id == talent_id, Account.suspended_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Link(talent_id, organization_id, row.name, row.account_id, row.created_at is not None, row.accepts_offers)


def by_link(link: Link, *, ip: str = "") -> Actor:
    """Whoever has the link acts for the talent, in this alone."""
    return Actor(Role.talent, link.account_id, ip=ip)


def register(app: Flask) -> None:
    """Letters name the address; the token is made when the letter is written and kept nowhere."""

    def stop_token(talent_id: int, organization_id: int) -> str:
        return token_of(talent_id, organization_id, secret_key=current_app.config["PORTAL"].secret_key)

    app.jinja_env.globals["stop_token"] = stop_token


class Act(StrEnum):
    """What a talent says about offers, with one button each."""

    stop = "stop"
    resume = "resume"
    stop_all = "stop_all"
    resume_all = "resume_all"


def perform(act: Act, organization_id: int, *, actor: Actor, now: datetime) -> None:
    if act is Act.stop:
        stop(organization_id, actor=actor, now=now)
    elif act is Act.resume:
        resume(organization_id, actor=actor, now=now)
    else:
        profiles.welcome_offers(welcome=act is Act.resume_all, actor=actor, now=now)


def stopped_by(talent: Talent) -> Sequence[Row]:
    """(id, name, at) of the organizations whose offers the talent does not want, the newest first."""
    return db.session.execute(
        select(Organization.id, Organization.name, OfferStop.created_at.label("at"))
        .join(OfferStop, OfferStop.organization_id == Organization.id)
        .where(OfferStop.talent_id == talent.id)
        .order_by(OfferStop.created_at.desc(), Organization.id)
    ).all()


def is_stopped(talent_id: int, organization_id: int) -> bool:
    return db.session.get(OfferStop, (talent_id, organization_id)) is not None


def stopping(actor: Actor, talent_ids: Collection[int]) -> set[int]:
    """Those of these talents who want no offers from the actor's organization, in one statement."""
    return set(db.session.scalars(_stopping(), {"ids": sorted(set(talent_ids)), **asking(actor)}))


@cache
def _stopping() -> Select:
    of_organization = OfferStop.organization_id == bindparam("organization_id")
    return select(OfferStop.talent_id).where(of_organization, given(OfferStop.talent_id))


def stop(organization_id: int, *, actor: Actor, now: datetime) -> None:
    """From this moment no offer of the organization reaches the talent, held ones neither. Twice is as once."""
    talent = profiles.own(actor)
    if db.session.get(Organization, organization_id) is None:
        raise NotFound
    added = db.session.scalar(
        insert_or_update(OfferStop)
        .values(talent_id=talent.id, organization_id=organization_id, created_at=now)
        .on_conflict_do_nothing()
        .returning(OfferStop.talent_id)
    )
    if added is not None:
        _record("talent.stop", talent, organization_id, actor=actor, now=now)


def resume(organization_id: int, *, actor: Actor, now: datetime) -> None:
    """Offers of the organization are welcome again."""
    talent = profiles.own(actor)
    gone = write(
        delete(OfferStop).where(OfferStop.talent_id == talent.id, OfferStop.organization_id == organization_id)
    )
    if gone:
        _record("talent.resume", talent, organization_id, actor=actor, now=now)


def _record(action: str, talent: Talent, organization_id: int, *, actor: Actor, now: datetime) -> None:
    details = {"organization": organization_id}
    audit.record(action, subject="talent", subject_id=talent.id, details=details, actor=actor, now=now)
