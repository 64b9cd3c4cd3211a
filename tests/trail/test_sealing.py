"""The sealer beside those who write: nobody waits for anybody, nothing is sealed twice, what comes late comes along."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from models.base import db
from models.records import AuditEvent, TrailBlock
from models.states import Role
from portal import audit
from portal.actors import Actor
from portal.database import begin_write
from portal.trail import seal, sealing, verifying
from tests.figures.truth import assert_figures_are_true

WRITERS, SEALERS, EACH = 4, 3, 25
OFFICE = Actor(Role.reviewer, 1, None, "高橋 直子", "192.0.2.1")


def write(now: datetime, number: int) -> None:
    begin_write()
    audit.record("phrase.create", subject="phrase", subject_id=number, actor=OFFICE, now=now)
    db.session.commit()


def at_once(app: Flask, *acts: Callable[[], None]) -> list[BaseException]:
    failed: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        with app.app_context():
            try:
                act()
            except BaseException as problem:  # noqa: BLE001  # told below
                failed.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_many_write_while_many_seal(rules: Flask, now: datetime) -> None:
    def writing(number: int) -> Callable[[], None]:
        return lambda: [write(now, number * EACH + turn) for turn in range(EACH)] and None

    def sealer() -> None:
        for _ in range(EACH):
            sealing.seal_new(now)

    failed = at_once(rules, *map(writing, range(WRITERS)), *[sealer] * SEALERS)
    sealing.seal_new(now)

    assert failed == []
    kept = select(TrailBlock.number, TrailBlock.ids, TrailBlock.total).order_by(TrailBlock.number)
    blocks = db.session.execute(kept).all()
    sealed = [number for block in blocks for number in seal.ids_of(block.ids)]
    assert len(sealed) == len(set(sealed)) == blocks[-1].total == WRITERS * EACH
    assert [block.number for block in blocks] == list(range(1, len(blocks) + 1))
    assert verifying.verify([], now=now + timedelta(hours=1)).sound
    assert_figures_are_true(now)
    print(
        f"\n{db.engine.name}: {WRITERS * EACH} rows of {WRITERS} writers in {len(blocks)} blocks by {SEALERS} sealers"
    )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True, scope="session")
def test_writers_do_not_wait_for_a_sealer_nor_for_each_other(rules: Flask, now: datetime) -> None:
    """A sealer stops in the middle of its transaction, a writer in the middle of its own: others go on."""
    write(now, 1)
    with db.engine.connect() as slow_sealer, db.engine.connect() as slow_writer:
        for table in ("trail_block", "week_figure"):
            slow_sealer.execute(text(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE"))
        late = slow_sealer.execute(select(*sealing.ROW)).one()._asdict() | {"subject_id": 2}
        del late["id"]
        seal.sign([late], secret=seal.key())
        slow_writer.execute(AuditEvent.__table__.insert().values(late))  # has its number, is not committed

        db.session.execute(text("SET lock_timeout = 200"))
        write(now, 3)
        assert sealing.seal_new(now) == 2, "what is there is sealed, though a lower number is still missing"
        slow_writer.commit()
        slow_sealer.rollback()
    assert sealing.seal_new(now + timedelta(minutes=1)) == 1, "it comes along in the next block"
    numbers = db.session.scalars(select(AuditEvent.subject_id).order_by(AuditEvent.id)).all()
    assert numbers == [1, 2, 3]
    assert verifying.verify([], now=now + timedelta(hours=1)).sound


def test_what_comes_after_all_transactions_ended_was_not_written_by_the_portal(rules: Flask, now: datetime) -> None:
    for number in range(3):
        write(now, number)
    begin_write()
    row = db.session.execute(select(*AuditEvent.__table__.columns).order_by(AuditEvent.id).offset(1).limit(1)).one()
    db.session.execute(AuditEvent.__table__.delete().where(AuditEvent.id == row.id))
    db.session.commit()
    sealing.seal_new(now)
    later = now + sealing.SETTLED + timedelta(seconds=1)
    begin_write()
    db.session.execute(AuditEvent.__table__.insert().values(row._asdict()))
    db.session.commit()
    assert sealing.seal_new(later) == 0
    assert verifying.verify([], now=later).faults == {verifying.Fault.inserted: [row.id]}
    assert db.session.scalar(select(func.count()).select_from(TrailBlock)) == 1


def test_a_sealer_that_dies_leaves_nothing_half_done(
    rules: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(now, 1)
    with monkeypatch.context() as patched:
        patched.setattr("portal.trail.sealing.folding.fold", lambda _rows: (_ for _ in ()).throw(OSError("dies")))
        with pytest.raises(OSError, match="dies"):
            sealing.seal_new(now)
        db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(TrailBlock)) == 0
    assert sealing.seal_new(now) == 1
    assert verifying.verify([], now=now).sound
