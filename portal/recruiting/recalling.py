"""What was made of applications is recalled when their papers go: nobody fetches it any more, and making it anew is one
press of a button. Also what the organization's members did not fetch yet.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from models.applications import Application, Download
from models.base import db
from models.favorites import Favorite
from models.states import DownloadKind, DownloadState
from portal.files import dropping

ARCHIVES = frozenset({DownloadKind.person, DownloadKind.posting})  # hold documents
LISTS = frozenset({DownloadKind.xlsx, DownloadKind.csv})  # hold names and addresses
FAVORITES = (DownloadKind.favorites_xlsx, DownloadKind.favorites_csv)
OPEN = (DownloadState.queued, DownloadState.working)


def recall(application_ids: Sequence[int], *, kinds: Collection[DownloadKind], now: datetime) -> None:
    """Drops the files that hold one of these applications. What is still being made is begun again, of what is left;
    of one application alone nothing is left.
    """
    _recall(_holds(application_ids, kinds), now=now)


def _recall(held: ColumnElement[bool], *, now: datetime) -> None:
    of_one = Download.kind == DownloadKind.person
    # Before the finished ones: a worker that ends in between is waited for here, and found there.
    _set(held, ~of_one, Download.state.in_(OPEN), state=DownloadState.queued, owner="", attempts=0, done=0, next_at=now)
    _set(held, of_one, Download.state.in_(OPEN), state=DownloadState.cancelled, owner="")
    ready = db.session.execute(
        select(Download.id, Download.file_id).where(held, Download.state == DownloadState.ready).with_for_update()
    ).all()
    _set(Download.id.in_([row.id for row in ready]), state=DownloadState.expired, file_id=None)
    dropping.drop_at_once([row.file_id for row in ready if row.file_id], now=now)


def recall_favorites(talent_id: int, *, now: datetime) -> None:
    """The sheets of favorites of organizations that marked this talent; those that are being made begin anew."""
    marked = select(Favorite.organization_id).where(Favorite.talent_id == talent_id)
    _recall(Download.kind.in_(FAVORITES) & Download.organization_id.in_(marked), now=now)


def _holds(application_ids: Sequence[int], kinds: Collection[DownloadKind]) -> ColumnElement[bool]:
    target = Download.params["target"].as_integer()
    chosen = Application.id.in_(application_ids)
    of_one = (Download.kind == DownloadKind.person) & target.in_(application_ids)
    of_posting = (Download.kind != DownloadKind.person) & target.in_(select(Application.entry_id).where(chosen))
    organizations = select(Application.organization_id).where(chosen)
    return Download.organization_id.in_(organizations) & Download.kind.in_(kinds) & (of_one | of_posting)


def _set(*which: ColumnElement[bool], **values: object) -> None:
    db.session.execute(update(Download).where(*which).values(**values).execution_options(synchronize_session=False))
