"""What the processes say: lines for people, or one JSON object a line for a collector (`PORTAL_LOG=json`).

A line carries the number of the request that it belongs to, which the error page shows as 参照番号. What a record says
beside its message comes along; names, addresses and codes are never among it (tests/abuse/test_logs.py).
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from flask import g, has_app_context

from portal.settings import Settings

TEXT = "%(levelname)s %(name)s %(message)s"
STOCK = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}
OURS = "_portal"  # marks the handler that is ours, so that a second call replaces it


class JSONLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := current_number():
            said["request"] = number
        said |= {name: value for name, value in vars(record).items() if name not in STOCK}
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


def current_number() -> str:
    """Of the request that is being answered; empty outside of one, or before anybody asked for it."""
    return str(g.get("reference", "")) if has_app_context() else ""


def configure(settings: Settings) -> None:
    """Of this process. Everything goes to stderr, where systemd and containers collect it."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if getattr(each, OURS, False)]:
        root.removeHandler(handler)
    handler = logging.StreamHandler(sys.stderr)
    setattr(handler, OURS, True)
    handler.setFormatter(JSONLines() if settings.log == "json" else logging.Formatter(TEXT))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that finds its job still running is no news
    for name in ("botocore", "aiobotocore"):  # where they found the address of a bucket is none either
        logging.getLogger(name).setLevel(logging.WARNING)
