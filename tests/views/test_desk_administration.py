"""The administration at the desk: organizations, people, talents; acts with a reason, each on record."""

from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from models.applications import Application
from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.states import Kind, MailState, Role, State
from portal import clock
from portal.actors import Actor
from portal.database import begin_write, insert_rows
from tests.conftest import Statements
from tests.make import Maker, actor_of
from tests.recruiting.builders import applied, posting, profile_of, talent
from tests.views.desk import everything_written, overdue, waiting
from tests.views.login import log_in
from tests.views.pages import Page, Visitor, problems, text_of


@pytest.fixture
def administrator(make_here: Maker) -> Actor:
    return make_here.secretary(Role.administrator)


@pytest.fixture
def admin(client: FlaskClient, administrator: Actor) -> Visitor:
    browser = client.application.test_client()
    log_in(browser, administrator)
    return Visitor(browser)


def rows(page: Page) -> list[str]:
    return [text_of(row) for row in page.all("tr") if page.is_within(row, "tbody")]


def events(prefix: str) -> list[tuple[str, int | None]]:
    db.session.rollback()
    found = select(AuditEvent.action, AuditEvent.actor_id).where(AuditEvent.action.startswith(prefix))
    return [tuple(row) for row in db.session.execute(found.order_by(AuditEvent.id))]


# ---- organizations


def test_organizations_are_found_by_name_kana_number_type_and_use(desk: Visitor, make_here: Maker) -> None:
    one = make_here.organization(
        "特定非営利活動法人 アジアの水とくらし", org_type="01", name_kana="アジアノミズ", corporate_no="5010005012345"
    )
    make_here.account(Role.owner, one)
    make_here.account(Role.viewer, one)
    make_here.organization("一般財団法人 国際医療協力会", suspended_at=make_here.now)
    make_here.submitted(actor=make_here.member(one))

    told = rows(desk.open("/desk/organizations/").page)

    assert problems(desk.page) == []
    assert "停止中" in told[0]
    assert all(words in told[1] for words in ("アジアの水とくらし", "3名", "利用中", "東京都", "申請中1"))
    for query, names in (
        ("search=アジアの水", ["アジアの水"]),
        ("search=アジアノミズ", ["アジアの水"]),
        ("search=5010005012345", ["アジアの水"]),
        ("search=%25", []),
        ("org_type=01", ["アジアの水"]),
        ("use=suspended", ["国際医療"]),
        ("use=open&org_type=07", []),
    ):
        found = rows(desk.open(f"/desk/organizations/?{query}").page)
        assert len(found) == len(names), query
        assert all(name in row for name, row in zip(names, found, strict=True)), query
    desk.open("/desk/organizations/?use=x", status=400)
    desk.open("/desk/organizations/?org_type=x", status=400)


def test_the_page_of_an_organization_tells_all_but_its_drafts(desk: Visitor, make_here: Maker) -> None:
    owner = make_here.member(make_here.organization("特定非営利活動法人 みずの会", name_kana="ミズノカイ"))
    version = make_here.submitted(actor=owner, title="申請した求人の題名です")
    draft = make_here.draft(actor=owner, title="まだ申請していない題名です")
    desk.open(f"/desk/review/{version.id}").press("掲載承認")
    begin_write()
    failed = update(OutboxMail).where(OutboxMail.letter == "entry_submitted")
    db.session.execute(failed.values(state=MailState.bounced, last_error="550 no such user"))
    db.session.commit()

    page = desk.open(f"/desk/organizations/{owner.organization_id}/").page

    assert problems(page) == []
    for words in ("みずの会", "ミズノカイ", "佐藤 美咲", "掲載承認", version.title, "550 no such user", "高橋 直子"):
        assert words in page.text, words
    assert draft.title not in page.text
    assert "利用を停止する" not in page.text
    desk.open("/desk/organizations/99999/", status=404)


def test_notes_are_the_offices_own_and_stay(desk: Visitor, make_here: Maker, owner: Actor, office: Actor) -> None:
    path = f"/desk/organizations/{owner.organization_id}/"
    desk.open(path).press("メモを追加", text="担当者と電話で話した。\n<b>来週</b>返事が来る。")
    assert "担当者と電話で話した。 <b>来週</b>返事が来る。 高橋 直子" in desk.page.text
    assert problems(desk.page) == []
    for text, words in ((" ", "メモを入力してください。"), ("長" * 4001, "4,000文字以内")):
        assert words in desk.open(path).press("メモを追加", status=422, text=text).page.text
        assert problems(desk.page) == []
    assert events("organization.note") == [("organization.note", office.account_id)]
    log_in(desk.client, owner)
    for page in ("/mypage/", f"/organizations/{owner.organization_id}/"):
        assert "電話で話した" not in desk.open(page).response.text


def test_an_organization_is_shut_out_at_once_and_let_in_as_it_was(
    client: FlaskClient, admin: Visitor, administrator: Actor, make_here: Maker, owner: Actor
) -> None:
    version = overdue(make_here).published(Kind.job, actor=owner, title="公開している求人の題名です")
    number, path = version.entry.number, f"/desk/organizations/{owner.organization_id}/"
    stranger, member = client.application.test_client(), Visitor(client)
    log_in(client, owner)
    public = (
        "/",
        "/jobs/",
        "/jobs/feed.atom",
        "/sitemap.xml",
        f"/jobs/{number}",
        f"/organizations/{owner.organization_id}/",
    )
    before = [stranger.get(address).text for address in public]
    assert all(number in text for text in before)
    member.open("/mypage/")

    admin.open(path).press("利用を停止する", status=422, reason=" ")
    assert "理由を入力してください。" in admin.page.text
    admin.open(path).press("利用を停止する", reason="苦情の内容を確認するため")

    assert "団体の利用を停止しました。" in admin.page.text
    assert "苦情の内容を確認するため" in admin.page.text
    assert problems(admin.page) == []
    for address in public:
        assert number not in stranger.get(address).text, address
    assert [stranger.get(address).status_code for address in public[-2:]] == [404, 404]
    assert client.get("/mypage/").location.startswith("/login"), "the open session ends at its next request"

    admin.open(path).press("利用を再開する", reason="確認が終わったため")
    nonces = ("nonce", "csrf")
    again = [stranger.get(address).text for address in public]
    for was, now in zip(before, again, strict=True):
        assert [line for line in was.splitlines() if not any(word in line for word in nonces)] == [
            line for line in now.splitlines() if not any(word in line for word in nonces)
        ]
    member.open("/mypage/")
    assert events("organization.") == [
        ("organization.suspend", administrator.account_id),
        ("organization.restore", administrator.account_id),
    ]


def test_whom_the_office_stops_reads_why_and_hands_nothing_in(
    client: FlaskClient, make_here: Maker, owner: Actor, office: Actor
) -> None:
    desk, member = Visitor(client.application.test_client()), Visitor(client)
    log_in(desk.client, office)
    log_in(client, owner)
    version, notice = make_here.draft(actor=owner), make_here.draft(Kind.notice, actor=owner)
    member.open(f"/mypage/jobs/confirm/{version.id}/")
    address, sent = member.what_is_sent("登録")
    path = f"/desk/organizations/{owner.organization_id}/"
    form = {"kind": "job", "act": "stop", "reason": ""}
    assert desk.client.post(f"{path}posting", data=form).status_code == 422
    assert desk.client.post(f"{path}posting", data=form | {"reason": "労働条件の確認が必要なため"}).status_code == 302
    assert desk.client.post(f"{path}posting", data=form | {"reason": "もう一度"}).status_code == 409

    for answer in (client.post(address, data=sent), client.get("/mypage/jobs/new/"), client.get(address)):
        assert answer.status_code == 403
        told = Page(answer.text).text
        assert "事務局が、貴団体による求人情報の掲載申請を停止しています。理由：労働条件の確認が必要なため" in told
    db.session.rollback()
    assert db.session.get_one(Version, version.id).state is State.draft
    menu = member.open("/mypage/").page.links()
    assert "/mypage/jobs/new/" not in menu
    assert {"/mypage/events/new/", "/mypage/notices/new/", "/mypage/jobs/"} <= set(menu)
    member.open(f"/mypage/notices/confirm/{notice.id}/").press("掲載申請する")

    assert desk.client.post(f"{path}posting", data=form | {"act": "allow", "reason": "確認した"}).status_code == 302
    assert "/mypage/jobs/new/" in member.open("/mypage/").page.links()
    assert client.post(address, data=sent).status_code == 302
    assert [action for action, _who in events("organization.posting")] == [
        "organization.posting_stop",
        "organization.posting_allow",
    ]


# ---- people


def test_members_are_found_and_shut_out(client: FlaskClient, admin: Visitor, make_here: Maker, office: Actor) -> None:
    house = make_here.organization("特定非営利活動法人 みずの会")
    account = make_here.account(Role.editor, house, name="田村 健太", email="tamura@example.jp")
    make_here.member()
    log_in(client, actor_of(account))
    reviewer = Visitor(client.application.test_client())
    log_in(reviewer.client, office)

    assert len(rows(reviewer.open("/desk/members/").page)) == 2
    assert problems(reviewer.page) == []
    for search in ("田村", "tamura@", "みずの会"):
        (found,) = rows(reviewer.open(f"/desk/members/?search={search}").page)
        assert "田村 健太" in found
    assert len(rows(reviewer.open("/desk/members/?role=editor").page)) == 1
    reviewer.follow("田村 健太")
    assert problems(reviewer.page) == []
    assert "利用を停止する" not in reviewer.page.text

    admin.open(reviewer.path).press("利用を停止する", reason="退職したため")
    assert problems(admin.page) == []
    assert "退職したため" in admin.page.text
    assert client.get("/mypage/").location.startswith("/login")
    admin.press("利用を再開する", reason="復職したため")
    assert client.get("/mypage/").status_code == 200
    assert [action for action, _who in events("account.")] == ["account.suspend", "account.restore"]
    admin.open("/desk/members/99999/", status=404)


def test_colleagues_are_invited_and_change_places_but_one_administrator_stays(
    admin: Visitor, administrator: Actor, make_here: Maker
) -> None:
    admin.open("/desk/secretaries/").follow("追加")
    assert problems(admin.page) == []
    for wrong, words in (
        ({"email": "x"}, "name@example.jp の形"),
        ({"name": " "}, "氏名を入力してください。"),
        ({"role": "owner"}, "選択肢から選んでください。"),
        ({"email": "administrator1@example.jp"}, "既に存在します。"),
    ):
        typed = {"email": "kimura@example.jp", "name": "木村 遥", "role": "reviewer"} | wrong
        page = Page(admin.client.post("/desk/secretaries/new/", data=typed).text)
        assert words in page.text, wrong
    db.session.rollback()
    assert db.session.scalar(select(func.count(Account.id))) == 1
    admin.press("保存", email=" Kimura@Example.jp", name="木村 遥", role="reviewer")
    db.session.rollback()
    account = db.session.scalars(select(Account).where(Account.email == "kimura@example.jp")).one()
    assert (account.role, account.organization_id, account.password_hash) == (Role.reviewer, None, "")

    admin.open(f"/desk/secretaries/{account.id}/").press("事務局管理者にする")
    assert problems(admin.page) == []
    assert "役割を変更しました。" in admin.page.text
    own = f"/desk/secretaries/{administrator.account_id}/"
    assert "ほかの事務局管理者に依頼してください" in admin.open(own).page.text
    before = everything_written()
    acts = f"/desk/account-acts/{administrator.account_id}"
    for act, data in (("suspend", {"reason": "理由"}), ("role", {"role": "reviewer"})):
        assert admin.client.post(f"{acts}/{act}", data=data).status_code == 422
    assert admin.client.post(f"{acts}/role", data={"role": "owner"}).status_code == 400
    assert everything_written() == before
    assert ("account.role", administrator.account_id) in events("account.")


def test_a_talent_is_found_by_the_whole_code_or_address_and_opened_on_record(
    desk: Visitor, make_here: Maker, office: Actor
) -> None:
    actor = talent(make_here, "青木 千尋", is_public=True)
    talent(make_here, "石川 拓真")
    profile = profile_of(actor)
    applied(overdue(make_here).published(actor=make_here.member(), documents=[]), actor, now=make_here.now)
    email = db.session.get_one(Account, actor.account_id).email

    page = desk.open("/desk/talents/").page
    assert len(rows(page)) == 2
    assert problems(page) == []
    for personal in ("青木", email):
        assert personal not in desk.response.text
    for search, count in ((profile.code, 1), (profile.code.lower(), 1), (email, 1), (email[:5], 0), ("青木", 0)):
        assert len(rows(desk.open(f"/desk/talents/?search={search}").page)) == count, search
    assert events("talent.desk_view") == []

    desk.open("/desk/talents/").follow(profile.code)
    assert problems(desk.page) == []
    for words in ("青木 千尋", email, "登録団体に公開しています", "応募 1件"):
        assert words in desk.page.text, words
    assert "消去する" not in desk.page.text
    assert events("talent.desk_view") == [("talent.desk_view", office.account_id)]


def test_a_talent_is_erased_by_an_administrator_who_types_the_code(
    admin: Visitor, make_here: Maker, administrator: Actor
) -> None:
    actor = talent(make_here, "青木 千尋")
    profile = profile_of(actor)
    path, code = f"/desk/talents/{profile.id}/", profile.code
    admin.open(path).press("個人情報を消去する", status=422, code="T000000000")
    assert "登録コードが一致しません。" in admin.page.text
    assert "青木 千尋" in admin.page.text
    assert problems(admin.page) == []

    admin.press("個人情報を消去する", code=f" {code.lower()} ")

    assert "個人情報を消去しました。" in admin.page.text
    assert "消去済み" in admin.page.text
    assert "青木" not in admin.response.text
    assert problems(admin.page) == []
    assert ("account.erase", administrator.account_id) in events("account.")
    restored = admin.client.post(f"/desk/account-acts/{actor.account_id}/restore", data={"reason": "理由"})
    assert restored.status_code == 422
    assert "個人情報を消去したアカウントは再開できません。" in Page(restored.text).text or restored.status_code == 422


def test_lists_cost_as_many_statements_for_one_row_as_for_two_thousand(
    admin: Visitor, make_here: Maker, owner: Actor, statements: Statements
) -> None:
    paths = (
        "organizations/",
        f"organizations/{owner.organization_id}/",
        "members/",
        "secretaries/",
        "talents/",
        "news/",
        "dashboard/",
        "find/?q=" + quote("試験"),
    )
    counted = []
    for count, more in ((1, 0), (19, 0), (0, 2000)):
        crowd(more, now=make_here.now)
        waiting(make_here, count, actor=owner)
        for _ in range(count):
            make_here.account(Role.viewer, make_here.organization())
            make_here.account(Role.viewer, db.session.get_one(Organization, owner.organization_id))
            make_here.account(Role.reviewer)
            talent(make_here, "青木 千尋")
            admin.open(f"/desk/organizations/{owner.organization_id}/").press("メモを追加", text="メモ")
            typed = {
                "title": "お知らせ",
                "body": "本文",
                "audience": "everyone",
                "starts_at": "2026-11-01T00:00",
                "ends_at": "",
            }
            assert admin.client.post("/desk/news/new/", data=typed).status_code == 302
        figures = []
        for path in paths:
            admin.open(f"/desk/{path}")
            statements.restart()
            admin.open(f"/desk/{path}")
            figures.append(statements.count)
        counted.append(figures)

    print(f"\nstatements of {', '.join(paths)}: {counted[0]}")
    assert counted[0] == counted[1] == counted[2]
    assert max(counted[0]) <= 12


def crowd(count: int, *, now: datetime) -> None:
    """As many organizations as the portal has, with a member each."""
    begin_write()
    first = (db.session.scalar(select(func.max(Organization.id))) or 0) + 1
    insert_rows(
        Organization,
        [
            {"id": number, "name": f"試験の会{number}", "org_type": "07", "created_at": now}
            for number in range(first, first + count)
        ],
    )
    insert_rows(
        Account,
        [
            {
                "email": f"crowd{number}@example.jp",
                "name": "佐藤 美咲",
                "role": Role.owner,
                "organization_id": number,
                "created_at": now,
            }
            for number in range(first, first + count)
        ],
    )
    db.session.commit()


def test_ids_lead_nowhere_but_to_what_they_name(admin: Visitor, make_here: Maker) -> None:
    member, colleague = make_here.member(), make_here.secretary()
    for path in (
        f"/desk/members/{colleague.account_id}/",
        f"/desk/secretaries/{member.account_id}/",
        f"/desk/talents/{member.account_id + 999}/",
        "/desk/organizations/0/",
        "/desk/organizations/abc/",
        "/desk/organizations/99999999999/",
    ):
        admin.open(path, status=404)
    later = (make_here.now + timedelta(days=1)).isoformat()
    assert admin.client.post("/desk/account-acts/99999/suspend", data={"reason": later}).status_code == 404
    assert admin.client.post("/desk/suspensions/99999/begin", data={"reason": "理由"}).status_code == 404


def test_an_administrator_holds_applications_back_and_lets_them_go(
    admin: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = posting(make_here, actor=owner, title="消去の前に保留する求人の題名です")
    assert version.open_at
    application = applied(version, talent(make_here), now=version.open_at + timedelta(hours=1))
    begin_write()
    db.session.execute(
        update(Application).where(Application.id == application.id).values(erase_at=clock.now() + timedelta(days=3))
    )
    db.session.execute(update(Version).where(Version.id == version.id).values(close_at=None))
    db.session.commit()

    admin.open("/desk/retention/").follow("消去の前に保留する求人の題名です")
    assert problems(admin.page) == []
    admin.press("保留する", status=422, reason="")
    assert "理由を入力してください。" in admin.page.text
    assert problems(admin.page) == []
    admin.press("保留する", reason="係争中のため")
    assert "保留しました" in admin.page.text
    page = admin.open("/desk/retention/?days=366").page
    assert page.text.count("係争中のため") == 1
    assert "保留中" in page.text
    assert problems(page) == []
    admin.follow("消去の前に保留する求人の題名です").press("保留を解除", reason="和解したため")
    assert "係争中のため" not in admin.open("/desk/retention/").page.text
    for address in ("/desk/retention/2000000000/", f"/desk/retention/{version.entry_id}/erase"):
        assert admin.client.post(address, data={}).status_code in (404, 405)
    admin.open("/desk/retention/?days=7", status=400)
