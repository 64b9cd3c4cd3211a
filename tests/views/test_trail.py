"""操作記録: found by who, what, when and what to; page by page; read in words; taken along by administrators."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.applications import Download
from models.base import db
from models.people import Account
from models.records import AuditEvent
from models.states import Role
from portal import audit, clock
from portal.actors import CLOCK, Actor
from portal.clock import local
from portal.database import begin_write
from portal.recruiting import downloads
from portal.trail.finding import PAGE_SIZE
from tests.conftest import Statements
from tests.make import Maker
from tests.views.login import log_in
from tests.views.pages import Page, Visitor, problems, text_of

TRAIL = "/desk/trail/"


def rows(page: Page) -> list[str]:
    return [text_of(row) for row in page.all("tr") if page.is_within(row, "tbody")]


def found(desk: Visitor, **wanted: str) -> list[str]:
    answer = desk.client.get(TRAIL, query_string=wanted)
    assert answer.status_code == 200, wanted
    return rows(Page(answer.text))


def record(make: Maker, count: int, *, actor: Actor = CLOCK, **columns: Any) -> None:
    begin_write()
    for number in range(count):
        at = make.now - timedelta(minutes=number)
        audit.record("mail.test", actor=actor, now=at, details={"count": number}, **columns)
    db.session.commit()


@pytest.fixture
def administrator(client: FlaskClient, make_here: Maker) -> Visitor:
    log_in(client, make_here.secretary(Role.administrator))
    return Visitor(client)


def test_it_is_found_by_who_what_when_and_what_to(desk: Visitor, make_here: Maker, owner: Actor, office: Actor) -> None:
    version = make_here.submitted(actor=owner)
    draft = make_here.draft(actor=owner, title="まだ申請していない題名です")
    desk.open(f"/desk/review/{version.id}").press("掲載承認")

    page = desk.open(TRAIL).page
    assert problems(page) == []
    approval = next(row for row in rows(page) if "掲載承認" in row)
    for words in ("高橋 直子（審査担当）", version.title, "127.0.0.1"):
        assert words in approval
    assert draft.title not in page.text, "a draft's words are its organization's own"
    today, later = local(make_here.now).date(), local(make_here.now).date() + timedelta(days=1)
    email = db.session.scalar(select(Account.email).where(Account.id == owner.account_id)) or ""
    house = version.organization.name
    for wanted, number in (
        ({"act": "entry.approve"}, 1),
        ({"act": "承認"}, 1),
        ({"act": "掲載"}, 2),  # 掲載申請, 掲載承認
        ({"act": "そのような操作はない"}, 0),
        ({"who": "佐藤"}, 3),
        ({"who": email.upper()}, 3),
        ({"who": "佐藤", "act": "掲載申請"}, 1),
        ({"who": "%"}, 0),
        ({"organization": house[-4:], "act": "掲載"}, 2),
        ({"organization": "ない団体"}, 0),
        ({"subject": "version", "number": str(version.id)}, 3),
        ({"subject": "version", "number": version.entry.number.lower()}, 3),
        ({"subject": "version", "number": "J-1900-1"}, 0),
        ({"act": "entry.approve", "since": today.isoformat(), "until": today.isoformat()}, 1),
        ({"act": "entry.approve", "since": later.isoformat()}, 0),
    ):
        assert len(found(desk, **wanted)) == number, wanted


def test_one_event_is_told_in_words(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    desk.open(f"/desk/review/{version.id}").press("差戻し", comment="期間を\nご確認ください。")
    desk.open(f"{TRAIL}?act=entry.return").follow("差戻し")
    page = desk.page
    assert problems(page) == []
    for words in ("高橋 直子（審査担当）", version.title, "コメント", "ご確認ください。", "127.0.0.1", "entry.return"):
        assert words in page.text
    assert page.link(f"掲載情報「{version.title}」") == f"/desk/review/{version.id}"
    desk.follow("この対象の記録")
    assert len(rows(desk.page)) == 3
    desk.open(f"{TRAIL}2000000000/", status=404)


def test_pages_go_on_by_place_to_the_end_and_back(desk: Visitor, make_here: Maker) -> None:
    record(make_here, 2 * PAGE_SIZE + 10)
    desk.open(f"{TRAIL}?act=mail.test")
    counts, first = [], rows(desk.page)
    while True:
        counts.append(len(rows(desk.page)))
        if "古い記録" not in desk.page.text:
            break
        desk.follow("古い記録")
    assert counts == [PAGE_SIZE, PAGE_SIZE, 10]
    desk.follow("新しい記録").follow("新しい記録")
    assert rows(desk.page) == first
    assert "新しい記録" not in desk.page.text


def test_it_costs_the_same_statements_for_one_row_as_for_a_page(
    desk: Visitor, make_here: Maker, owner: Actor, statements: Statements
) -> None:
    counted = []
    for count in (1, 19):
        for _ in range(count):
            someone = make_here.member()
            make_here.submitted(actor=someone)
            record(make_here, 1, actor=owner, subject="talent", subject_id=1, organization_id=someone.organization_id)
        figures = []
        for query in ("", "?who=佐藤", "?act=掲載&who=佐藤&organization=試験", "?subject=version&number=J-1"):
            desk.open(TRAIL + query)
            statements.restart()
            desk.open(TRAIL + query)
            figures.append(statements.count)
        counted.append(figures)
    print(f"\nstatements of the trail, by person, by three conditions, by number: {counted[0]}")
    assert counted[0] == counted[1]
    assert max(counted[0]) <= 12


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "since=2026-13-01",
        "until=0001-01-01",
        "since=9999-12-31",
        "since=2026-11-02&until=2026-11-01",
        "subject=x",
        "before=x",
        "before=1-99999999999",
        "after=９-9",
        "before=99999999999999999999-1",
        "who=%00",
    ],
)
def test_an_address_that_says_nonsense_is_told_so(query: str, desk: Visitor) -> None:
    answer = desk.client.get(f"{TRAIL}?{query}")
    assert answer.status_code == 400
    assert problems(Page(answer.text)) == []


def test_whatever_is_typed_is_answered(desk: Visitor) -> None:
    for query in (
        f"who={'a' * 5000}",
        "who=id:1,2,3",
        "number=99999999999999999999",
        "number=x&subject=phrase",
        "act=%25",
    ):
        assert desk.client.get(f"{TRAIL}?{query}").status_code == 200, query
    assert desk.client.get(f"{TRAIL}?before=1-1").status_code == 404


def exported(visitor: Visitor, word: str, query: str = "") -> bytes:
    visitor.open(f"{TRAIL}{query}").press(word)
    assert "作成を始めました。" in visitor.page.text
    db.session.rollback()
    assert downloads.work(clock.now()) == 1
    db.session.rollback()
    visitor.open(TRAIL)
    newest = db.session.scalar(select(func.max(Download.id)))
    db.session.rollback()
    answer = visitor.client.get(f"/desk/trail-export/{newest}")
    assert answer.status_code == 200
    return answer.data


def test_an_administrator_takes_it_along_on_record(administrator: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    book = openpyxl.load_workbook(io.BytesIO(exported(administrator, "XLSX", "?act=掲載申請")), read_only=True)
    head, *lines = [list(line) for line in book.active.iter_rows(values_only=True)]
    assert head[:4] == ["番号", "日時", "操作", "だれが"]
    assert [line[2] for line in lines] == ["掲載申請"]
    assert version.title in str(lines[0][5])

    text = exported(administrator, "CSV", "?who=佐藤").decode("utf-8-sig")
    assert [line[2] for line in csv.reader(io.StringIO(text))][1:] == ["掲載申請", "下書き作成"]
    told = db.session.execute(
        select(AuditEvent.action, AuditEvent.details).where(AuditEvent.subject == "download").order_by(AuditEvent.id)
    ).all()
    assert [row.action for row in told] == ["download.request", "download.fetch"] * 2
    assert told[2].details == {"kind": "trail_csv", "who": f"id:{owner.account_id}"}, "nobody's name in it"
    administrator.open(f"{TRAIL}?act=ダウンロード")
    assert len(rows(administrator.page)) == 4


def test_a_reviewer_reads_it_and_takes_nothing_along(desk: Visitor, make_here: Maker) -> None:
    chief = make_here.secretary(Role.administrator)
    begin_write()
    download = downloads.queue(downloads.DownloadKind.trail_csv, {}, total=0, actor=chief, now=make_here.now)
    db.session.commit()
    key = download.id
    assert "XLSX" not in desk.open(TRAIL).page.text
    send: dict[str, Callable[..., Any]] = {
        "make": desk.client.post,
        f"{key}": desk.client.get,
        f"{key}/cancel": desk.client.post,
    }
    for path, method in send.items():
        assert method(f"/desk/trail-export/{path}").status_code == 403, path
