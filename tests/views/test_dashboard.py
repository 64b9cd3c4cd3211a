"""ダッシュボード: every figure is what its list shows, charts have their numbers in a table, and cost never grows."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.records import Phrase
from models.registrations import RegistrationVersion
from models.states import Action, Kind, MailState, RegistrationKind, RegistrationState
from portal import clock
from portal.actors import Actor
from portal.database import begin_write
from portal.figures.board import percentile
from portal.figures.folding import week_of
from portal.publishing import queue
from portal.publishing.queue import DUES, MISSED
from portal.trail import sealing
from scheduler.jobs import record
from scheduler.timetable import TIMETABLE
from tests.conftest import Statements
from tests.make import Maker
from tests.views.desk import waiting
from tests.views.pages import Page, Visitor, problems, text_of
from views.secretariat import charts

BOARD = "/desk/dashboard/"


def sealed() -> None:
    db.session.rollback()
    sealing.seal_new(clock.now())
    db.session.rollback()


def due(version: Version, **values: object) -> None:
    begin_write()
    db.session.execute(update(Version).where(Version.id == version.id).values(**values))
    db.session.commit()


def add_registration(number: int, now: datetime, **values: Any) -> None:
    begin_write()
    common = {"kind": RegistrationKind.new, "state": RegistrationState.submitted, "submitted_at": now}
    row = RegistrationVersion(number=f"R-2026-{number:05d}", created_at=now, updated_at=now, **common, **values)
    db.session.add(row)
    db.session.commit()


def number_of(page: Page, title: str) -> tuple[str, str]:
    """The figure under a title, and where it leads."""
    box = next(one for one in page.all("div") if [text_of(head) for head in one.findall("dt")] == [title])
    link = box.find("dd/a")
    assert link is not None
    return text_of(link).split("件")[0].strip(), link.get("href", "")


def cells(page: Page, caption: str) -> list[list[str]]:
    table = next(one for one in page.all("table") if text_of(one.find("caption")) == caption)
    return [[text_of(cell) for cell in row] for row in table.find("tbody")]


def test_every_figure_of_the_queue_is_what_its_list_shows(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    now, versions = clock.now(), waiting(make_here, 5, actor=owner)
    make_here.submitted(Kind.notice, actor=owner)
    bounds = queue.bounds_of(now, ())
    deadlines = (now - timedelta(hours=1), now + timedelta(seconds=50), bounds.next, bounds.later)
    for version, at in zip(versions, deadlines, strict=False):
        due(version, due_at=at)
    due(versions[4], publish_at=now + timedelta(minutes=5), submitted_at=now - timedelta(days=1))
    for number, at in enumerate((deadlines[0], deadlines[3], deadlines[3])):
        add_registration(number, now, due_at=at)
    page = desk.open(BOARD).page
    assert problems(page) == []
    assert "スケジューラーがまだ動いていません。" in page.text

    for title in ("承認待ち", "期限を超過", "本日が期限", "希望日時に遅れる見込み"):
        number, address = number_of(page, title)
        assert desk.open(address).page.text.count("申請中の情報その") + (title == "承認待ち") >= int(number) > 0, title
        assert f"{number}件" in text_of(desk.page.by_id("queue")), title
    table = cells(page, "承認待ちの件数（種別と期限）")
    assert [row[0] for row in table] == ["求人情報", "研修・イベント", "お知らせ", "団体登録・変更"]
    assert sum(int(row[-1]) for row in table[:3]) == 6
    assert table[3][1:] == ["1", "0", "0", "2", "3"]
    for name in (*DUES, MISSED):
        assert desk.open(f"/desk/?due={name}&kind=job").page.text
        assert problems(desk.page) == []
    desk.open("/desk/?due=x", status=400)


def test_weeks_tell_what_was_done_and_lead_to_the_trail(
    desk: Visitor, make_here: Maker, owner: Actor, office: Actor
) -> None:
    begin_write()
    db.session.add(Phrase(title="変更の範囲", text="就業場所の変更の範囲をご記入ください。"))
    db.session.commit()
    first, second, third = waiting(make_here, 3, actor=owner)
    make_here.move(Action.approve, first, actor=office)
    make_here.move(Action.return_, second, actor=office, comment="就業場所の変更の範囲をご記入ください。")
    make_here.move(Action.return_, third, actor=office, comment="別の理由です。")
    sealed()

    page = desk.open(BOARD).page
    assert problems(page) == []
    week = cells(page, "申請・承認・差戻しの件数（週ごと。取り消した判断を除く）")[0]
    monday = week_of(clock.now())
    assert week == [f"{monday.month}/{monday.day}", "3", "1", "2"]
    assert cells(page, "申請から判断までの営業日（週ごと）")[0][1:] == ["0.0", "0.0", "3"]
    assert ["変更の範囲", "1"] in cells(page, "差戻しの件数（理由の定型文と、自動の確認で見つかっていた項目）")
    assert "承認 1・差戻し 2" in page.text
    links = [link for link in page.links() if "act=entry.return" in link]
    shown = desk.open(links[0]).page
    assert len([row for row in shown.all("tr") if shown.is_within(row, "tbody")]) == 2
    drawn = [part for part in page.tree.iter() if part.get("role") == "img"]
    assert len(drawn) == 6
    assert all(part.get("aria-label") for part in drawn)

    answer = desk.client.get(f"{BOARD}weeks.csv?weeks=4")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(lines) == 5
    assert lines[-1][:4] == [monday.isoformat(), "3", "1", "2"]
    for path in (f"{BOARD}?weeks=5", f"{BOARD}?weeks=x", f"{BOARD}weeks.csv?weeks=0"):
        desk.open(path, status=400)
    assert problems(desk.open(f"{BOARD}?weeks=52").page) == []


def test_what_failed_is_counted_by_its_list(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    waiting(make_here, 3, actor=owner)
    ids = db.session.scalars(select(OutboxMail.id).where(OutboxMail.letter == "entry_submitted")).all()
    begin_write()
    values = {"state": MailState.failed, "last_error": "受信を拒否されました"}
    db.session.execute(update(OutboxMail).where(OutboxMail.id.in_(ids[:2])).values(**values))
    db.session.commit()
    record(TIMETABLE[0], now=clock.now(), seconds=0.5, done=3, error="")
    record(TIMETABLE[1], now=clock.now(), seconds=0.5, done=0, error="ValueError")
    page = desk.open(BOARD).page
    assert problems(page) == []
    for words in (
        "0通 宛先不明",
        "2通 送信失敗",
        "受信を拒否されました",
        TIMETABLE[0].name,
        "失敗（ValueError）",
        "動いています",
    ):
        assert words in page.text, words
    shown = desk.open("/desk/mail/?state=failed").page
    assert len([row for row in shown.all("tr") if shown.is_within(row, "tbody")]) == 2


def test_it_costs_the_same_statements_whatever_there_is(
    desk: Visitor, make_here: Maker, owner: Actor, office: Actor, statements: Statements
) -> None:
    counted = []
    for count in (1, 10):
        for version in waiting(make_here, count, actor=owner):
            make_here.move(Action.return_, version, actor=office, comment="理由です。")
        waiting(make_here, count, actor=owner)
        sealed()
        desk.open(BOARD)
        statements.restart()
        desk.open(BOARD)
        counted.append(statements.count)
    print(f"\nstatements of the dashboard: {counted[0]}")
    assert counted[0] == counted[1] <= 14
    assert db.session.scalar(select(func.count(Version.id))) == 22


@pytest.mark.parametrize(
    ("tenths", "share", "days"),
    [
        ({}, 50, None),
        ({"14": 1}, 50, 1.4),
        ({"9": 2, "10": 2}, 50, 0.9),
        ({"9": 1, "10": 2}, 50, 1.0),
        ({"5": 9, "31": 1}, 90, 0.5),
        ({"5": 8, "31": 2}, 90, 3.1),
    ],
)
def test_a_percentile_is_a_time_that_was_really_taken(tenths: dict[str, int], share: int, days: float | None) -> None:
    assert percentile(tenths, share) == days


def test_charts_stand_without_values_and_with_very_many(rules: Flask) -> None:
    names = [str(number) for number in range(52)]
    for values in ([0] * 52, list(range(52)), [10**6] * 52):
        chart = charts.standing([("b-bar", values)], names, "", links={"b-bar": [""] * 52})
        assert all(0 <= part.y <= part.y + part.height <= charts.HEIGHT for part in chart.parts)
        assert len([label for label in chart.labels if label.css in ("under", "alt")]) <= 14
    line = charts.lines([("l1", "a", [None, 1.0, None, 2.0, 2.0])], names[:5], "", goal=(3, "期限")).lines[0]
    assert len(line.pieces) == 2
    one = charts.lines([("l1", "a", [3.0]), ("l2", "b", [3.1])], ["x"], "", goal=(3, "期限"))
    heights = [label.y for line in one.lines if (label := line.label)] + [one.goal[0] + 4 if one.goal else 0]
    assert min(abs(a - b) for place, a in enumerate(heights) for b in heights[place + 1 :]) >= charts.NEAR
    assert charts.lying([], "").parts == []
