"""Figures of weeks: each event once, decisions that were taken back out again, and always what counting says."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from models.base import db
from models.figures import WeekFigure
from models.records import Phrase
from models.states import Action, Kind
from portal.clock import TOKYO
from portal.database import begin_write
from portal.figures.folding import week_of
from portal.publishing import workflow
from portal.publishing.business_days import elapsed
from portal.publishing.field_notes import Said
from portal.trail import sealing
from tests.figures.truth import assert_figures_are_true
from tests.make import Maker, seen
from tests.recruiting.builders import applied, posting, talent


def counts(now: datetime) -> dict:
    db.session.rollback()
    sealing.seal_new(now)
    row = db.session.scalars(select(WeekFigure).where(WeekFigure.week == week_of(now))).one()
    return {what: those for what, those in row.counts.items() if those}


def test_what_happened_in_a_week(make: Maker, now: datetime) -> None:
    begin_write()
    db.session.add(Phrase(title="変更の範囲", text="就業場所の変更の範囲をご記入ください。"))
    db.session.commit()
    owner, office = make.member(), make.secretary()
    waiting = [make.submitted(Kind.job, actor=owner) for _ in range(3)]
    make.submitted(Kind.notice, actor=owner)
    make.move(Action.approve, waiting[0], actor=office)
    make.move(Action.return_, waiting[1], actor=office, comment="就業場所の変更の範囲をご記入ください。よろしく。")
    make.move(Action.return_, waiting[2], actor=office, comment="別の理由です。")

    told = counts(now)

    assert told["submit"] == {"job": 3, "notice": 1}
    assert (told["approve"], told["return"], told["wait"]) == ({"job": 1}, {"job": 2}, {"0": 3})
    assert told["reason"] == {"変更の範囲": 1, "": 1}
    assert_figures_are_true(now)


def test_a_reason_may_stand_in_a_note_at_a_field(make: Maker, now: datetime) -> None:
    begin_write()
    db.session.add(Phrase(title="変更の範囲", text="就業場所の変更の範囲をご記入ください。"))
    db.session.commit()
    version = make.submitted(Kind.job)
    begin_write()
    notes = [Said("place_change", "就業場所の変更の範囲をご記入ください。")]
    outcome = workflow.perform(Action.return_, seen(version), actor=make.secretary(), now=now, notes=notes)
    db.session.commit()
    assert counts(now)["reason"] == {"変更の範囲": 1}
    begin_write()
    workflow.undo(outcome.batch, actor=make.secretary(), now=now)
    db.session.commit()
    assert "reason" not in counts(now)


def test_a_decision_taken_back_is_taken_out_whenever_that_is_seen(make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    versions = [make.submitted(actor=owner) for _ in range(2)]
    batches = []
    for version in versions:
        begin_write()
        outcome = workflow.perform(Action.return_, seen(version), actor=office, now=now, comment="理由です。")
        db.session.commit()
        batches.append(outcome.batch)
    for number, batch in enumerate(batches):
        if number:
            assert counts(now)["return"] == {"job": 1}  # the first was sealed with its undo, this one before it
        begin_write()
        workflow.undo(batch, actor=office, now=now)
        db.session.commit()
    told = counts(now)
    assert set(told) == {"submit"}, "no decision, no time, no reason is left"
    db.session.refresh(versions[0])
    make.move(Action.approve, versions[0], actor=office)
    assert counts(now)["approve"] == {"job": 1}
    assert_figures_are_true(now)


def test_publications_and_applications_are_counted_once(make: Maker, now: datetime) -> None:
    version = posting(make)
    for name in ("青木 千尋", "石川 拓真"):
        applied(version, talent(make, name), now=make.now)
    told = counts(make.now)
    assert told["apply"] == {"job": 2}
    assert told["publish"] == {"job": 1}
    assert counts(make.now) == told
    assert_figures_are_true(make.now)


def test_only_business_days_count(rules: Flask) -> None:
    friday = datetime(2026, 11, 20, 18, 0, tzinfo=TOKYO)  # before a weekend and a public holiday on Monday
    assert elapsed(friday, friday + timedelta(hours=3)) == timedelta(hours=3)
    assert elapsed(friday, datetime(2026, 11, 24, 9, 0, tzinfo=TOKYO)) == timedelta(hours=15)
    saturday = datetime(2026, 11, 21, 9, 0, tzinfo=TOKYO)
    assert elapsed(saturday, saturday + timedelta(days=1)) == timedelta(0)
    closed = [datetime(2026, 11, 25, tzinfo=TOKYO).date()]
    assert elapsed(friday, datetime(2026, 11, 26, 0, 0, tzinfo=TOKYO), closed) == timedelta(hours=30)
