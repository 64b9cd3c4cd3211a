"""The organization's lists as sheets, and several entries ended at once."""

import csv
import io

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from models.base import db
from models.entries import Version
from models.states import Action, Kind, Role, State
from portal.actors import Actor
from portal.publishing import workflow
from portal.publishing.workflow import Seen
from tests.make import Maker
from tests.views.login import log_in
from tests.views.pages import Visitor
from tests.views.test_entry_moves import LISTS, SLUGS, ago, colleague_of


@pytest.fixture
def visitor(client: FlaskClient, owner: Actor) -> Visitor:
    log_in(client, owner)
    return Visitor(client)


def states(*versions: Version) -> list[State]:
    ids = [version.id for version in versions]
    db.session.rollback()
    rows = db.session.execute(select(Version.id, Version.state).where(Version.id.in_(ids))).all()
    found = {row.id: row.state for row in rows}
    return [found[number] for number in ids]


def boxes(visitor: Visitor) -> list[str]:
    return [str(box.get("value")) for box in visitor.page.all("input") if box.get("name") == "item"]


def named(version: Version) -> str:
    return f"{version.id}.{version.revision}"


# ---- several ended at once


@pytest.mark.parametrize("kind", Kind)
def test_the_chosen_end_once_they_are_seen(kind: Kind, visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    earlier = ago(make_here)
    first, second, third = (earlier.published(kind, actor=owner, title=f"公開しているもの{n}") for n in "一二三")
    make_here.submitted(kind, actor=owner, title="まだ申請中のもの")

    visitor.open(f"/mypage/{SLUGS[kind]}/")
    assert sorted(boxes(visitor)) == sorted(named(each) for each in (first, second, third))
    visitor.press("まとめて掲載終了", item=[named(first), named(third)])
    assert visitor.page.h1 == "2件の掲載を終了しますか"
    assert "公開しているもの一" in visitor.page.text
    assert "公開しているもの二" not in visitor.page.text
    assert states(first, second, third) == [State.published] * 3

    visitor.press("2件の掲載を終了する")
    assert visitor.page.h1.startswith(LISTS[kind])
    assert "2件の掲載を終了しました" in visitor.page.text
    assert states(first, second, third) == [State.closed, State.published, State.closed]


def test_what_a_colleague_ended_meanwhile_is_told_by_its_title(
    visitor: Visitor, owner: Actor, make_here: Maker
) -> None:
    earlier = ago(make_here)
    first, second = (earlier.published(actor=owner, title=f"公開しているもの{n}") for n in "一二")
    visitor.open("/mypage/jobs/").press("まとめて掲載終了", item=[named(first), named(second)])
    workflow.perform(Action.close, Seen(first.id, first.revision), actor=owner, now=make_here.now)
    db.session.commit()

    visitor.press("2件の掲載を終了する")

    assert "1件の掲載を終了しました" in visitor.page.text
    assert "1件は、すでに終了したか内容が変わったため、終了していません：「公開しているもの一」" in visitor.page.text
    assert states(first, second) == [State.closed] * 2


def test_a_second_click_ends_nothing_more(visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    live = ago(make_here).published(actor=owner)
    visitor.open("/mypage/jobs/").press("まとめて掲載終了", item=[named(live)])
    address, sent = visitor.what_is_sent("1件の掲載を終了する")
    assert [visitor.client.post(address, data=sent).status_code for _ in range(2)] == [303, 303]
    assert states(live) == [State.closed]


def test_nothing_chosen_is_said(visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    live = ago(make_here).published(actor=owner)
    visitor.open("/mypage/jobs/").press("まとめて掲載終了")
    assert "公開中のものを、一覧から1件以上選択してください" in visitor.page.text
    assert states(live) == [State.published]


@pytest.mark.parametrize("path", ["", "end/"])
def test_others_entries_and_those_of_another_kind_are_not_there(
    path: str, visitor: Visitor, owner: Actor, make_here: Maker
) -> None:
    earlier = ago(make_here)
    foreign, event = earlier.published(actor=make_here.member()), earlier.published(Kind.event, actor=owner)
    for version in (foreign, event):
        answer = visitor.client.post(f"/mypage/jobs/closing/{path}", data={"item": named(version)})
        assert answer.status_code == 404
    own = earlier.published(actor=owner)
    visitor.client.post(f"/mypage/jobs/closing/{path}", data={"item": [named(own), named(foreign), named(event)]})
    assert states(own, foreign, event) == [State.closed if path else State.published, State.published, State.published]


def test_who_only_reads_has_no_boxes(client: FlaskClient, owner: Actor, make_here: Maker) -> None:
    ago(make_here).published(actor=owner)
    log_in(client, colleague_of(owner, make_here, Role.viewer, email="viewer@example.jp"))
    reader = Visitor(client).open("/mypage/jobs/")
    assert boxes(reader) == []
    assert reader.page.buttons("まとめて掲載終了") == []
    assert len([link for link in reader.page.links() if "list." in link]) == 2


# ---- sheets


def table(answer: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.decode("utf-8-sig"))))


@pytest.mark.parametrize("kind", Kind)
def test_a_sheet_holds_what_the_list_shows(kind: Kind, visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    """More than a page of it, in the list's order; nobody else's."""
    earlier = ago(make_here)
    own = [earlier.published(kind, actor=owner, title=f"公開しているもの{number}") for number in range(25)]
    make_here.submitted(kind, actor=owner, title="=まだ申請中のもの")

    visitor.open(f"/mypage/{SLUGS[kind]}/")
    links = {link.rpartition(".")[2]: link for link in visitor.page.links() if "/list." in link}
    answer = visitor.client.get(links["csv"])
    head, *rows = table(answer.data)

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert ("応募件数" in head) is (kind is not Kind.notice)
    assert [row[1] for row in rows] == ["'=まだ申請中のもの", *(each.title for each in reversed(own))]
    assert rows[0][2:4] == ["", "申請中"]
    assert rows[1][2:4] == ["公開中", ""]

    sheet = load_workbook(io.BytesIO(visitor.client.get(links["xlsx"]).data)).active
    assert sheet is not None
    assert [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)] == [
        head,
        *rows,
    ]


def test_a_sheet_follows_filters_search_and_order(visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    earlier = ago(make_here)
    for title in ("水の仕事（募集）", "道の仕事（募集）", "水の調査（募集）"):
        earlier.published(actor=owner, title=title)
    make_here.submitted(actor=owner, title="水の計画（募集）")

    def titles(query: str) -> list[str]:
        visitor.open(f"/mypage/jobs/?{query}")
        (link,) = (link for link in visitor.page.links() if "list.csv" in link)
        return [row[1] for row in table(visitor.client.get(link).data)[1:]]

    assert titles("search=水&state=published") == ["水の調査（募集）", "水の仕事（募集）"]
    assert titles("search=水&sort=0") == ["水の仕事（募集）", "水の調査（募集）", "水の計画（募集）"]
    assert titles("state=submitted") == ["水の計画（募集）"]
