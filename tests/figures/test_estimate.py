"""How long the office has lately taken, from the figures of weeks, and where organizations are told."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.base import db
from models.figures import WeekFigure
from portal.database import begin_write
from portal.figures import estimate
from portal.figures.estimate import Estimate
from portal.figures.folding import week_of
from tests.make import Maker
from tests.views.login import log_in
from tests.views.pages import Visitor


def decided(now: datetime, waits: dict[str, int], *, weeks_ago: int = 0) -> None:
    """`waits`: how many waited so many tenths of a business day."""
    begin_write()
    db.session.add(WeekFigure(week=week_of(now - timedelta(weeks=weeks_ago)), counts={"wait": waits}))
    db.session.commit()


@pytest.mark.parametrize(
    ("waits", "told"),
    [
        ({"0": 20}, Estimate(20, 1, 1)),
        ({"10": 20}, Estimate(20, 1, 1)),
        ({"11": 20}, Estimate(20, 2, 2)),
        ({"4": 18, "29": 2}, Estimate(20, 1, 1)),
        ({"4": 17, "29": 3}, Estimate(20, 1, 3)),
        ({"4": 9, "12": 9, "41": 2}, Estimate(20, 2, 2)),
        ({"4": 19}, None),
        ({}, None),
    ],
)
def test_half_and_nine_of_ten_in_days_begun(
    rules: Flask, make: Maker, waits: dict[str, int], told: Estimate | None
) -> None:
    decided(make.now, waits)
    assert estimate.lately(make.now) == told


def test_the_last_four_weeks_count_together_and_older_ones_do_not(rules: Flask, make: Maker) -> None:
    for weeks_ago in range(4):
        decided(make.now, {"4": 5}, weeks_ago=weeks_ago)
    decided(make.now, {"90": 500}, weeks_ago=4)
    assert estimate.lately(make.now) == Estimate(20, 1, 1)


def test_who_hands_in_is_told_before_afterwards_and_while_waiting(
    client: FlaskClient,
    make_here: Maker,
) -> None:
    owner = make_here.member()
    log_in(client, owner)
    visitor = Visitor(client)
    waiting = make_here.submitted(actor=owner)
    page = f"/mypage/jobs/{waiting.entry_id}/"
    assert "最近4週間" not in visitor.open(page).page.text

    decided(make_here.now, {"4": 90, "18": 1110})

    sentence = "最近4週間は、9割を2営業日以内に確認しています（1,200件の実績）。"
    draft = make_here.draft(actor=owner)
    for path in (page, f"/mypage/jobs/confirm/{draft.id}/", f"/mypage/jobs/done/{waiting.id}/"):
        assert sentence in visitor.open(path).page.text, path
