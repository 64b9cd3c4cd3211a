"""The desk's search: each kind by the beginning of what is typed, grouped, without what is not the desk's to see."""

import pytest
from flask.testing import FlaskClient

from models.base import db
from models.people import Account
from models.states import Kind, Role
from portal.actors import Actor
from portal.finding import MOST
from tests.conftest import Statements
from tests.make import Maker
from tests.recruiting.builders import applied, posting, profile_of, talent
from tests.views.desk import waiting
from tests.views.login import log_in
from tests.views.pages import Page, Visitor, problems, text_of

FIND = "/desk/find/"


def groups(desk: Visitor, text: str) -> dict[str, list[str]]:
    """The lines by the title of their group."""
    answer = desk.client.get(FIND, query_string={"q": text})
    assert answer.status_code == 200
    page = Page(answer.text)
    assert problems(page) == []
    found = page.by_id("found")
    return {
        text_of(section.find("h2")): [text_of(line) for line in section.iter("li")] for section in found.iter("section")
    }


def test_everything_is_found_by_what_people_know_of_it(desk: Visitor, make_here: Maker) -> None:
    house = make_here.organization("特定非営利活動法人 アジアの水とくらし", short_name="AMK")
    member = make_here.member(house)
    job = make_here.submitted(Kind.job, actor=member, title="給水施設の維持管理の専門家を募集します")
    make_here.draft(Kind.job, actor=member, title="給水施設の下書きはだれにも見せません")
    earlier = Maker(make_here.now)
    earlier._count = 7_000
    public = posting(earlier)
    someone = talent(earlier, "青木 千尋")
    code, address = profile_of(someone).code, db.session.get_one(Account, someone.account_id).email
    number = applied(public, someone, now=earlier.now).number

    assert [line.split("　")[0] for line in groups(desk, "水とくらし")["団体"]] == [f"{house.name}東京都"]
    assert list(groups(desk, "ａｍｋ")) == ["団体"]
    (line,) = groups(desk, "給水施設の")["掲載情報"]
    for words in (job.title, "申請中", house.name):
        assert words in line
    assert job.title in groups(desk, job.entry.number.lower())["掲載情報"][0]
    wide = make_here.submitted(Kind.job, actor=member, title="セミナー（オンライン）（第２回）の講師を募集します")
    assert wide.title in groups(desk, wide.title)["掲載情報"][0], "as it is written, full-width signs and all"
    assert "管理者" in groups(desk, "佐藤")["担当者・事務局"][0]
    assert list(groups(desk, code[:4].lower())) == ["登録人材"]
    assert groups(desk, address) == {"登録人材": [code]}
    assert groups(desk, address[:6]) == {}, "nobody leafs through the talents' addresses"
    assert groups(desk, "青木") == {}, "nor through their names"
    (line,) = groups(desk, number)["応募"]
    assert public.title in line
    assert "青木" not in line
    for text in ("", "水", "%", "ない言葉です", "\\", "'", "_" * 3, "a" * 5000, "＿％"):
        assert groups(desk, text) == {}, text
    assert desk.client.get(f"{FIND}?q=%00").status_code == 400


def test_each_line_leads_where_it_says(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    for text in (version.title, version.organization.name, "佐藤", "高橋"):
        page = desk.open(f"{FIND}?q={text}").page
        (address,) = {link.get("href", "") for link in page.by_id("found").iter("a")}
        desk.open(address)
        assert text in desk.response.text, address
    desk.open("/desk/find?q=x")


def test_it_costs_the_same_statements_for_one_line_as_for_many(
    desk: Visitor, make_here: Maker, owner: Actor, statements: Statements
) -> None:
    counted = []
    for count in (1, 2 * MOST):
        waiting(make_here, count, actor=owner)
        for _ in range(count):
            make_here.member()
        figures = []
        for text in ("申請中の情報", "試験", "佐藤", "J-2026", "owner"):
            desk.open(f"{FIND}?q={text}")
            statements.restart()
            desk.open(f"{FIND}?q={text}")
            figures.append(statements.count)
        counted.append(figures)
    assert counted[0] == counted[1]
    assert max(counted[0]) <= 10
    assert len(groups(desk, "申請中の情報")["掲載情報"]) == MOST


@pytest.mark.parametrize("role", [Role.owner, Role.talent])
def test_it_is_the_offices_alone(role: Role, client: FlaskClient, make_here: Maker) -> None:
    log_in(client, make_here.member() if role is Role.owner else talent(make_here))
    assert client.get(f"{FIND}?q=佐藤").status_code == 403
