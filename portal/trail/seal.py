"""The seals of the trail: what each row carries from its writing, and what a block says of it afterwards.

A row's own seal (`mac`) is made by whoever writes it, without looking at any other row, so that nobody waits for
anybody. It covers all but the row's number, which the database gives, and the address, of which it covers a salted
digest (`origin`): when a person is erased, address and salt go and the seal still holds.
"""

import hashlib
import hmac
import json
import secrets
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from flask import current_app

from portal.settings import Settings

DIGEST = 16  # bytes of a row's digest in its block
KEPT = 18  # bytes of a row's seal; as text 24 letters
SEALED = (
    "action",
    "actor_id",
    "actor_role",
    "organization_id",
    "subject",
    "subject_id",
    "revision",
    "batch",
    "origin",
)
_encode = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def key_of(settings: Settings) -> bytes:
    """Of its own, so that the trail stays provable when the secret of cookies is changed; else derived from that."""
    secret = settings.audit_key or settings.secret_key
    return hmac.digest(secret.encode(), b"the audit trail", "sha256")


def key() -> bytes:
    return key_of(current_app.config["PORTAL"])


def sign(rows: Sequence[dict[str, Any]], *, secret: bytes) -> None:
    """Adds `salt`, `origin` and `mac` to rows about to be written. No two rows ever get the same `mac`."""
    token = secrets.token_urlsafe(12)
    for place, row in enumerate(rows):
        row["salt"] = f"{token}{place}"
        row["origin"] = origin_of(row["salt"], row["ip"])
        row["mac"] = mac_of(content_of(row), secret=secret)


def origin_of(salt: str, ip: str) -> str:
    return _text(hashlib.sha256(f"{salt}\n{ip}".encode()).digest())


def content_of(row: Mapping[str, Any]) -> bytes:
    """What is sealed, the same bytes before the row is written and after it is read from either database."""
    at, details = row["at"].astimezone(UTC).isoformat(), row["details"]
    settled = json.loads(json.dumps(details)) if details else {}  # keys and values as they come back
    return _encode([at, settled, *(row[name] for name in SEALED)]).encode()


def mac_of(content: bytes, *, secret: bytes) -> str:
    return _text(hmac.digest(secret, content, "sha256"))


def digest_of(number: int, mac: str, content: bytes, *, secret: bytes) -> bytes:
    """What a block keeps of a row: its number and all that it says. 16 bytes."""
    return hmac.digest(secret, b"%d\n%s\n%s" % (number, mac.encode(), content), "sha256")[:DIGEST]


def head_of(before: str, block: Mapping[str, Any], *, secret: bytes) -> str:
    """The seal of a block, which covers that of the block before it. `block` has the columns of TrailBlock."""
    at = block["sealed_at"].astimezone(UTC).isoformat()
    told = [block[name] for name in ("number", "ids", "count", "total", "last_id", "adopts")]
    return hmac.digest(secret, _encode([before, at, *told]).encode() + b"\n" + block["digests"], "sha256").hex()


def _text(digest: bytes) -> str:
    return b2a_base64(digest[:KEPT], newline=False).decode()


def ranges_of(ids: Sequence[int]) -> str:
    """Ascending numbers as `1-5,7`."""
    found: list[list[int]] = []
    for number in ids:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def ids_of(ranges: str) -> list[int]:
    """The reverse; raises ValueError for what `ranges_of` never wrote."""
    ids: list[int] = []
    for part in ranges.split(",") if ranges else ():
        first, _, last = part.partition("-")
        ids.extend(range(int(first), int(last or first) + 1))
    return ids
