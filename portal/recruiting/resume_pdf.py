"""履歴書PDF: a row asks for it, the clock's process makes it of the frozen résumé, a digest of what it shows names it.

The page is set by `portal.press`, never in a web process. Whatever goes wrong there is a sentence on the row.
"""

import hashlib
import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, func, select, update

from models.applications import Application, RenderedResume
from models.base import EMPTY, db
from models.files import StoredFile
from portal.actors import Actor
from portal.database import begin_write, finds, insert_or_update, lock_table, write
from portal.errors import Conflict, NotFound, Refused, Throttled, Unavailable
from portal.files import dropping, intake, reading
from portal.press.client import AT_ONCE, PressDown, Unprintable, press
from portal.recruiting import resume_page
from portal.recruiting.opening import record_reading
from portal.recruiting.snapshot import TooLarge

log = logging.getLogger(__name__)

LAYOUT = 2  # raise it when templates/documents change what is shown: what was made before is then made anew
LEASE = timedelta(minutes=3)  # longer than one run of the job
PAUSE = timedelta(seconds=20)  # before something that was away is tried again
MOST_TRIES = 3
MOST_WAITING = 20  # of one organization
MOST_ROUNDS = 5  # of one run of the job
HEAVY = "内容の量が多いため、履歴書PDFを作成できませんでした。応募内容は応募の画面で確認できます。"
DOWN = "ただいま履歴書PDFを作成できません。しばらくしてから、もう一度お試しください。"
BUSY = "履歴書PDFの作成が混み合っています。できあがるまで、しばらくお待ちください。"
WAITS = (RenderedResume.file_id.is_(None), RenderedResume.error == EMPTY)


@dataclass(frozen=True)
class Order:
    """One row that is ours until its lease ends."""

    digest: str
    owner: str
    application_id: int
    attempts: int


def digest_of(application: Application) -> str:
    """Of everything that the PDF shows; it stays the same whatever becomes of profile and posting."""
    photo = db.session.get(StoredFile, application.photo_id) if application.photo_id else None
    shown = {
        "layout": LAYOUT,
        "resume": application.resume,
        "number": application.number,
        "applied_at": application.applied_at.isoformat() if application.applied_at else "",
        "photo": photo.sha256 if photo else "",
    }
    return hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def request(application: Application, *, actor: Actor, now: datetime) -> StoredFile | None:
    """The PDF of an application that the actor was shown, on record as read; None while it is being made.

    Raises Refused with the reason when it cannot be made, Throttled when too many wait.
    """
    row = prepare(application, now=now)
    if row.error:
        raise Refused(row.error)
    if row.file is not None and actor.is_member:
        record_reading(application, "resume_pdf", actor=actor, now=now)
    return row.file


def prepare(application: Application, *, now: datetime) -> RenderedResume:
    """Has it made unless that is done or under way; nothing is read by anybody yet. What failed for a while is tried
    again when it is asked for again."""
    if not application.resume or application.applied_at is None or application.erased_at is not None:
        raise NotFound
    digest = digest_of(application)
    row = db.session.get(RenderedResume, digest, populate_existing=True)
    if row is not None and row.error == DOWN and row.next_at <= now:
        row.error, row.attempts, row.next_at = "", 0, now
    if row is None:
        _refuse_crowd(application)
        queued = insert_or_update(RenderedResume).values(
            digest=digest,
            application_id=application.id,
            error="",
            owner="",
            next_at=now,
            attempts=0,
            created_at=now,
        )
        db.session.execute(queued.on_conflict_do_nothing())  # someone else asked in the same moment
        row = db.session.get_one(RenderedResume, digest)
    db.session.flush()
    return row


def _refuse_crowd(application: Application) -> None:
    waiting = (
        select(func.count())
        .select_from(RenderedResume)
        .join(Application, Application.id == RenderedResume.application_id)
        .where(*WAITS, Application.organization_id == application.organization_id)
    )
    if (db.session.scalar(waiting) or 0) >= MOST_WAITING:
        raise Throttled(BUSY, retry_after=10)


# ---- the worker


def work(now: datetime) -> int:
    """Makes what is due, two at a time; returns how many. Commits as it goes."""
    made = 0
    for _ in range(MOST_ROUNDS):
        orders = _claim(now)
        if not orders:
            break
        made += sum(_settle(order, printed, now=now) for order, printed in _print_each(orders, now=now))
    return made


def _claim(now: datetime) -> list[Order]:
    """As many as the whole portal may print now, however many clocks run."""
    due = (*WAITS, RenderedResume.next_at <= now)
    if not finds(select(RenderedResume.digest).where(*due)):
        return []
    begin_write()
    lock_table(RenderedResume)
    held = select(func.count()).select_from(RenderedResume).where(*WAITS, _is_held(now))
    free = AT_ONCE - (db.session.scalar(held) or 0)
    first = select(RenderedResume.digest).where(*due).order_by(RenderedResume.next_at, RenderedResume.digest)
    owner = uuid4().hex
    rows = db.session.execute(
        update(RenderedResume)
        .where(RenderedResume.digest.in_(list(db.session.scalars(first.limit(max(0, free))))))
        .values(owner=owner, next_at=now + LEASE, attempts=RenderedResume.attempts + 1)
        .returning(RenderedResume.digest, RenderedResume.owner, RenderedResume.application_id, RenderedResume.attempts)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.commit()
    return [Order(*row) for row in rows]


def _is_held(now: datetime) -> ColumnElement[bool]:
    return (RenderedResume.owner != "") & (RenderedResume.next_at > now)


def _print_each(orders: list[Order], *, now: datetime) -> Iterator[tuple[Order, "Future[bytes]"]]:
    """Whichever is ready first; one that takes long holds up none of the others."""
    pages = {order: page for order in orders if (page := _page_of(order, now=now))}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        printing = {pool.submit(press.print, page): order for order, page in pages.items()}
        for printed in as_completed(printing):
            yield printing[printed], printed


def _page_of(order: Order, *, now: datetime) -> str:
    """Empty when there is nothing to print; then the row says so already."""
    application = db.session.get(Application, order.application_id, populate_existing=True)
    if order.attempts > MOST_TRIES:  # whoever had it before did not come back
        return _fail(order, DOWN, now=now)
    try:
        if application is None or application.applied_at is None or digest_of(application) != order.digest:
            return _forget(order)
        return resume_page.html(
            application.resume,
            number=application.number,
            applied_at=application.applied_at,
            photo=_photo(application),
        )
    except (Conflict, Unavailable):  # the photo waits for its scan, or the store is away
        return _put_off(order, now=now)
    except Refused as refusal:
        return _fail(order, HEAVY if isinstance(refusal, TooLarge) else str(refusal), now=now)
    finally:
        db.session.rollback()  # nothing is held while the press works


def _photo(application: Application) -> bytes:
    stored = db.session.get(StoredFile, application.photo_id) if application.photo_id else None
    if stored is None:
        return b""
    with reading.open_file(stored) as file:
        return file.read()


def _settle(order: Order, printed: "Future[bytes]", *, now: datetime) -> bool:
    """What became of one; True when there is a file."""
    try:
        return _keep(order, printed.result(), now=now)
    except Unprintable as problem:
        log.warning("a résumé was not printed: %s", problem, extra={"application": order.application_id})
        _fail(order, HEAVY, now=now)
    except (PressDown, Unavailable):
        log.warning("a résumé was not made", exc_info=True, extra={"application": order.application_id})
        _put_off(order, now=now)
    return False


def _keep(order: Order, pdf: bytes, *, now: datetime) -> bool:
    begin_write()
    number, name = db.session.execute(
        select(Application.number, Application.name).where(Application.id == order.application_id)
    ).one()
    stored = intake.keep_made(io.BytesIO(pdf), f"{number}_{name}_履歴書.pdf", "application/pdf", owner_id=None, now=now)
    _drop_others(order, now=now)
    return _close(order, file_id=stored.id)


def _drop_others(order: Order, *, now: datetime) -> None:
    """What was made of an earlier application of the same person, withdrawn since."""
    dropped = db.session.scalars(
        delete(RenderedResume)
        .where(RenderedResume.application_id == order.application_id, RenderedResume.digest != order.digest)
        .returning(RenderedResume.file_id)
        .execution_options(synchronize_session=False)
    ).all()
    dropping.drop([file_id for file_id in dropped if file_id is not None], now=now)


def _forget(order: Order) -> str:
    """The application was erased or handed in anew since this was asked for."""
    begin_write()
    write(delete(RenderedResume).where(*_held_by(order)).execution_options(synchronize_session=False))
    db.session.commit()
    return ""


def _put_off(order: Order, *, now: datetime) -> str:
    if order.attempts >= MOST_TRIES:
        return _fail(order, DOWN, now=now)
    begin_write()
    _close(order, next_at=now + PAUSE)
    return ""


def _fail(order: Order, sentence: str, *, now: datetime) -> str:
    begin_write()
    _close(order, error=sentence, next_at=now + PAUSE)
    return ""


def _close(order: Order, **values: object) -> bool:
    """Only the lease's owner may say what became of it; False when it was erased or given to another meanwhile."""
    closed = write(
        update(RenderedResume)
        .where(*_held_by(order), *WAITS)
        .values(owner="", **values)
        .execution_options(synchronize_session=False)
    )
    if not closed:
        db.session.rollback()  # bytes that were stored are swept
        return False
    db.session.commit()
    return True


def _held_by(order: Order) -> tuple[ColumnElement[bool], ...]:
    return RenderedResume.digest == order.digest, RenderedResume.owner == order.owner
