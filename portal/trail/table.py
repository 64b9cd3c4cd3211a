"""The trail as a table: what the sheet and the CSV of an export hold."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any

from portal.actors import Actor
from portal.errors import Forbidden
from portal.permissions import may
from portal.sheets import Cell
from portal.trail import finding, words
from portal.trail.finding import Wanted

TITLE = "操作記録"
HEAD = ("番号", "日時", "操作", "だれが", "団体", "対象", "対象の版", "接続元", "詳細", "操作の種類（記号）")
MOST = 1_000_000  # rows; a sheet of Excel holds little more
TEXTS = ("who", "organization", "act", "subject", "number")
DAYS = ("since", "until")


def require_export(actor: Actor) -> None:
    if not may(actor, "trail.export"):
        raise Forbidden("操作記録の書き出しは事務局の管理者だけが行えます。")


def rows(wanted: Wanted, *, actor: Actor) -> Iterator[list[Cell]]:
    require_export(actor)
    for event, names in islice(finding.everything(wanted, actor=actor), MOST):
        yield [
            event.id,
            event.at,
            words.act(event),
            words.who(event, names.accounts),
            names.organizations.get(event.organization_id, ""),
            words.subject(event, names.subjects),
            event.revision,
            event.ip,
            words.summary(event, names.accounts, names.organizations),
            event.action,
        ]


def params_of(wanted: Wanted) -> dict[str, Any]:
    """What narrows the trail, as a row that waits keeps it: people by their ids, so that no name or address is kept."""
    texts = {name: getattr(wanted, name) for name in TEXTS} | {"who": finding.by_id(wanted.who)}
    days = {name: getattr(wanted, name) for name in DAYS}
    said = {name: text for name, text in texts.items() if text}
    return said | {name: day.isoformat() for name, day in days.items() if day}


def wanted_of(params: Mapping[str, Any]) -> Wanted:
    said: dict[str, Any] = {name: params[name] for name in TEXTS if name in params}
    return Wanted(**said | {name: date.fromisoformat(params[name]) for name in DAYS if name in params})
