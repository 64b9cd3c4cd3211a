"""Whatever is done to the trail behind the portal's back is found, row by row."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update

from models.base import db
from models.records import AuditEvent, TrailBlock
from models.states import Role
from portal import audit
from portal.actors import Actor
from portal.database import begin_write
from portal.trail import anchor, seal, sealing, verifying
from portal.trail.anchor import Anchored
from portal.trail.verifying import Fault, Verdict

ROWS = 120
TIMES = 20  # of each kind of fault; five kinds, so a hundred a database
CHANGES: dict[str, Any] = {
    "at": lambda row: row.at + timedelta(seconds=1),
    "action": lambda _row: "entry.return",
    "actor_id": lambda row: row.actor_id + 1,
    "actor_role": lambda _row: Role.administrator,
    "organization_id": lambda _row: 77,
    "subject": lambda _row: "account",
    "subject_id": lambda _row: None,
    "revision": lambda row: row.revision + 1,
    "batch": lambda _row: None,
    "ip": lambda _row: "203.0.113.77",
    "details": lambda _row: {"comment": "書き換えた理由"},
    "salt": lambda _row: "x",
    "origin": lambda _row: "x",
    "mac": lambda row: row.mac[::-1],
}


@pytest.fixture
def secret(rules: Flask) -> bytes:
    return seal.key()


def write(now: datetime, count: int, *, start: int = 0) -> None:
    begin_write()
    for number in range(start, start + count):
        actor = Actor(Role.reviewer, 1 + number % 7, None, "高橋 直子", f"192.0.2.{number % 250}")
        columns = {"revision": number, "batch": f"batch {number}", "organization_id": number % 3 or None}
        details = {"comment": f"理由{number}", "lines": [[number, "題名", ""]]} if number % 2 else {}
        audit.record(
            "entry.approve", subject="version", subject_id=number, details=details, actor=actor, now=now, **columns
        )
    db.session.commit()


@pytest.fixture
def sealed(rules: Flask, now: datetime, tmp_path: Any) -> Sequence[Anchored]:
    """A trail of several blocks, long settled, and the seals kept outside."""
    kept = []
    for start in range(0, ROWS, 40):
        write(now, 40, start=start)
        assert sealing.seal_new(now) == 40
        head = sealing.newest()
        kept.append(Anchored(head.number, head.total, head.head))
    return kept


def check(kept: Sequence[Anchored], now: datetime) -> Verdict:
    db.session.rollback()
    verdict = verifying.verify(kept, now=now + timedelta(hours=1))
    db.session.rollback()
    return verdict


def rows() -> list[Any]:
    found = db.session.execute(select(*AuditEvent.__table__.columns).order_by(AuditEvent.id)).all()
    db.session.rollback()
    return list(found)


def put(row: Any, **values: Any) -> None:
    """As somebody with the database's password does it."""
    db.session.execute(update(AuditEvent.__table__).where(AuditEvent.id == row.id).values(**values))


def changed(dice: random.Random, all_rows: list[Any]) -> dict[Fault, list[int]]:
    row, name = dice.choice(all_rows), dice.choice(list(CHANGES))
    put(row, **{name: CHANGES[name](row)})
    return {Fault.origin if name in ("ip", "salt") else Fault.changed: [row.id]}


def removed(dice: random.Random, all_rows: list[Any]) -> dict[Fault, list[int]]:
    count = dice.randrange(1, 4)
    start = dice.choice([len(all_rows) - count, dice.randrange(len(all_rows) - count)])  # half the time at the end
    ids = [row.id for row in all_rows[start : start + count]]
    db.session.execute(delete(AuditEvent).where(AuditEvent.id.in_(ids)))
    return {Fault.removed: ids}


def reordered(dice: random.Random, all_rows: list[Any]) -> dict[Fault, list[int]]:
    one, other = dice.sample(all_rows, 2)
    contents = [{name: value for name, value in row._mapping.items() if name != "id"} for row in (other, one)]
    for row, content in zip((one, other), contents, strict=True):
        put(row, **content)
    return {Fault.moved: sorted((one.id, other.id))}


def inserted(dice: random.Random, all_rows: list[Any]) -> dict[Fault, list[int]]:
    """A forged row, in a gap that a broken-off transaction left, at the end, or below all."""
    row = dice.choice(all_rows)
    number = dice.choice([all_rows[-1].id + 1, all_rows[0].id - 1])
    forged = dict(row._mapping) | {"id": number, "subject_id": 9999}
    db.session.execute(insert(AuditEvent.__table__).values(forged))
    return {Fault.inserted: [number]}


def cut(dice: random.Random, all_rows: list[Any]) -> dict[Fault, list[int]]:
    """The last block with all its rows: nothing in the database tells."""
    block = db.session.execute(select(TrailBlock.number, TrailBlock.ids).order_by(-TrailBlock.number)).first()
    assert block is not None
    db.session.execute(delete(AuditEvent).where(AuditEvent.id.in_(seal.ids_of(block.ids))))
    db.session.execute(delete(TrailBlock).where(TrailBlock.number == block.number))
    return {Fault.anchor: [block.number]}


@pytest.mark.parametrize("plant", [changed, removed, reordered, inserted, cut], ids=lambda act: act.__name__)
def test_every_planted_fault_is_found_where_it_is(
    plant: Callable[..., dict[Fault, list[int]]], sealed: Sequence[Anchored], now: datetime
) -> None:
    dice, found = random.Random(20261124), 0
    assert check(sealed, now) == Verdict(rows=ROWS, blocks=3)
    before = rows()
    blocks = [dict(row._mapping) for row in db.session.execute(select(*TrailBlock.__table__.columns))]

    for _ in range(TIMES):
        begin_write()
        told = plant(dice, before)
        db.session.commit()
        verdict = check(sealed, now)
        assert verdict.faults == told
        found += 1
        begin_write()
        db.session.execute(delete(AuditEvent))
        db.session.execute(insert(AuditEvent.__table__), [dict(row._mapping) for row in before])
        db.session.execute(delete(TrailBlock))
        db.session.execute(insert(TrailBlock.__table__), blocks)
        db.session.commit()
    assert check(sealed, now).sound, "as it was"
    print(f"\n{db.engine.name}: {found} of {TIMES} planted by {plant.__name__} found, each where it was")


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_of_any_column_is_found_before_and_after_it_is_sealed(name: str, rules: Flask, now: datetime) -> None:
    write(now, 3)
    row = rows()[1]
    begin_write()
    put(row, **{name: CHANGES[name](row)})
    db.session.commit()
    unsealed = check([], now).faults
    assert [row.id] in unsealed.values()
    left = sealing.seal_new(now)

    assert left == (3 if name in ("ip", "salt") else 2), "what the portal did not write is not sealed as if it had"
    assert [row.id] in check([], now).faults.values()


def test_a_block_is_not_changed_removed_or_made_anew(sealed: Sequence[Anchored], now: datetime) -> None:
    before = [dict(row._mapping) for row in db.session.execute(select(*TrailBlock.__table__.columns))]
    blocks = TrailBlock.__table__
    lies = [
        (update(blocks).where(blocks.c.number == 2).values(digests=before[1]["digests"][::-1]), {Fault.block}),
        (update(blocks).where(blocks.c.number == 2).values(sealed_at=now + timedelta(hours=9)), {Fault.block}),
        (update(blocks).where(blocks.c.number == 2).values(ids="x"), {Fault.block}),
        (delete(blocks).where(blocks.c.number == 2), {Fault.block}),
        (update(blocks).where(blocks.c.number == 3).values(head="0" * 64), {Fault.block, Fault.anchor}),
    ]
    for lie, faults in lies:
        begin_write()
        db.session.execute(lie)
        db.session.commit()
        assert faults <= set(check(sealed, now).faults)
        begin_write()
        db.session.execute(delete(blocks))
        db.session.execute(insert(blocks), before)
        db.session.commit()

    begin_write()  # the last block away, its rows stay and are sealed anew: the chain is whole, but not the one known
    db.session.execute(delete(blocks).where(blocks.c.number == 3))
    db.session.commit()
    sealing.seal_new(now + timedelta(minutes=1))
    assert check(sealed, now).faults == {Fault.anchor: [3]}
    assert check([], now).sound, "which only what is kept outside tells"


def test_a_true_row_written_down_twice_is_found(sealed: Sequence[Anchored], now: datetime) -> None:
    row = rows()[-1]
    begin_write()
    db.session.execute(insert(AuditEvent.__table__).values(dict(row._mapping) | {"id": row.id + 1}))
    db.session.commit()
    assert check(sealed, now).faults == {Fault.copied: [row.id + 1]}
    sealing.seal_new(now)
    assert check(sealed, now).faults == {Fault.copied: [row.id + 1]}


def test_forging_needs_the_key(sealed: Sequence[Anchored], now: datetime) -> None:
    row = dict(rows()[-1]._mapping) | {"id": rows()[-1].id + 1, "subject_id": 4242}
    seal.sign([row], secret=b"a guess")
    begin_write()
    db.session.execute(insert(AuditEvent.__table__).values(row))
    db.session.commit()
    assert sealing.seal_new(now) == 0
    assert check(sealed, now).faults == {Fault.inserted: [row["id"]]}


def test_rows_from_before_the_seals_are_adopted_once(rules: Flask, now: datetime) -> None:
    begin_write()
    old = {"at": now, "action": "login.ok", "actor_role": Role.owner, "subject": "", "ip": "192.0.2.1", "details": {}}
    db.session.execute(insert(AuditEvent.__table__), [old | {"subject_id": number} for number in range(5)])
    db.session.commit()
    assert sealing.seal_new(now) == 5
    assert check([], now).sound
    write(now, 2)
    assert sealing.seal_new(now) == 2

    first = rows()[0]
    begin_write()
    db.session.execute(insert(AuditEvent.__table__).values(old))
    put(first, actor_role=Role.administrator)
    db.session.commit()

    assert sealing.seal_new(now) == 0
    assert sorted(check([], now).faults) == [Fault.changed, Fault.inserted]
    assert db.session.scalar(select(func.count()).select_from(TrailBlock)) == 2


def test_an_erasure_takes_the_address_and_leaves_the_seal(sealed: Sequence[Anchored], now: datetime) -> None:
    someone = rows()[0].actor_id
    begin_write()
    audit.forget_origins(someone)
    db.session.commit()
    silent = check(sealed, now)
    assert set(silent.faults) == {Fault.origin}, "addresses that went without an erasure on record"

    begin_write()
    audit.record("account.erase", subject="account", subject_id=someone, actor=Actor(Role.system), now=now)
    db.session.commit()
    sealing.seal_new(now)
    told = check(sealed, now)
    assert told.sound
    assert told.erased == len(silent.faults[Fault.origin]) > 10
    assert {row.ip + row.salt for row in rows() if row.actor_id == someone} == {""}


def test_the_file_outside_keeps_each_newest_seal(rules: Flask, now: datetime) -> None:
    file = rules.config["PORTAL"].anchor_file
    begun = len(anchor.read(file))
    for _ in range(2):
        write(now, 2)
        sealing.seal_new(now)
    head = sealing.newest()
    assert anchor.read(file)[begun + 1 :] == [Anchored(head.number, head.total, head.head)]
    assert sealing.seal_new(now) == 0
    assert len(anchor.read(file)) == begun + 2
    assert anchor.parsed("1 2 short") is None
