"""Both steps of the login as a browser without scripts walks them, at both doors."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from models.base import db
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account, KeptInput, LoginSession
from models.states import MailState, Role
from portal.database import begin_write
from tests.make import PASSWORD, Maker, actor_of
from tests.views.login import log_in, mailed_code
from tests.views.pages import Visitor

WRONG = "メールアドレスまたはパスワードが正しくありません。"
EMAIL = "org@example.jp"
Write = Callable[..., None]


@pytest.fixture
def owner(make_here: Maker) -> Account:
    return make_here.account(Role.owner, make_here.organization("みどりの会"), email=EMAIL)


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


def first_step(visitor: Visitor, email: str = EMAIL, *, at: str = "/login") -> Visitor:
    return visitor.open(at).press("次へ", email=email, password=PASSWORD)


def both_steps(visitor: Visitor, email: str = EMAIL, *, at: str = "/login") -> Visitor:
    first_step(visitor, email, at=at)
    return visitor.press("ログイン", code=mailed_code(visitor.client, email))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def open_sessions() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(LoginSession).where(LoginSession.ended_at.is_(None)))


@pytest.mark.parametrize(
    ("role", "door", "home", "h1"),
    [
        (Role.owner, "/login", "/mypage/", "団体マイページ"),
        (Role.viewer, "/login", "/mypage/", "団体マイページ"),
        (Role.reviewer, "/login", "/desk/", ""),
        (Role.administrator, "/login", "/desk/", ""),
        (Role.talent, "/talent/login", "/talent/", "人材マイページ"),
    ],
)
def test_two_steps_lead_to_the_home_of_the_role(
    role: Role, door: str, home: str, h1: str, visitor: Visitor, make_here: Maker
) -> None:
    organization = make_here.organization() if role in (Role.owner, Role.viewer) else None
    make_here.account(role, organization, email=EMAIL)

    visitor.open(door)
    assert visitor.page.button("次へ") is not None
    first_step(visitor, at=door)

    assert visitor.path == "/login/code"
    assert "or***@example.jp" in visitor.page.text
    assert visitor.page.by_id("code").get("autocomplete") == "one-time-code"
    assert open_sessions() == 0  # no session exists before the second step
    visitor.press("ログイン", code=mailed_code(visitor.client, EMAIL))
    assert visitor.path == home
    assert not h1 or visitor.page.h1 == h1
    assert open_sessions() == 1


def test_the_home_is_closed_until_the_second_step_is_done(visitor: Visitor, owner: Account) -> None:
    first_step(visitor)

    visitor.open("/mypage/")

    assert visitor.path.startswith("/login?next=/mypage/")


def test_a_wrong_pair_is_told_beside_the_address_that_was_typed(visitor: Visitor, owner: Account) -> None:
    visitor.open("/login").press("次へ", status=422, email=EMAIL, password="wrong")

    assert WRONG in visitor.page.text
    assert visitor.page.by_id("email").get("value") == EMAIL
    assert not visitor.page.by_id("password").get("value")


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("email", "", "メールアドレスを入力してください。"),
        ("email", f"{'a' * 250}@example.jp", "メールアドレスは254文字以内で入力してください。"),
        ("password", "", "パスワードを入力してください。"),
        ("password", "あ" * 129, "パスワードは128文字以内で入力してください。"),
    ],
)
def test_what_is_missing_or_too_long_is_told_at_its_field(
    field: str, typed: str, told: str, visitor: Visitor, owner: Account
) -> None:
    visitor.open("/login").press("次へ", status=422, **({"email": EMAIL, "password": PASSWORD} | {field: typed}))

    error = visitor.page.by_id(f"{field}-e")
    assert told in "".join(error.itertext())
    assert f"{field}-e" in visitor.page.by_id(field).get("aria-describedby", "")


def test_a_wrong_code_says_how_many_tries_are_left_and_the_last_one_starts_over(
    visitor: Visitor, owner: Account
) -> None:
    first_step(visitor)
    code = mailed_code(visitor.client, EMAIL)

    for left in (4, 3, 2, 1):
        visitor.press("ログイン", status=422, code=wrong(code))
        assert f"あと{left}回" in visitor.page.text
        assert visitor.path == "/login/code"
    visitor.press("ログイン", code=wrong(code))

    assert visitor.path == "/login?again=tries"
    assert "上限に達しました" in visitor.page.text
    visitor.open("/login/code")
    assert visitor.path == "/login?again=tries"
    assert open_sessions() == 0


def test_three_wrong_codes_leave_a_try_for_the_right_one(visitor: Visitor, owner: Account) -> None:
    first_step(visitor)
    code = mailed_code(visitor.client, EMAIL)
    for _ in range(3):
        visitor.press("ログイン", status=422, code=wrong(code))

    visitor.press("ログイン", code=code)

    assert visitor.path == "/mypage/"


@pytest.mark.parametrize("typed", ["{0}{1}{2}　{3}{4}{5}", " {0}{1}{2}{3}{4}{5} "])
def test_a_code_may_be_typed_in_full_width_and_with_spaces(typed: str, visitor: Visitor, owner: Account) -> None:
    first_step(visitor)
    wide = mailed_code(visitor.client, EMAIL).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})

    visitor.press("ログイン", code=typed.format(*wide))

    assert visitor.path == "/mypage/"


@pytest.mark.parametrize("typed", ["12345", "1234567", "abcdef", "12 34", "١٢٣٤٥٦", "<b>123</b>"])
def test_what_is_no_code_costs_no_try(typed: str, visitor: Visitor, owner: Account) -> None:
    first_step(visitor)
    for _ in range(6):
        visitor.press("ログイン", status=422, code=typed)
        assert "6桁の数字" in visitor.page.text

    visitor.press("ログイン", code=mailed_code(visitor.client, EMAIL))
    assert visitor.path == "/mypage/"


def test_a_code_is_used_once(site: Flask, visitor: Visitor, owner: Account) -> None:
    first_step(visitor)
    address, sent = visitor.what_is_sent("ログイン", code=mailed_code(visitor.client, EMAIL))
    with visitor.client.session_transaction() as cookie:
        before = dict(cookie)
    visitor.client.post(address, data=sent)
    thief = site.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(before)

    answer = thief.post(address, data=sent)

    assert (answer.status_code, answer.location) == (303, "/login?again=used")
    assert open_sessions() == 1


def test_a_code_opens_nothing_in_another_browser(site: Flask, visitor: Visitor, owner: Account) -> None:
    first_step(visitor)
    stranger = site.test_client()

    answer = stranger.post("/login/code", data={"code": mailed_code(visitor.client, EMAIL)})

    assert (answer.status_code, answer.location) == (303, "/login?again=missing")
    assert open_sessions() == 0


def test_a_code_ends_after_ten_minutes(visitor: Visitor, owner: Account) -> None:
    begun = datetime.now(UTC)
    with time_machine.travel(begun, tick=False) as clock:
        first_step(visitor)
        code = mailed_code(visitor.client, EMAIL)
        clock.move_to(begun + timedelta(minutes=10, seconds=1))
        visitor.press("ログイン", code=code)
        assert visitor.path == "/login?again=expired"
        assert "有効期限が切れました" in visitor.page.text

        first_step(visitor)
        code = mailed_code(visitor.client, EMAIL)
        clock.move_to(begun + timedelta(minutes=20, seconds=1))
        visitor.press("ログイン", code=code)
        assert visitor.path == "/mypage/"


def test_a_code_can_be_sent_again_after_thirty_seconds_and_five_times(visitor: Visitor, owner: Account) -> None:
    begun = datetime.now(UTC)
    with time_machine.travel(begun, tick=False) as clock:
        first_step(visitor)
        assert "あと30秒で再送できます（残り5回）" in visitor.page.text
        visitor.press("再送する", status=429)
        assert visitor.response.headers["Retry-After"] == "30"
        assert "あと30秒で再送できます。" in visitor.page.text
        clock.shift(timedelta(seconds=29))
        assert "あと1秒で再送できます" in visitor.press("再送する", status=429).page.text

        codes = [mailed_code(visitor.client, EMAIL)]
        clock.shift(timedelta(seconds=1))
        for left in (4, 3, 2, 1, 0):
            visitor.press("再送する")
            codes.append(mailed_code(visitor.client, EMAIL))
            assert ("再送の回数を使い切りました" if not left else f"残り{left}回") in visitor.page.text
            clock.shift(timedelta(seconds=30))
        visitor.press("再送する", status=422)
        assert "再送できるのは5回までです" in visitor.page.text

        if codes[-2] != codes[-1]:  # one in a million
            visitor.press("ログイン", status=422, code=codes[-2])
        visitor.press("ログイン", code=codes[-1])
        assert visitor.path == "/mypage/"
    waiting = db.session.scalars(select(OutboxMail.state).where(OutboxMail.letter == "one_time_password")).all()
    assert waiting.count(MailState.queued) == 1  # the codes before are not sent any more


def test_a_resent_code_takes_no_tries_back(visitor: Visitor, owner: Account) -> None:
    begun = datetime.now(UTC)
    with time_machine.travel(begun, tick=False) as clock:
        first_step(visitor)
        for _ in range(4):
            visitor.press("ログイン", status=422, code=wrong(mailed_code(visitor.client, EMAIL)))
        clock.shift(timedelta(seconds=30))
        visitor.press("再送する")

        visitor.press("ログイン", code=wrong(mailed_code(visitor.client, EMAIL)))

        assert visitor.path == "/login?again=tries"


@pytest.mark.parametrize("path", ["/login/code", "/login/resend"])
def test_the_second_step_without_a_first_one_begins_anew(path: str, visitor: Visitor, owner: Account) -> None:
    answer = visitor.client.post(path, data={"code": "123456"})

    assert (answer.status_code, answer.location) == (303, "/login?again=missing")
    visitor.open("/login/code")
    assert visitor.path == "/login?again=missing"


def test_a_deep_link_is_reached_after_the_login(visitor: Visitor, owner: Account) -> None:
    visitor.open("/mypage/jobs/?search=水&state=draft")
    assert visitor.path.startswith("/login?next=")

    visitor.press("次へ", email=EMAIL, password=PASSWORD)
    visitor.press("ログイン", code=mailed_code(visitor.client, EMAIL))

    assert visitor.page.h1.startswith("求人情報一覧")
    assert visitor.page.by_id("search").get("value") == "水"


def test_a_deep_link_survives_wrong_passwords_and_a_login_that_starts_over(visitor: Visitor, owner: Account) -> None:
    visitor.open("/mypage/notices/")
    visitor.press("次へ", status=422, email=EMAIL, password="wrong")
    visitor.press("次へ", email=EMAIL, password=PASSWORD)
    code = mailed_code(visitor.client, EMAIL)
    for status in (422, 422, 422, 422, 200):
        visitor.press("ログイン", status=status, code=wrong(code))
    visitor.press("次へ", email=EMAIL, password=PASSWORD)
    visitor.press("ログイン", code=mailed_code(visitor.client, EMAIL))

    assert visitor.path == "/mypage/notices/"


OFF_SITE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/\t/evil.example/",
    "/\r\n/evil.example/",
    "/%0d%0aLocation:%20https://evil.example/",
    "/ /evil.example/",
    " //evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "mypage/",
    "http:/evil.example",
    "http:evil.example",
    "/\u2028/evil.example",
    "/\x00/evil.example",
    "@evil.example",
    "/logout",
    "/login?next=//evil.example/",
    "/" + "a" * 3000,
]


@pytest.mark.parametrize("wanted", OFF_SITE)
def test_no_address_leads_off_the_site(wanted: str, client: FlaskClient, owner: Account) -> None:
    answer = client.post("/login", query_string={"next": wanted}, data={"email": EMAIL, "password": PASSWORD})
    if answer.status_code == 400:  # a NUL: refused as a whole
        return
    answer = client.post("/login/code", data={"code": mailed_code(client, EMAIL)})

    assert answer.status_code == 303
    led_to = answer.location
    assert led_to.startswith("/")
    assert not led_to.startswith(("//", "/\\"))
    assert "evil" not in led_to or led_to.startswith("/%0d%0a")
    # Who is logged in already is redirected by the same rule.
    again = client.get("/login", query_string={"next": wanted})
    assert again.location == led_to


@pytest.mark.parametrize("wanted", ["/desk/", "/desk/review/1", "/talent/"])
def test_a_deep_link_behind_another_door_leads_home(wanted: str, visitor: Visitor, owner: Account) -> None:
    visitor.open(f"/login?next={wanted}")
    visitor.press("次へ", email=EMAIL, password=PASSWORD)
    visitor.press("ログイン", code=mailed_code(visitor.client, EMAIL))

    assert visitor.path == "/mypage/"


def test_each_door_is_for_its_own_people(visitor: Visitor, owner: Account, make_here: Maker) -> None:
    make_here.account(Role.talent, email="talent@example.jp")

    visitor.open("/talent/login").press("次へ", status=422, email=EMAIL, password=PASSWORD)
    visitor.open("/login").press("次へ", status=422, email="talent@example.jp", password=PASSWORD)

    assert WRONG in visitor.page.text


def test_the_session_is_another_one_at_each_step(client: FlaskClient, owner: Account) -> None:
    def cookie() -> str:
        found = client.get_cookie("sid")
        return found.value if found else ""

    client.get("/login")
    with client.session_transaction() as session:
        session["planted"] = "by a stranger"
    seen = [cookie()]
    client.post("/login", data={"email": EMAIL, "password": PASSWORD})
    seen.append(cookie())
    with client.session_transaction() as session:
        assert "planted" not in session
        challenge = session["challenge"]
        session["planted"] = "by a stranger"
    client.post("/login/code", data={"code": mailed_code(client, EMAIL)})
    seen.append(cookie())
    with client.session_transaction() as session:
        assert not {"planted", "challenge"} & session.keys()
        token = session["_user_id"]
    client.post("/logout")
    seen.append(cookie())
    with client.session_transaction() as session:
        assert "_user_id" not in session

    assert len(set(seen)) == len(seen)
    assert challenge != token


def test_logging_out_ends_the_session_for_good(site: Flask, visitor: Visitor, owner: Account) -> None:
    both_steps(visitor)
    stolen = site.test_client()
    with visitor.client.session_transaction() as cookie:
        kept = dict(cookie)
    with stolen.session_transaction() as cookie:
        cookie.update(kept)
    assert stolen.get("/mypage/").status_code == 200

    visitor.press("ログアウト")

    assert visitor.path == "/login"
    assert "ログアウトしました。" in visitor.page.text
    assert stolen.get("/mypage/").status_code == 302
    assert open_sessions() == 0


def test_open_sessions_are_listed_and_the_others_can_be_ended(site: Flask, visitor: Visitor, make_here: Maker) -> None:
    account = make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    others = [site.test_client() for _ in range(3)]
    for other in others:
        log_in(other, actor_of(account))
    both_steps(visitor)

    visitor.open("/account/sessions")
    assert len(visitor.page.all("tr")) == 5
    assert visitor.page.text.count("この端末 ") == 1
    visitor.press("他の端末をすべてログアウト")

    assert "3台の端末をログアウトしました。" in visitor.page.text
    assert len(visitor.page.all("tr")) == 2
    assert [other.get("/mypage/").status_code for other in others] == [302, 302, 302]
    assert visitor.open("/mypage/").path == "/mypage/"


def test_one_session_can_be_ended_and_a_strangers_cannot(
    site: Flask, visitor: Visitor, owner: Account, make_here: Maker
) -> None:
    other, stranger = site.test_client(), site.test_client()
    log_in(other, actor_of(owner))
    log_in(stranger, make_here.member())
    rows = db.session.execute(select(LoginSession.id, LoginSession.account_id).order_by(LoginSession.id)).all()
    others_id, strangers_id = (row.id for row in rows)
    both_steps(visitor)

    refused = visitor.client.post(f"/account/sessions/{strangers_id}/end")
    unknown = visitor.client.post(f"/account/sessions/{strangers_id + 1000}/end")
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert stranger.get("/mypage/").status_code == 200

    assert visitor.client.post(f"/account/sessions/{others_id}/end").location == "/account/sessions"
    assert other.get("/mypage/").status_code == 302
    assert visitor.client.post(f"/account/sessions/{others_id}/end").status_code == 404


def test_a_session_ends_after_an_hour_without_use(client: FlaskClient, owner: Account) -> None:
    begun = datetime.now(UTC)
    with time_machine.travel(begun, tick=False) as clock:
        log_in(client, actor_of(owner))
        clock.move_to(begun + timedelta(minutes=59))
        assert client.get("/mypage/").status_code == 200
        clock.shift(timedelta(minutes=60))
        assert client.get("/mypage/").status_code == 200
        clock.shift(timedelta(minutes=60, seconds=1))
        assert client.get("/mypage/").location.startswith("/login")


def test_a_session_ends_after_twelve_hours_however_busy(client: FlaskClient, owner: Account) -> None:
    begun = datetime.now(UTC)
    with time_machine.travel(begun, tick=False) as clock:
        log_in(client, actor_of(owner))
        for minutes in range(30, 12 * 60 + 1, 30):
            clock.move_to(begun + timedelta(minutes=minutes))
            assert client.get("/mypage/").status_code == 200, minutes
        clock.shift(timedelta(seconds=1))
        assert client.get("/mypage/").location.startswith("/login")


def _set(model: Any, row_id: int, **values: Any) -> None:
    begin_write()
    db.session.execute(update(model).where(model.id == row_id).values(**values))
    db.session.commit()


def test_a_suspension_acts_on_the_next_request(client: FlaskClient, owner: Account) -> None:
    now = datetime.now(UTC)
    log_in(client, actor_of(owner))

    for model, row_id in ((Account, owner.id), (Organization, owner.organization_id)):
        assert client.get("/mypage/").status_code == 200
        _set(model, row_id, suspended_at=now)
        assert client.get("/mypage/").location == "/login?next=/mypage/"
        assert client.post("/mypage/jobs/new/", data={"step": "save"}).location == "/login?next=/mypage/jobs/new/"
        assert db.session.scalar(select(func.count()).select_from(KeptInput)) == 0, "who is shut out keeps nothing"
        _set(model, row_id, suspended_at=None)


def test_a_suspension_between_the_steps_ends_the_login(visitor: Visitor, owner: Account) -> None:
    first_step(visitor)
    code = mailed_code(visitor.client, EMAIL)
    _set(Account, owner.id, suspended_at=datetime.now(UTC))

    visitor.press("ログイン", code=code)

    assert visitor.path == "/login?again=closed"
    assert open_sessions() == 0


def test_a_changed_role_acts_on_the_next_request(client: FlaskClient, owner: Account) -> None:
    log_in(client, actor_of(owner))
    assert client.get("/mypage/jobs/new/").status_code == 200

    _set(Account, owner.id, role=Role.viewer)

    assert client.get("/mypage/jobs/new/").status_code == 403
    assert client.get("/mypage/jobs/").status_code == 200


def test_who_is_logged_in_is_led_home_from_the_login(visitor: Visitor, owner: Account) -> None:
    both_steps(visitor)

    for path in ("/login", "/talent/login", "/login/code"):
        assert visitor.open(path).path == "/mypage/"
    answer = visitor.client.post("/login", data={"email": EMAIL, "password": PASSWORD})
    assert answer.location == "/mypage/"


def test_eleven_wrong_passwords_are_throttled_with_the_time_to_wait(visitor: Visitor, owner: Account) -> None:
    visitor.open("/login")
    for _ in range(10):
        visitor.press("次へ", status=422, email=EMAIL, password="wrong")
    visitor.press("次へ", status=429, email=EMAIL, password="wrong")

    assert "試行回数が多すぎます" in visitor.page.text
    assert 0 < int(visitor.response.headers["Retry-After"]) <= 300


@pytest.mark.parametrize("value", ["x", "eyJfdXNlcl9pZCI6IngifQ.aaaa.bbbb", "é\xff", "a" * 9000, '"\\000"', "\x00"])
def test_a_forged_cookie_is_nobody(value: str, site: Flask, owner: Account) -> None:
    client = site.test_client(use_cookies=False)
    cookies = {"HTTP_COOKIE": f"sid={value}; browser={value}"}

    assert client.get("/mypage/", environ_overrides=cookies).status_code == 302
    answer = client.post("/login", data={"email": EMAIL, "password": "wrong"}, environ_overrides=cookies)
    assert answer.status_code == 422
