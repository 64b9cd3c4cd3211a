"""A filter under a name is its owner's alone; what each choice would show adds up to what it shows."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.base import db
from models.states import Kind
from portal.errors import Forbidden, NotFound, Refused
from portal.publishing import queue, saved_views, triage
from portal.publishing.queue import MISSED, Filter
from portal.publishing.queue_counts import tallies
from portal.publishing.queue_filter import NOBODY
from portal.publishing.review import assign
from tests.make import Maker, seen


def test_a_view_is_kept_under_its_name_for_its_owner_alone(make: Maker, now: datetime) -> None:
    mine, other = make.secretary(), make.secretary()
    saved_views.keep_view("  大学の  求人 ", "kind=job&org=05", actor=mine, now=now)
    saved_views.keep_view("大学の 求人", "kind=job&org=06", actor=mine, now=now)
    saved_views.keep_view("大学の 求人", "lamp=clean", actor=other, now=now)

    (view,) = saved_views.views_of(mine)

    assert (view.name, view.query) == ("大学の 求人", "kind=job&org=06")
    with pytest.raises(NotFound):
        saved_views.drop_view(view.id, actor=other)
    saved_views.drop_view(view.id, actor=mine)
    assert saved_views.views_of(mine) == []
    assert len(saved_views.views_of(other)) == 1


def test_what_cannot_be_kept(make: Maker, now: datetime) -> None:
    mine = make.secretary()
    for name, query, words in ((" ", "lamp=clean", "名前"), ("長" * 41, "lamp=clean", "40文字"), ("全部", "", "条件")):
        with pytest.raises(Refused, match=words):
            saved_views.keep_view(name, query, actor=mine, now=now)
    with pytest.raises(Forbidden):
        saved_views.keep_view("求人", "kind=job", actor=make.member(), now=now)
    for number in range(saved_views.MOST):
        saved_views.keep_view(f"条件{number}", "kind=job", actor=mine, now=now)
    with pytest.raises(Refused, match="20件まで"):
        saved_views.keep_view("もう一つ", "kind=job", actor=mine, now=now)
    saved_views.keep_view("条件3", "kind=event", actor=mine, now=now)


def test_every_count_is_what_its_choice_shows(make: Maker, now: datetime) -> None:
    """For each filter of a few: choosing another value shows as many rows as its count said."""
    office, colleague = make.secretary(), make.secretary()
    houses = [make.member(make.organization(org_type=kind)) for kind in ("05", "06", "05")]
    made = [make.submitted(kind, actor=own) for own in houses for kind in Kind]
    earlier = Maker(now - timedelta(days=8))
    earlier._count = 900
    made += [earlier.submitted(Kind.job, actor=houses[0]), earlier.submitted(Kind.notice, actor=houses[1])]
    made[1].warning_count = made[4].warning_count = made[9].error_count = 1
    db.session.commit()
    assign([seen(made[0]), seen(made[9])], to=office.account_id, actor=office, now=now)
    assign([seen(made[4])], to=colleague.account_id, actor=office, now=now)
    triage.put_aside(seen(made[2]), "", until=None, actor=office, now=now)
    bounds = queue.bounds_of(now, ())

    for wanted in (
        Filter(bounds=bounds),
        Filter(bounds=bounds, kind=Kind.job, lamp="clean"),
        Filter(bounds=bounds, org_type="05", due=queue.LATE),
        Filter(bounds=bounds, mine=True),
        Filter(bounds=bounds, due=MISSED, text="試験"),
        Filter(bounds=bounds, who=NOBODY, aside=True),
    ):
        told = tallies(wanted, actor=office)
        others = {"due": (*queue.DUES, MISSED), "lamp": ("clean", "warning"), "org_type": ("05", "06", "13")}
        for name, values in others.items():
            for value in values:
                shown = queue.waiting(replace(wanted, **{name: value}), actor=office)
                assert getattr(told, name).get(value, 0) == len(shown), (wanted, name, value)
        for value in (NOBODY, str(office.account_id), str(colleague.account_id)):
            shown = queue.waiting(replace(wanted, who=value, mine=False), actor=office)
            assert told.who.get(value, 0) == len(shown), (wanted, value)
        assert told.aside == len(queue.waiting(replace(wanted, aside=True), actor=office))
        assert queue.total(wanted, actor=office) == len(queue.waiting(wanted, actor=office))
    assert tallies(Filter(bounds=bounds), actor=office).names[str(colleague.account_id)] == colleague.name
