"""Builders with boring defaults. A state is reached by the services, never by setting the column."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.people import Account
from models.states import Action, Kind, Role, State
from portal.accounts.passwords import hash_password
from portal.actors import Actor
from portal.database import begin_write
from portal.matching import profiles
from portal.publishing import drafts, publication, submission, workflow
from portal.publishing.workflow import Seen
from tests.publishing import samples

PASSWORD = "partner-demo"  # what every test account has; hashed once a run
APPROVAL_DAYS = 3


PLACE: dict[str, Any] = {
    "prefecture": "東京都",
    "city": "文京区",
    "street": "小日向1-2-3",
    "building": "みどりビル4階401",
    "phone": "03-1234-5678",
    "public_email": "info@example.org",
    "website": "https://example.org",
}


class AllRead(dict[str, str]):
    """A reason for whatever the checks warn of."""

    def __missing__(self, key: str) -> str:
        return "選考に必要なため"

    def get(self, key: str, default: str | None = None) -> str:  # type: ignore[override]  # there is one for each
        return self[key]


class Maker:
    """Each call commits, so that other connections see it."""

    office: Actor | None = None  # who approves; without, somebody new each time

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._count = 0

    def organization(self, name: str = "", *, org_type: str = "07", **columns: Any) -> Organization:
        self._count += 1
        begin_write()
        organization = Organization(
            name=name or f"特定非営利活動法人 試験{self._count}",
            org_type=org_type,
            created_at=self.now,
            **PLACE | columns,
        )
        db.session.add(organization)
        db.session.commit()
        return organization

    def account(self, role: Role, organization: Organization | None = None, **columns: Any) -> Account:
        self._count += 1
        begin_write()
        account = Account(
            email=columns.pop("email", f"{role}{self._count}@example.jp"),
            name=columns.pop("name", "佐藤 美咲"),
            role=role,
            organization_id=organization.id if organization else None,
            password_hash=columns.pop("password_hash", password_hash()),
            created_at=self.now,
            **columns,
        )
        db.session.add(account)
        db.session.flush()
        if role is Role.talent:  # a registration makes both at once
            profiles.create(account, now=self.now)
        db.session.commit()
        return account

    def member(self, organization: Organization | None = None, role: Role = Role.owner) -> Actor:
        return actor_of(self.account(role, organization or self.organization()))

    def secretary(self, role: Role = Role.reviewer) -> Actor:
        return actor_of(self.account(role, name="高橋 直子"))

    def draft(self, kind: Kind = Kind.job, *, actor: Actor | None = None, **content: Any) -> Version:
        actor = actor or self.member()
        begin_write()
        version = drafts.create(kind, samples.sample(kind, now=self.now, **content), actor=actor, now=self.now)
        db.session.commit()
        return version

    def submitted(self, kind: Kind = Kind.job, *, actor: Actor | None = None, **content: Any) -> Version:
        actor = actor or self.member()
        version = self.draft(kind, actor=actor, **content)
        return self.submit(version, actor=actor)

    def submit(self, version: Version, *, actor: Actor) -> Version:
        begin_write()
        submission.submit(seen(version), actor=actor, now=self.now, days=APPROVAL_DAYS, acknowledged=AllRead())
        return self._saved(version)

    def approved(
        self, kind: Kind = Kind.job, *, actor: Actor | None = None, office: Actor | None = None, **content: Any
    ) -> Version:
        version = self.submitted(kind, actor=actor, **content)
        return self.move(Action.approve, version, actor=office or self.office or self.secretary())

    def published(self, kind: Kind = Kind.job, *, actor: Actor | None = None, **content: Any) -> Version:
        """Public by the clock, at the time its owner asked for."""
        version = self.approved(kind, actor=actor, **content)
        assert version.publish_at is not None
        publication.publish_due(max(version.publish_at, self.now) + timedelta(minutes=1))
        return self._saved(version)

    def in_state(self, state: State, kind: Kind = Kind.job, *, actor: Actor, office: Actor) -> Version:
        """A version in any state, by the shortest way there."""
        if state is State.draft:
            return self.draft(kind, actor=actor)
        if state is State.submitted:
            return self.submitted(kind, actor=actor)
        if state is State.returned:
            return self.move(
                Action.return_, self.submitted(kind, actor=actor), actor=office, comment="ご確認ください。"
            )
        if state is State.approved:
            return self.approved(kind, actor=actor, office=office)
        version = self.published(kind, actor=actor)
        if state is State.closed:
            return self.move(Action.close, version, actor=actor)
        if state is State.suspended:
            return self.move(Action.unpublish, version, actor=office, comment="確認のため停止します。")
        if state is State.superseded:
            self.publish_revision(version, actor=actor, office=office)
        return self._saved(version)

    def publish_revision(self, version: Version, *, actor: Actor, office: Actor, **content: Any) -> Version:
        begin_write()
        revision = drafts.revise(version.entry_id, actor=actor, now=self.now)
        if content:
            from portal.publishing.content import read

            revision = drafts.save(seen(revision), read(revision) | content, actor=actor, now=self.now)
        db.session.commit()
        self.submit(revision, actor=actor)
        self.move(Action.approve, revision, actor=office)
        assert revision.publish_at is not None
        publication.publish_due(max(revision.publish_at, self.now) + timedelta(minutes=1))
        return self._saved(revision)

    def move(self, action: Action, version: Version, *, actor: Actor, comment: str = "") -> Version:
        begin_write()
        workflow.perform(action, seen(version), actor=actor, now=self.now, comment=comment)
        return self._saved(version)

    def _saved(self, version: Version) -> Version:
        db.session.commit()
        db.session.refresh(version)
        return version


def seen(version: Version) -> Seen:
    return Seen(version.id, version.revision)


def actor_of(account: Account) -> Actor:
    return Actor(account.role, account.id, account.organization_id, account.name, "127.0.0.1")


@cache
def password_hash() -> str:
    """The hash of PASSWORD; Argon2 is slow on purpose, so it is made once."""
    return hash_password(PASSWORD)
