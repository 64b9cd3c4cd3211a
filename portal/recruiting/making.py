"""Makes the content of a download into a file; what each kind holds is said here once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from sqlalchemy import select

from models.base import db
from models.entries import Entry
from models.states import DownloadKind
from portal import sheets
from portal.actors import Actor
from portal.errors import NotFound
from portal.matching import favorite_table, viewing
from portal.permissions import visible
from portal.recruiting import archive, opening, own_data, tables
from portal.sheets import Cell
from portal.trail import table as trail_table

Tell = Callable[[int], bool]
MEDIA_TYPES = sheets.MEDIA_TYPES | {"zip": "application/zip", "json": "application/json"}
FAVORITES: Mapping[DownloadKind, str] = {DownloadKind.favorites_xlsx: "xlsx", DownloadKind.favorites_csv: "csv"}

TRAIL: Mapping[DownloadKind, str] = {DownloadKind.trail_xlsx: "xlsx", DownloadKind.trail_csv: "csv"}


def media_type(name: str) -> str:
    return MEDIA_TYPES[name.rpartition(".")[2]]


def make(kind: DownloadKind, params: Mapping[str, Any], target: BinaryIO, *, actor: Actor, tell: Tell) -> str | None:
    """Writes what `params` ask for and returns its name, or None when it was told to stop."""
    if kind in TRAIL:
        return _trail(TRAIL[kind], params, target, actor=actor, tell=tell)
    target_id = int(params["target"])
    if kind is DownloadKind.own_data:
        return own_data.NAME if own_data.write(target, actor=actor, tell=tell) else None
    if kind is DownloadKind.person:
        return _person(target_id, target, actor=actor, tell=tell)
    if kind in FAVORITES:
        return _favorites(FAVORITES[kind], target, actor=actor, tell=tell)
    number = _number(target_id, actor=actor)
    documents = tables.document_names(tables.applications_of(target_id, actor=actor))
    head = tables.head(documents)
    rows = (tables.row(application, documents) for application in tables.applications_of(target_id, actor=actor))
    if kind is DownloadKind.posting:
        people = tables.applications_of(target_id, actor=actor)
        return f"{number}_応募書類.zip" if archive.write(target, people, head, rows, tell=tell) else None
    return _sheet(kind.value, f"{number}_応募一覧", "応募一覧", target, head, rows, tell=tell)


def _favorites(end: str, target: BinaryIO, *, actor: Actor, tell: Tell) -> str | None:
    viewing.require_search(actor)
    rows = favorite_table.rows(actor=actor)
    return _sheet(end, favorite_table.TITLE, favorite_table.TITLE, target, favorite_table.HEAD, rows, tell=tell)


def _trail(end: str, params: Mapping[str, Any], target: BinaryIO, *, actor: Actor, tell: Tell) -> str | None:
    rows = trail_table.rows(trail_table.wanted_of(params), actor=actor)
    return _sheet(end, trail_table.TITLE, trail_table.TITLE, target, trail_table.HEAD, rows, tell=tell)


def _sheet(
    end: str,
    name: str,
    title: str,
    target: BinaryIO,
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    tell: Tell,
) -> str | None:
    done = sheets.write(end, target, title, head, rows)
    return f"{name}.{end}" if tell(done) else None


def _person(application_id: int, target: BinaryIO, *, actor: Actor, tell: Tell) -> str | None:
    application = opening.find(application_id, actor=actor)
    name = f"{archive.folder_of(application)}.zip"
    documents = tables.document_names([application])
    table = [tables.row(application, documents)]
    return name if archive.write(target, [application], tables.head(documents), table, tell=tell) else None


def _number(entry_id: int, *, actor: Actor) -> str:
    number = db.session.scalar(select(Entry.number).where(Entry.id == entry_id, visible(actor, Entry)))
    if number is None:
        raise NotFound
    return number
