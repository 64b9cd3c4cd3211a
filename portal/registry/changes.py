"""A member changes what the organization registered. Who it is in law waits for the secretariat, all else acts at once.

One edit may hold both. What acts at once is on record as a version too, with what was there before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from models.base import db
from models.organizations import Organization, name_key
from models.people import Account
from models.registrations import RegistrationVersion
from models.states import (
    OPEN_REGISTRATION_STATES,
    RegistrationAction,
    RegistrationKind,
    RegistrationState,
)
from portal import audit
from portal.actors import Actor
from portal.clock import local
from portal.errors import Conflict, Forbidden, Invalid, Refused
from portal.numbers import next_number
from portal.permissions import may, visible
from portal.publishing import catalog
from portal.publishing.business_days import approval_deadline, closed_days
from portal.publishing.checks import Finding
from portal.publishing.differences import Difference, differences_of
from portal.publishing.shapes import Section
from portal.registry import contents, letters, rules, workflow
from portal.registry.registration_fields import HELD, ORGANIZATION, fields_of, rests_on_held, section_named, without

HISTORY = 20
HELD_HINT = "変更は、PARTNER事務局の確認後に反映します。それまでは現在の内容のままです。"


@dataclass(frozen=True)
class Split:
    """What becomes of one edit: names of what acts at once and of what waits."""

    at_once: Sequence[str]
    waits: Sequence[str]


def open_change(organization_id: int, *, actor: Actor) -> RegistrationVersion | None:
    """The change that waits for the secretariat or came back from it, if there is one."""
    return db.session.scalars(
        select(RegistrationVersion).where(
            RegistrationVersion.organization_id == organization_id,
            RegistrationVersion.kind == RegistrationKind.change,
            RegistrationVersion.state.in_(OPEN_REGISTRATION_STATES),
            visible(actor, RegistrationVersion),
        )
    ).one_or_none()


def section_for(key: str, organization: Organization, waiting: RegistrationVersion | None) -> Section:
    """What can be edited now: while a change waits, what it is about is not there."""
    section = _marked(section_named(key))
    if key != ORGANIZATION.key or waiting is None or waiting.state is not RegistrationState.submitted:
        return section
    return without(section, {*HELD, *waiting.content}, contents.read(organization))


def _marked(section: Section) -> Section:
    fields = (replace(field, hint=HELD_HINT) if field.name in HELD else field for field in section.fields)
    return replace(section, fields=tuple(fields))


def proposed(section: Section, organization: Organization, values: Mapping[str, Any]) -> dict[str, Any]:
    """All that the organization registered, as it would be with these values in this section."""
    given = {field.name: values[field.name] for field in section.fields}
    return contents.tidied(contents.read(organization) | given, (section,))


def split(section: Section, organization: Organization, values: Mapping[str, Any]) -> Split:
    new = proposed(section, organization, values)
    names = contents.changed(contents.read(organization), new, (section,))
    if not set(HELD) & set(names):
        return Split(names, ())
    resting = {field.name for field in section.fields if rests_on_held(field)}
    return Split([name for name in names if name not in resting], [name for name in names if name in resting])


def check(section: Section, organization: Organization, values: Mapping[str, Any], *, now: datetime) -> list[Finding]:
    return rules.check((section,), proposed(section, organization, values), now=now)


def save(
    key: str,
    revision: int,
    values: Mapping[str, Any],
    *,
    organization: Organization,
    actor: Actor,
    now: datetime,
    days: int,
) -> Split:
    """Writes what acts at once and hands in what waits. `revision` is that of the section, as it was seen.

    Raises Invalid with findings, Conflict when the section was changed meanwhile, Refused when nothing is new.
    """
    if not may(actor, "registration.write"):
        raise Forbidden("この操作を行う権限がありません。")
    waiting = open_change(organization.id, actor=actor) if key == ORGANIZATION.key else None
    section = section_for(key, organization, waiting)
    before, after = contents.read(organization), proposed(section, organization, values)
    _claim(key, revision, organization, actor=actor)
    if wrong := rules.errors_of(rules.check((section,), after, now=now)):
        raise Invalid(wrong)
    found = split(section, organization, values)
    if not found.at_once and not found.waits:
        raise Refused("変更された項目がありません。")
    if found.at_once:
        _apply(organization, {name: after[name] for name in found.at_once}, now=now)
        _keep(key, found.at_once, before, after, organization, actor=actor, now=now)
    if found.waits:
        content = {name: after[name] for name in found.waits}
        _hand_in(content, before, waiting, organization, actor=actor, now=now, days=days)
    return found


def _claim(key: str, revision: int, organization: Organization, *, actor: Actor) -> None:
    """Of two who edit the same section one is first; the other one is told who it was."""
    column = getattr(Organization, f"{key}_revision")
    claimed = db.session.scalar(
        update(Organization)
        .where(Organization.id == organization.id, column == revision, visible(actor, Organization))
        .values({column: column + 1})
        .returning(Organization.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        raise Conflict(told_conflict(key, organization.id))


def told_conflict(key: str, organization_id: int) -> str:
    row = db.session.execute(
        select(RegistrationVersion.updated_at, Account.name)
        .join(Account, Account.id == RegistrationVersion.created_by_id, isouter=True)
        .where(RegistrationVersion.organization_id == organization_id, RegistrationVersion.section == key)
        .order_by(RegistrationVersion.updated_at.desc(), RegistrationVersion.id.desc())
        .limit(1)
    ).one_or_none()
    who = f"{row.name}さんが{local(row.updated_at):%H:%M}に" if row is not None and row.name else "ほかの人が"
    return f"競合：{who}この項目を更新しました。入力した内容はまだ保存されていません。"


def _apply(organization: Organization, values: Mapping[str, Any], *, now: datetime) -> None:
    names = (organization.name, organization.short_name)
    organization.confirmed_at = now
    for name, value in values.items():
        setattr(organization, name, value)
    db.session.flush()
    if names != (organization.name, organization.short_name):
        catalog.rename(organization, *names)


def _keep(
    key: str,
    names: Sequence[str],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    organization: Organization,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    version = RegistrationVersion(
        kind=RegistrationKind.change,
        state=RegistrationState.applied,
        organization_id=organization.id,
        section=key,
        content={name: after[name] for name in names},
        before={name: before[name] for name in names},
        created_at=now,
        created_by_id=actor.account_id,
        updated_at=now,
        decided_at=now,
    )
    db.session.add(version)
    db.session.flush()
    audit.record(
        "registration.change",
        subject="registration",
        subject_id=version.id,
        details={"fields": list(names)},
        actor=actor,
        now=now,
    )


def _hand_in(
    content: Mapping[str, Any],
    live: Mapping[str, Any],
    returned: RegistrationVersion | None,
    organization: Organization,
    *,
    actor: Actor,
    now: datetime,
    days: int,
) -> None:
    """One that came back is handed in again: the desk sees that it is the second time."""
    version = returned or RegistrationVersion(
        kind=RegistrationKind.change,
        state=RegistrationState.draft,
        organization_id=organization.id,
        section=ORGANIZATION.key,
        created_at=now,
        updated_at=now,
    )
    db.session.add(version)
    db.session.flush()
    values = {
        "content": dict(content),
        "before": {name: live[name] for name in content},
        "created_by_id": actor.account_id,
        "number": version.number or next_number("R", now),
        "name_key": name_key(content.get("name", "")),
        "corporate_no": content.get("corporate_no", ""),
        "submitted_at": now,
        "submissions": RegistrationVersion.submissions + 1,
        "due_at": approval_deadline(now, days, closed_days()),
    }
    workflow.move(RegistrationAction.submit, version, version.revision, actor=actor, now=now, values=values)
    letters.tell_members("registration_change_submitted", version, organization, actor=actor, now=now)


def withdraw(version_id: int, revision: int, *, actor: Actor, now: datetime) -> None:
    """Takes back what waits or came back; the registration stays as it is."""
    version = workflow.find(version_id, actor=actor)
    workflow.move(RegistrationAction.withdraw, version, revision, actor=actor, now=now)


def approve(version: RegistrationVersion, organization: Organization, *, now: datetime) -> None:
    """What waited becomes what stands. Whoever has the section open meanwhile is told so."""
    organization.organization_revision = Organization.organization_revision + 1
    _apply(organization, version.content, now=now)


def history(organization_id: int, *, actor: Actor) -> Sequence[Row]:
    """(version, name of who) of the changes of an organization, newest first."""
    return db.session.execute(
        select(RegistrationVersion, Account.name)
        .join(Account, Account.id == RegistrationVersion.created_by_id, isouter=True)
        .where(
            RegistrationVersion.organization_id == organization_id,
            RegistrationVersion.kind == RegistrationKind.change,
            visible(actor, RegistrationVersion),
        )
        .order_by(RegistrationVersion.id.desc())
        .limit(HISTORY)
    ).all()


def differences_in(version: RegistrationVersion) -> list[Difference]:
    """What a change changes; each field by itself, whatever the choices around it were."""
    fields = (field for field in section_named(version.section).fields if field.name in version.content)
    shown = replace(section_named(version.section), fields=tuple(replace(field, when=()) for field in fields))
    return differences_of((shown,), version.before, version.content)


def labels(names: Sequence[str]) -> list[str]:
    return [field.label for field in fields_of() if field.name in names]
