"""Writing content: new drafts, saving, revisions of what is public, copies. None of it is visible outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from models.base import db
from models.entries import Entry, Version
from models.organizations import Organization
from models.people import Account
from models.states import EDITABLE_STATES, OPEN_STATES, Kind, Role, State
from portal import audit
from portal.actors import Actor
from portal.clock import local
from portal.database import write
from portal.errors import Conflict, Forbidden, NotFound
from portal.files import dropping
from portal.numbers import next_number
from portal.permissions import asking, may, visible, whoever
from portal.publishing import catalog, content, merging, snapshots, version_files
from portal.publishing.fields import Field
from portal.publishing.workflow import Seen, as_seen, is_held

PREFIX = {Kind.job: "J", Kind.event: "E", Kind.notice: "N"}


def create(kind: Kind, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> Version:
    """A new entry with its first draft. Only types were checked: a draft may be half empty."""
    _require_write(actor)
    organization_id = actor.organization_id
    if organization_id is None:
        raise Forbidden("団体の担当者だけが掲載できます。")
    entry = Entry(kind=kind, organization_id=organization_id, number=next_number(PREFIX[kind], now), created_at=now)
    db.session.add(entry)
    version = _new_version(entry, values, actor=actor, now=now)
    audit.record("entry.create", subject="version", subject_id=version.id, actor=actor, now=now)
    return version


def find(version_id: int, *, actor: Actor, kind: Kind | None = None) -> Version:
    """The version with its entry, if it exists for this actor and is of this kind, where one is named."""
    found: Version | None = db.session.scalars(
        _found(actor.role, kind), {"version_id": version_id, **asking(actor)}
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


@cache
def _found(role: Role, kind: Kind | None) -> Select[Any]:
    """Kept, for every page of a draft runs it. Of a kind that is named all columns come at once."""
    return (
        select(content.CLASSES[kind] if kind else Version)
        .options(joinedload(Version.entry).joinedload(Entry.live_version), joinedload(Version.organization))
        .where(Version.id == bindparam("version_id"), visible(whoever(role), Version))
    )


def save(seen: Seen, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> Version:
    """Overwrites the draft that the actor saw; raises Conflict when it changed meanwhile or is no longer editable."""
    _require_write(actor)
    claimed = write(
        update(Version)
        .where(
            as_seen([seen], actor=actor),
            Version.state.in_(EDITABLE_STATES),
            (Version.hold_until.is_(None)) | (Version.hold_until <= now),
        )
        .values(revision=Version.revision + 1, updated_at=now, updated_by_id=actor.account_id)
        .execution_options(synchronize_session=False)
    )
    if not claimed:
        raise _save_refusal(find(seen.version_id, actor=actor), now=now)
    version = _claimed(seen, actor=actor, now=now)
    if version.decided_at is not None:  # given back, or handed in again since and withdrawn
        snapshots.keep(version)
    before = {row.file_id for row in version.files}
    _fill(version, values)
    dropping.drop(before - {row.file_id for row in version.files}, now=now)
    db.session.flush()
    return version


def _claimed(seen: Seen, *, actor: Actor, now: datetime) -> Version:
    """What this session read at the revision that was claimed is still so: all that changes a content counts it up."""
    known = db.session.identity_map.get(identity_key(Version, seen.version_id))
    if known is None or known.__dict__.get("revision") != seen.revision:
        return db.session.get_one(Version, seen.version_id, populate_existing=True)
    claimed = {"revision": seen.revision + 1, "updated_at": now, "updated_by_id": actor.account_id}
    for name, value in claimed.items():
        set_committed_value(known, name, value)
    return known


def save_beside(
    seen: Seen,
    values: Mapping[str, Any],
    *,
    base: merging.Prints | None,
    actor: Actor,
    now: datetime,
    has_more: bool = False,
) -> tuple[Version, Sequence[Field]]:
    """Like `save`, but what a colleague saved since `base` stays where the actor changed nothing; returns also those
    fields. Raises Clash, and saves nothing, for what both of them changed.

    What is all there already is not saved once more, unless something else comes with it (`has_more`): a form that
    saves itself while it is left must not change what the next page is about.
    """
    taken: Sequence[Field] = ()
    while True:  # again only where somebody else's saving came in between
        try:
            return save(seen, values, actor=actor, now=now), taken
        except Conflict as conflict:
            db.session.expire_all()
            version = find(seen.version_id, actor=actor)
            if base is None or version.revision == seen.revision:
                raise
            merged = merging.merge(version.kind, base, content.read(version), values)
            if merged.clashes:
                raise merging.Clash(str(_save_refusal(version, now=now)), merged) from conflict
            if not (merged.unsaved or has_more) and version.state in EDITABLE_STATES and not is_held(version, now=now):
                return version, [*taken, *(field for field in merged.taken if field not in taken)]
        seen, values, base = Seen(version.id, version.revision), merged.values, merged.base
        taken = [*taken, *(field for field in merged.taken if field not in taken)]


def revise(entry_id: int, *, actor: Actor, now: datetime) -> Version:
    """The draft that will replace what is public; an open one is continued, one that waits is a conflict."""
    _require_write(actor)
    entry = _entry(entry_id, actor=actor)
    waiting = db.session.scalars(
        select(Version).where(Version.entry_id == entry.id, Version.state.in_(OPEN_STATES))
    ).one_or_none()
    if waiting is not None:
        if waiting.state in EDITABLE_STATES and not is_held(waiting, now=now):
            return waiting
        raise Conflict("競合：承認を待っている申請があります。「取下げ」をしてから修正してください。")
    live = entry.live_version
    if live is None or live.state not in (State.published, State.suspended):
        raise Conflict("掲載が終了しているため修正できません。「コピー」で新しく掲載してください。")
    try:
        version = _new_version(entry, content.read(live), actor=actor, now=now, base=live)
    except IntegrityError as error:  # one open version per entry: someone else's came first
        raise Conflict("競合：ほかの人が同じ情報の修正を始めました。一覧から開き直してください。") from error
    audit.record("entry.revise", subject="version", subject_id=version.id, actor=actor, now=now)
    return version


def copy(entry_id: int, *, actor: Actor, now: datetime) -> Version:
    """A new entry that starts from the newest content; its dates are empty."""
    _require_write(actor)
    source = newest(_entry(entry_id, actor=actor))
    entry = Entry(
        kind=source.kind,
        organization_id=source.organization_id,
        number=next_number(PREFIX[source.kind], now),
        created_at=now,
    )
    db.session.add(entry)
    version = _new_version(
        entry, content.copied(source.kind, content.read(source)), actor=actor, now=now, copied_from=source
    )
    audit.record(
        "entry.copy", subject="version", subject_id=version.id, actor=actor, now=now, details={"from": source.id}
    )
    return version


def discard(seen: Seen, *, actor: Actor, now: datetime) -> None:
    """Deletes a draft. What was handed in once stays on record and is only closed for editing."""
    _require_write(actor)
    version = find(seen.version_id, actor=actor)
    if version.revision != seen.revision or version.state is not State.draft or version.submissions:
        raise Conflict("競合：一度申請した情報は削除できません。")
    entry = version.entry
    audit.record("entry.discard", subject="version", subject_id=version.id, actor=actor, now=now)
    dropping.drop([row.file_id for row in version.files], now=now)
    db.session.execute(update(Version).where(Version.copied_from_id == version.id).values(copied_from_id=None))
    db.session.delete(version)
    db.session.flush()
    if entry.live_version_id is None:
        db.session.execute(delete(Entry).where(Entry.id == entry.id))


def newest(entry: Entry) -> Version:
    """The open version if there is one, else what is or was public."""
    waiting = db.session.scalars(
        select(Version).where(Version.entry_id == entry.id, Version.state.in_(OPEN_STATES))
    ).one_or_none()
    version = waiting or entry.live_version
    if version is None:
        raise NotFound
    return version


def _require_write(actor: Actor) -> None:
    if not may(actor, "entry.write"):
        raise Forbidden("この操作を行う権限がありません。")


def _entry(entry_id: int, *, actor: Actor) -> Entry:
    entry = db.session.scalars(select(Entry).where(Entry.id == entry_id, visible(actor, Entry))).one_or_none()
    if entry is None:
        raise NotFound
    return entry


def _new_version(
    entry: Entry,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    base: Version | None = None,
    copied_from: Version | None = None,
) -> Version:
    version = content.CLASSES[entry.kind](
        entry=entry,
        kind=entry.kind,
        organization_id=entry.organization_id,
        state=State.draft,
        revision=1,
        base_version_id=base.id if base else None,
        copied_from_id=copied_from.id if copied_from else None,
        created_at=now,
        updated_at=now,
        updated_by_id=actor.account_id,
    )
    _fill(version, values)
    db.session.add(version)
    db.session.flush()  # its id is in the next address
    return version


def _fill(version: Version, values: Mapping[str, Any]) -> None:
    content.write(version, version_files.of_organization(version.kind, values, version.organization_id))
    organization = db.session.get_one(Organization, version.organization_id)
    # What was emptied by another choice is not found either.
    version.search_text, version.facets = catalog.index(version.kind, content.read(version), organization)


def _save_refusal(version: Version, *, now: datetime) -> Conflict:
    if version.state not in EDITABLE_STATES or is_held(version, now=now):
        return Conflict("競合：申請中または公開中のため、内容は変更できません。")
    editor = db.session.get(Account, version.updated_by_id) if version.updated_by_id else None
    who = f"{editor.name}さん" if editor else "ほかの人"
    return Conflict(
        f"競合：{who}が{local(version.updated_at):%H:%M}に保存しました。入力した内容はまだ保存されていません。"
    )
