"""The content of an entry as it was when it was given back: kept when the organization first changes it afterwards."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from models.base import db
from models.desk import ReturnedContent
from models.entries import Version
from portal.database import insert_or_update
from portal.publishing import content

MOMENT, DAY = "$moment", "$day"  # JSON has no word for them


def keep(version: Version) -> None:
    """Before a returned entry is changed. What was kept of an earlier return gives way, of this one it stays."""
    kept = db.session.get(ReturnedContent, version.id)
    if kept is not None and kept.decided_at == version.decided_at:
        return
    written = json.dumps(content.read(version), ensure_ascii=False, default=_tagged)
    values = {"decided_at": version.decided_at, "content": written}
    insert = insert_or_update(ReturnedContent).values(version_id=version.id, **values)
    db.session.execute(insert.on_conflict_do_update(index_elements=["version_id"], set_=values))


def at_last_return(version: Version) -> Mapping[str, Any] | None:
    """None for what was never given back. What came again unchanged is what was given back."""
    if version.decided_at is None:
        return None
    kept = db.session.get(ReturnedContent, version.id)
    if kept is None or kept.decided_at != version.decided_at:
        return content.read(version)
    found: Mapping[str, Any] = json.loads(kept.content, object_hook=_untagged)
    return found


def _tagged(value: Any) -> dict[str, str]:
    if isinstance(value, datetime):
        return {MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {DAY: value.isoformat()}
    raise TypeError(f"{value!r} cannot be kept")


def _untagged(read: dict[str, Any]) -> Any:
    if MOMENT in read:
        return datetime.fromisoformat(read[MOMENT])
    return date.fromisoformat(read[DAY]) if DAY in read else read
