"""What takes long is made in the background: a row asks for it, the clock's worker makes it, its owner fetches it.

Any number of workers may run. A lease says who makes a row; whoever dies in the middle leaves it to the next.
"""

import logging
import tempfile
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, BinaryIO
from uuid import uuid4

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from models.applications import Application, ApplicationDocument, Download
from models.base import db
from models.entries import Entry
from models.people import Account
from models.states import DownloadKind, DownloadState
from portal import audit
from portal.actors import Actor
from portal.database import begin_write, claim, finds, write
from portal.errors import NotFound, Refused
from portal.files import dropping, intake
from portal.matching import favorites
from portal.permissions import visible
from portal.recruiting import making
from portal.recruiting.opening import find as find_application

log = logging.getLogger(__name__)

KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=10)
MOST_TRIES = 3
MOST_WAITING = 10  # of one person
OVER = "このファイルはダウンロードできなくなりました。必要なときは、もう一度作成してください。"
OPEN = (DownloadState.queued, DownloadState.working)


def request(kind: DownloadKind, target_id: int, *, actor: Actor, now: datetime) -> Download:
    """Queues one. `target_id` is an application for `person`, nothing (0) for favorites and own data, else an entry."""
    total = _total(kind, target_id, actor=actor)
    return queue(kind, {"target": target_id}, total=total, actor=actor, now=now)


def queue(kind: DownloadKind, params: dict[str, Any], *, total: int, actor: Actor, now: datetime) -> Download:
    """Queues what the caller knows that the actor may have.

    What is asked for is on record before anything is read; the same request twice while one waits is one.
    """
    waiting = db.session.scalars(
        select(Download).where(visible(actor, Download), Download.state.in_(OPEN)).order_by(Download.id)
    ).all()
    for row in waiting:
        if row.kind is kind and row.params == params:
            return row
    if len(waiting) >= MOST_WAITING:
        raise Refused("作成中のダウンロードが多すぎます。できあがってから、もう一度お試しください。")
    download = Download(
        account_id=actor.account_id,
        organization_id=actor.organization_id,
        kind=kind,
        params=params,
        total=total,
        next_at=now,
        created_at=now,
    )
    db.session.add(download)
    db.session.flush()
    audit.record(
        "download.request",
        subject="download",
        subject_id=download.id,
        details={"kind": kind} | params,
        actor=actor,
        now=now,
    )
    return download


def _total(kind: DownloadKind, target_id: int, *, actor: Actor) -> int:
    """How many pieces it will have; raises NotFound for what the actor does not see."""
    if kind is DownloadKind.own_data:
        return 1
    if kind in making.FAVORITES:
        return favorites.count(actor)
    if kind is DownloadKind.person:
        return sum(document.file_id is not None for document in find_application(target_id, actor=actor).documents)
    if db.session.scalar(select(Entry.id).where(Entry.id == target_id, visible(actor, Entry))) is None:
        raise NotFound
    query = (
        select(func.count())
        .select_from(Application)
        .where(Application.entry_id == target_id, visible(actor, Application))
    )
    if kind is DownloadKind.posting:
        query = query.join(ApplicationDocument).where(ApplicationDocument.file_id.is_not(None))
    return db.session.scalar(query) or 0


def recent(*, actor: Actor, now: datetime) -> Sequence[Download]:
    """What the person asked for and can still see the fate of, newest first."""
    return db.session.scalars(_recent(actor), {"since": now - KEPT}).all()


@lru_cache(maxsize=256)
def _recent(actor: Actor) -> Select:
    since = bindparam("since", type_=Download.created_at.type)
    return (
        select(Download)
        .where(visible(actor, Download), Download.created_at >= since, Download.state != DownloadState.cancelled)
        .order_by(Download.id.desc())
        .limit(20)
    )


def find(download_id: int, *, actor: Actor) -> Download:
    download = db.session.scalars(
        select(Download).where(Download.id == download_id, visible(actor, Download))
    ).one_or_none()
    if download is None:
        raise NotFound
    return download


def fetch(download_id: int, *, actor: Actor, now: datetime) -> Download:
    """The finished one, on record; NotFound when it is not ready or is somebody else's, Refused when it was recalled
    or its day is over."""
    download = find(download_id, actor=actor)
    if download.state is DownloadState.expired or (download.expires_at and download.expires_at <= now):
        raise Refused(OVER)
    if download.state is not DownloadState.ready:
        raise NotFound
    audit.record(
        "download.fetch",
        subject="download",
        subject_id=download.id,
        details={"kind": download.kind},
        actor=actor,
        now=now,
    )
    return download


def newest_of(target_id: int, kinds: Collection[DownloadKind], *, actor: Actor, now: datetime) -> Sequence[Download]:
    """The last one of each kind that the person asked for about one posting or application."""
    found: dict[DownloadKind, Download] = {}
    for row in recent(actor=actor, now=now):
        if row.kind in kinds and row.params.get("target") == target_id:
            found.setdefault(row.kind, row)
    return list(found.values())


def cancel(download_id: int, *, actor: Actor) -> bool:
    """Stops one that is not ready yet, and says whether it did; the worker notices at its next piece."""
    find(download_id, actor=actor)
    return bool(
        write(
            update(Download)
            .where(Download.id == download_id, Download.state.in_(OPEN))
            .values(state=DownloadState.cancelled)
            .execution_options(synchronize_session=False)
        )
    )


# ---- the worker


def work(now: datetime) -> int:
    """Makes what is due, one after the other; returns how many. Commits as it goes."""
    made = 0
    while (download := _claim(now)) is not None:
        made += _make(download, now=now)
    return made


def _claim(now: datetime) -> Download | None:
    owner = uuid4().hex
    due = (
        select(Download.id)
        .where(Download.state.in_(OPEN), Download.next_at <= now)
        .order_by(Download.next_at, Download.id)
    )
    if not finds(due):
        return None
    begin_write()
    download_id = db.session.scalar(claim(due.limit(1)))
    if download_id is None:
        db.session.rollback()
        return None
    db.session.execute(
        update(Download)
        .where(Download.id == download_id)
        .values(state=DownloadState.working, owner=owner, next_at=now + LEASE, attempts=Download.attempts + 1, done=0)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return db.session.get(Download, download_id, populate_existing=True)


def _make(download: Download, *, now: datetime) -> bool:
    key, owner, kind, params = download.id, download.owner, download.kind, dict(download.params)
    if download.attempts > MOST_TRIES:
        return _close(
            key, owner, state=DownloadState.failed, error="作成できませんでした。件数を減らしてお試しください。"
        )
    try:
        actor = _actor_of(download)
        with tempfile.TemporaryFile() as target_file:
            name = making.make(kind, params, target_file, actor=actor, tell=lambda done: _tell(key, owner, done))
            if name is None:
                db.session.rollback()
                return False  # cancelled
            target_file.seek(0)
            return _keep(key, owner, target_file, name, now=now)
    except Refused as refusal:
        db.session.rollback()
        return _close(key, owner, state=DownloadState.failed, error=str(refusal))
    except (OSError, SQLAlchemyError) as problem:
        db.session.rollback()
        log.exception("download not made", extra={"download": key, "problem": type(problem).__name__})
        return False  # its lease ends, and somebody tries again


def _actor_of(download: Download) -> Actor:
    """The person as they are now: rights that were lost meanwhile are lost here too."""
    account = db.session.get_one(Account, download.account_id)
    if account.suspended_at or account.organization_id != download.organization_id:
        raise Refused("この操作を行う権限がなくなりました。")
    return Actor(account.role, account.id, account.organization_id, account.name)


def _tell(download_id: int, owner: str, done: int) -> bool:
    """Progress for the page that waits; False when the row was cancelled or given to another worker."""
    db.session.rollback()
    begin_write()
    mine = write(
        update(Download)
        .where(Download.id == download_id, Download.owner == owner, Download.state == DownloadState.working)
        .values(done=done)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return bool(mine)


def _keep(download_id: int, owner: str, made: BinaryIO, name: str, *, now: datetime) -> bool:
    begin_write()
    account_id = db.session.scalar(select(Download.account_id).where(Download.id == download_id))
    stored = intake.keep_made(made, name, making.media_type(name), owner_id=account_id, now=now)
    return _close(
        download_id,
        owner,
        state=DownloadState.ready,
        file_id=stored.id,
        done=Download.total,
        ready_at=now,
        expires_at=now + KEPT,
    )


def _close(download_id: int, owner: str, **values: Any) -> bool:
    """Only the lease's owner may say what became of the row."""
    if not db.session().in_transaction():
        begin_write()
    closed = write(
        update(Download)
        .where(Download.id == download_id, Download.owner == owner, Download.state == DownloadState.working)
        .values(owner="", **values)
        .execution_options(synchronize_session=False)
    )
    if closed:
        db.session.commit()
    else:
        db.session.rollback()
    return bool(closed)


def expire(now: datetime) -> int:
    """Drops the files of downloads whose day is over; returns how many. Commits."""
    begin_write()
    rows = db.session.execute(
        select(Download.id, Download.file_id)
        .where(Download.state == DownloadState.ready, Download.expires_at <= now)
        .limit(500)
    ).all()
    write(
        update(Download)
        .where(Download.id.in_([row.id for row in rows]))
        .values(state=DownloadState.expired, file_id=None)
        .execution_options(synchronize_session=False)
    )
    dropping.drop([row.file_id for row in rows if row.file_id], now=now)
    db.session.commit()
    return len(rows)
