"""A list of the organization's own entries as a sheet, with the same filters as the page."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Row

from models.states import Kind
from portal.actors import Actor
from portal.publishing import listing
from portal.publishing.listing import Wanted
from portal.sheets import Cell
from portal.wording import STATE_LOOK

HEAD = ("番号", "タイトル", "公開の状態", "申請の状態", "掲載希望日時", "募集開始", "募集締切", "掲載終了日時")
COUNTED = "応募件数"  # of what takes applications
MOST = 10_000  # rows


def head(kind: Kind) -> list[str]:
    return [*HEAD] if kind is Kind.notice else [*HEAD, COUNTED]


def rows(kind: Kind, wanted: Wanted, *, actor: Actor, now: datetime) -> Iterator[list[Cell]]:
    return (_row(kind, row) for row in listing.every(kind, wanted, actor=actor, now=now, most=MOST))


def _row(kind: Kind, row: Row) -> list[Cell]:
    states = [STATE_LOOK[state].label if state else None for state in (row.live_state, row.open_state)]
    cells = [row.number, row.title, *states, row.publish_at, row.open_at, row.close_at, row.unpublish_at]
    return cells if kind is Kind.notice else [*cells, row.application_count]
