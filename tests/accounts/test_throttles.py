"""Counters in windows, exact to the second and under parallel callers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from models.base import db
from models.people import Throttle
from portal.accounts import throttles
from portal.accounts.throttles import Limit
from portal.database import begin_write
from portal.errors import Throttled

LIMIT = Limit("test", 10, timedelta(minutes=5))
SECOND = timedelta(seconds=1)


def test_the_tenth_passes_and_the_eleventh_is_refused(rules: Flask, now: datetime) -> None:
    assert [throttles.take(LIMIT, ["a"], now=now) for _ in range(10)] == list(range(1, 11))
    with pytest.raises(Throttled):
        throttles.take(LIMIT, ["a"], now=now)


@pytest.mark.parametrize(("late", "refused"), [(-SECOND, True), (timedelta(0), False), (SECOND, False)])
def test_a_window_ends_to_the_second(rules: Flask, now: datetime, late: timedelta, refused: bool) -> None:
    for _ in range(10):
        throttles.count(LIMIT, ["a"], now=now)

    moment = now + LIMIT.window + late
    if refused:
        with pytest.raises(Throttled):
            throttles.refuse_if_full(LIMIT, ["a"], now=moment)
    else:
        throttles.refuse_if_full(LIMIT, ["a"], now=moment)
        assert throttles.count(LIMIT, ["a"], now=moment) == 1


def test_the_refusal_says_when_to_come_back(rules: Flask, now: datetime) -> None:
    for _ in range(10):
        throttles.count(LIMIT, ["a"], now=now)

    with pytest.raises(Throttled, match="試行回数が多すぎます。4分後にもう一度お試しください。") as refusal:
        throttles.refuse_if_full(LIMIT, ["a"], now=now + timedelta(seconds=70))
    assert refusal.value.retry_after == 230


def test_a_window_begins_with_the_first_event_and_is_not_moved_by_later_ones(rules: Flask, now: datetime) -> None:
    throttles.count(LIMIT, ["a"], now=now)
    throttles.count(LIMIT, ["a"], now=now + timedelta(minutes=4))

    assert throttles.count(LIMIT, ["a"], now=now + timedelta(minutes=5)) == 1


def test_keys_count_apart_and_the_fullest_one_decides(rules: Flask, now: datetime) -> None:
    for _ in range(9):
        throttles.count(LIMIT, ["shared", "first"], now=now)

    assert throttles.count(LIMIT, ["second", "shared"], now=now) == 10
    assert throttles.count(LIMIT, ["second"], now=now) == 2


def test_what_is_forgotten_counts_anew(rules: Flask, now: datetime) -> None:
    for _ in range(3):
        throttles.count(LIMIT, ["a", "b"], now=now)
    throttles.forget(["a"])

    assert throttles.count(LIMIT, ["a"], now=now) == 1
    assert throttles.count(LIMIT, ["b"], now=now) == 4


def test_a_key_tells_nobody_whom_it_counts(settings) -> None:
    key = throttles.key(LIMIT, settings.secret_key, "account", "org@example.jp")

    assert "org@example.jp" not in key
    assert key != throttles.key(LIMIT, "another secret key", "account", "org@example.jp")
    assert key != throttles.key(LIMIT, settings.secret_key, "address", "org@example.jp")


def test_parallel_callers_are_counted_one_by_one(rules: Flask, now: datetime) -> None:
    barrier = Barrier(8)

    def take(_: int) -> list[int]:
        taken = []
        with rules.app_context():
            barrier.wait()
            for _ in range(25):
                begin_write()
                taken.append(throttles.count(LIMIT, ["b", "a"], now=now))
                db.session.commit()
        return taken

    with ThreadPoolExecutor(8) as pool:
        counts = [count for taken in pool.map(take, range(8)) for count in taken]

    assert sorted(counts) == list(range(1, 201))
    db.session.rollback()
    assert db.session.scalars(select(Throttle.count)).all() == [200, 200]
