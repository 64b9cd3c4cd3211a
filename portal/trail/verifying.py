"""Is the trail as it was written? Reads all of it and names each row that is not: `portal audit-verify`.

What was sealed is compared with what its block kept of it, blocks with the seals of those before and with the newest
seal kept outside the database. Of rows not sealed yet (some seconds) only their own seal tells.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select, text

from models.base import db
from models.records import AuditEvent, TrailBlock
from portal.trail import seal, sealing
from portal.trail.anchor import Anchored

CHUNK = 5000
SHIFTS_LOOKED_AT = 3000  # rows not as they were, among which changed places are looked for


class Fault(StrEnum):
    """What was done to rows or blocks, in the order of the report."""

    changed = "changed"
    moved = "moved"
    removed = "removed"
    inserted = "inserted"
    copied = "copied"
    origin = "origin"  # the address is not the one that was sealed, or is gone without an erasure
    block = "block"
    anchor = "anchor"


@dataclass
class Verdict:
    """`faults` holds numbers of rows; for `block` and `anchor` those of blocks."""

    rows: int = 0
    blocks: int = 0
    waiting: int = 0  # not sealed yet, and genuine by their own seal
    erased: int = 0  # rows without address because the person was erased
    faults: dict[Fault, list[int]] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        return not self.faults

    def add(self, fault: Fault, number: int) -> None:
        self.faults.setdefault(fault, []).append(number)


@dataclass
class _Expected:
    """What blocks keep, by number of row in ascending order: 24 bytes a row, so that a million fit anywhere."""

    ids: "array[int]" = field(default_factory=lambda: array("q"))
    digests: bytearray = field(default_factory=bytearray)
    adopted_to: int = 0  # rows up to here may lack a seal of their own

    def add(self, ids: Sequence[int], digests: bytes) -> None:
        self.ids.extend(ids)
        self.digests += digests

    def in_order(self) -> Iterator[tuple[int, bytes]]:
        size = seal.DIGEST
        order: Any = range(len(self.ids))
        if any(self.ids[place - 1] >= self.ids[place] for place in range(1, len(self.ids))):
            order = sorted(order, key=self.ids.__getitem__)
        return ((self.ids[place], bytes(self.digests[place * size : place * size + size])) for place in order)


def verify(anchored: Sequence[Anchored], *, now: datetime) -> Verdict:
    """Changes nothing. A minute for a million rows."""
    verdict, secret = Verdict(), seal.key()
    _without_limit()
    settled = sealing.settled_at(now)
    expected = _read_blocks(verdict, {line.number: line for line in anchored}, secret=secret)
    _Reading(verdict, settled.last_id, secret).compare(expected)
    _find_copies(verdict)
    for numbers in verdict.faults.values():
        numbers[:] = sorted(set(numbers))
    verdict.faults = {fault: verdict.faults[fault] for fault in Fault if fault in verdict.faults}
    return verdict


def _without_limit() -> None:
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL statement_timeout = 0"))


def _read_blocks(verdict: Verdict, anchored: dict[int, Anchored], *, secret: bytes) -> _Expected:
    expected, before, number, total = _Expected(), "", 0, 0
    adopts = True
    blocks = select(*TrailBlock.__table__.columns).order_by(TrailBlock.number).execution_options(yield_per=200)
    for block in db.session.execute(blocks):
        for missing in range(number + 1, block.number):
            verdict.add(Fault.block, missing)
        line = anchored.get(block.number)
        if line is not None and (line.head, line.total) != (block.head, block.total):
            verdict.add(Fault.anchor, block.number)
        ids = _ids(block.ids)
        total += len(ids)
        is_next = block.number == number + 1
        sound = block.head == seal.head_of(before, block._asdict(), secret=secret)
        if is_next and not (sound and len(ids) * seal.DIGEST == len(block.digests) and block.total == total):
            verdict.add(Fault.block, block.number)
        if len(ids) * seal.DIGEST == len(block.digests):
            expected.add(ids, block.digests)
        if adopts and ids:
            expected.adopted_to = max(expected.adopted_to, ids[-1]) if block.adopts else expected.adopted_to
        adopts, before, number, total = adopts and block.adopts, block.head, block.number, block.total
        verdict.blocks += 1
    for cut in sorted(line for line in anchored if line > number):
        verdict.add(Fault.anchor, cut)
    return expected


def _ids(ranges: str) -> list[int]:
    """None of a block whose list was made unreadable; its seal says so then."""
    try:
        return seal.ids_of(ranges)
    except ValueError:
        return []


@dataclass
class _Reading:
    """Goes through the rows once, in their order, beside what the blocks keep of them."""

    verdict: Verdict
    settled_to: int
    secret: bytes
    strange: dict[int, tuple[str, bytes]] = field(default_factory=dict)  # rows that are not as sealed: mac, content
    wanted: dict[int, bytes] = field(default_factory=dict)  # digests that no row has
    unsealed: list[int] = field(default_factory=list)
    erased: dict[int, list[int]] = field(default_factory=dict)  # rows without address, by account
    erasures: set[int] = field(default_factory=set)

    def compare(self, expected: _Expected) -> None:
        keeps, adopted_to = expected.in_order(), expected.adopted_to
        number, digest = next(keeps, (0, b""))
        for row in _rows():
            self.verdict.rows += 1
            while number and number < row.id:
                self.wanted[number] = digest
                number, digest = next(keeps, (0, b""))
            is_sealed = number == row.id
            self._look_at(row, digest if is_sealed else None, adopted_to=adopted_to)
            if is_sealed:
                number, digest = next(keeps, (0, b""))
        while number:
            self.wanted[number] = digest
            number, digest = next(keeps, (0, b""))
        self._name()

    def _look_at(self, row: Row, digest: bytes | None, *, adopted_to: int) -> None:
        content = seal.content_of(row._asdict())
        genuine = row.mac == seal.mac_of(content, secret=self.secret) or (not row.mac and row.id <= adopted_to)
        if digest is None:
            self._unexpected(row, content, genuine=genuine)
        elif digest != seal.digest_of(row.id, row.mac, content, secret=self.secret):
            self.strange[row.id] = row.mac, content
            self.wanted[row.id] = digest
        elif not genuine:
            self.verdict.add(Fault.changed, row.id)
        if row.id not in self.strange:
            self._look_at_origin(row)

    def _unexpected(self, row: Row, content: bytes, *, genuine: bool) -> None:
        if genuine and row.id > self.settled_to:
            self.verdict.waiting += 1
        else:
            self.strange[row.id] = row.mac, content

    def _look_at_origin(self, row: Row) -> None:
        if row.action == "account.erase" and row.subject == "account":
            self.erasures.add(row.subject_id)
        if not row.origin:
            return  # from before there were seals
        if not row.salt and not row.ip:
            self.erased.setdefault(row.actor_id or 0, []).append(row.id)
        elif row.origin != seal.origin_of(row.salt, row.ip):
            self.verdict.add(Fault.origin, row.id)

    def _name(self) -> None:
        """Says of each row that is not as it was what became of it."""
        homes = self._homes()
        for number in self.strange:
            if number in homes:
                self.verdict.add(Fault.moved, number)
            else:
                self.verdict.add(Fault.changed if number in self.wanted else Fault.inserted, number)
        moved_from = set(homes.values())
        for number in self.wanted:
            if number not in self.strange and number not in moved_from:
                self.verdict.add(Fault.removed, number)
        for account_id, numbers in self.erased.items():
            if account_id in self.erasures:
                self.verdict.erased += len(numbers)
            else:
                for number in numbers:
                    self.verdict.add(Fault.origin, number)

    def _homes(self) -> dict[int, int]:
        """Of rows that stand under another's number, the number that they were sealed under."""
        if len(self.strange) > SHIFTS_LOOKED_AT or len(self.wanted) > SHIFTS_LOOKED_AT:
            return {}
        found = {}
        by_digest = {digest: number for number, digest in self.wanted.items()}
        for here, (mac, content) in self.strange.items():
            for number in self.wanted:
                digest = seal.digest_of(number, mac, content, secret=self.secret)
                if number != here and by_digest.get(digest) == number:
                    found[here] = number
                    break
        return found


def _rows() -> Iterator[Row]:
    last: int | None = None
    while True:
        chunk = select(*sealing.ROW).order_by(AuditEvent.id).limit(CHUNK)
        rows = db.session.execute(chunk if last is None else chunk.where(AuditEvent.id > last)).all()
        yield from rows
        if len(rows) < CHUNK:
            return
        last = rows[-1].id


def _find_copies(verdict: Verdict) -> None:
    """No two rows are ever written with the same seal; of several the first that is as sealed is the one written."""
    twice = select(AuditEvent.mac).where(AuditEvent.mac != "").group_by(AuditEvent.mac).having(func.count() > 1)
    copies = select(AuditEvent.mac, AuditEvent.id).where(AuditEvent.mac.in_(twice)).order_by(AuditEvent.id)
    named = {number for numbers in verdict.faults.values() for number in numbers}
    seen = set()
    for mac, number in db.session.execute(copies):
        if number not in named and mac in seen:
            verdict.add(Fault.copied, number)
        if number not in named:
            seen.add(mac)
