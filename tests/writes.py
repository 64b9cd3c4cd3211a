"""Whether anything was written: to ask costs next to nothing, to look through all tables does not."""

import re
from collections import Counter
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event

READING = re.compile(r"\s*(SELECT|SET|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|PRAGMA)\b")  # whatever else there is may write
_counts: "WeakKeyDictionary[Engine, Counter[str]]" = WeakKeyDictionary()


def count(engine: Engine) -> int:
    """Statements of this process that may have written, since this was first asked."""
    if engine not in _counts:
        seen = _counts[engine] = Counter[str]()

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not READING.match(statement):
                seen["writes"] += 1

        event.listen(engine, "before_cursor_execute", note)
    return _counts[engine]["writes"]
