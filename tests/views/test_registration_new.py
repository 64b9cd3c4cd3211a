"""団体登録 without scripts: the mailed address, the form with saving in between, and the desk's decisions on it."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from models.base import db
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account
from models.registrations import RegistrationVersion
from models.states import Role
from portal.actors import Actor
from tests.conftest import Statements
from tests.make import Maker
from tests.recruiting.pages import pdf
from tests.registry.samples import CONTENT, edit, registered
from tests.views.login import log_in
from tests.views.pages import Visitor, problems

EMAIL = "tamura@example.org"
ROWS = ("social_links", "notify_emails", "achievements")


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


@pytest.fixture
def desk_visitor(client: FlaskClient, office: Actor) -> Visitor:
    visitor = Visitor(client.application.test_client())
    log_in(visitor.client, office)
    return visitor


def mailed(letter: str) -> str:
    db.session.rollback()
    query = select(OutboxMail.params).where(OutboxMail.letter == letter).order_by(OutboxMail.id.desc()).limit(1)
    params = db.session.scalar(query)
    assert params is not None, f"no letter {letter}"
    return f"/registration/{params['token']}/"


def typed(*keys: str) -> dict[str, Any]:
    """What a person types of these fields, as the form sends it."""
    return {key: "" if CONTENT[key] is None else CONTENT[key] for key in keys if key not in ROWS}


def section_of(visitor: Visitor) -> dict[str, Any]:
    names = [name for name in CONTENT if name in visitor.page.ids]
    return typed(*names)


def fill(visitor: Visitor) -> Visitor:
    """From the opened address to the confirm page."""
    visitor.press("次へ", account_name="田村 健太")
    for _section in range(3):
        visitor.press("次へ", **section_of(visitor))
    attach(visitor)
    return visitor.press("内容確認へ")


def attach(visitor: Visitor, content: bytes | None = None, *, status: int = 200) -> None:
    address, sent = visitor.what_is_sent("追加")
    file = FileStorage(io.BytesIO(content or pdf("定款")), filename="定款.pdf")
    data = {name: value for name, value in sent.items() if name != "files"} | {"files": file}
    visitor._arrived(visitor.client.post(address, data=data, follow_redirects=True), status)


def test_from_the_public_site_to_the_first_member(visitor: Visitor, desk_visitor: Visitor) -> None:
    visitor.open("/").follow("団体登録")
    assert problems(visitor.page) == []
    visitor.press("入力用のアドレスを送る", email="tamura", status=422)
    visitor.press("入力用のアドレスを送る", email=EMAIL, status=202)
    assert EMAIL in visitor.page.text
    visitor.open(mailed("registration_begin"))
    assert problems(visitor.page) == []
    assert visitor.response.headers["Cache-Control"] == "no-store"

    visitor.press("次へ", account_name="田村 健太").press("一時保存", name="みずの会", postal="まだ")
    assert "保存しました" in visitor.page.text
    visitor.press("次へ")
    assert "団体名（カナ）を入力してください。" in visitor.page.text
    assert problems(visitor.page) == []
    visitor.open(mailed("registration_begin"))
    fill(visitor)
    assert problems(visitor.page) == []
    assert "申請の前に入力してください" not in visitor.page.text
    visitor.press("登録を申請する", status=422)
    assert "チェックを入れてください" in visitor.page.text
    visitor.press("登録を申請する", consent="1")
    assert visitor.page.h1 == "団体登録の申請を受け付けました"
    assert problems(visitor.page) == []
    assert mailed("registration_received") == mailed("registration_begin")

    desk_visitor.open("/desk/").open("/desk/registrations/").follow(CONTENT["name"])
    assert "同じ名称や法人番号の団体はありません" in desk_visitor.page.text
    assert problems(desk_visitor.page) == []
    paper = desk_visitor.client.get(desk_visitor.page.link("定款.pdf"))
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    desk_visitor.press("承認")
    assert "承認し、メールで知らせます。" in desk_visitor.page.text
    assert CONTENT["name"] in desk_visitor.follow("処理済み").page.text
    db.session.rollback()
    account = db.session.scalars(select(Account).where(Account.email == EMAIL)).one()
    assert account.role is Role.owner
    assert "登録が完了しました" in visitor.open(mailed("registration_received")).page.text


def test_a_return_is_mended_by_the_mailed_link_and_a_refusal_ends_it(visitor: Visitor, desk_visitor: Visitor) -> None:
    visitor.open("/registration/").press("入力用のアドレスを送る", email=EMAIL, status=202)
    fill(visitor.open(mailed("registration_begin"))).press("登録を申請する", consent="1")
    desk_visitor.open("/desk/registrations/").follow(CONTENT["name"])
    desk_visitor.press("差戻し", status=422)
    assert "コメントを入力してください。" in desk_visitor.page.text
    desk_visitor.press("差戻し", comment="設立年月をご確認ください。")

    visitor.open(mailed("registration_received"), status=410)
    visitor.open(mailed("registration_returned"))
    assert "設立年月をご確認ください。" in visitor.page.text
    visitor.follow("内容確認").press("登録を申請する", consent="1")
    desk_visitor.open("/desk/registrations/").follow(CONTENT["name"])
    assert "再提出 2回目" in desk_visitor.page.text
    desk_visitor.press("登録を見送る", comment="活動が確認できませんでした。")
    assert "活動が確認できませんでした。" in visitor.open(mailed("registration_returned")).page.text
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Organization)) == 0


def test_bad_files_two_windows_and_stale_clicks(visitor: Visitor, client: FlaskClient, make_here: Maker) -> None:
    visitor.open("/registration/").press("入力用のアドレスを送る", email=EMAIL, status=202)
    visitor.open(mailed("registration_begin"))
    other = Visitor(client.application.test_client()).open(mailed("registration_begin"))
    other.press("一時保存", account_name="別の人")
    visitor.press("次へ", account_name="田村 健太", status=409)
    assert "競合" in visitor.page.text
    assert visitor.page.by_id("account_name").get("value") == "田村 健太"

    visitor.open(f"{mailed('registration_begin')}files/")
    attach(visitor, b"<html></html>", status=422)
    assert "定款.pdf" in visitor.page.text
    attach(visitor)
    visitor.press("削除：定款.pdf")
    fill(visitor.open(mailed("registration_begin")))
    address, sent = visitor.what_is_sent("登録を申請する", consent="1")
    for _click in range(2):
        assert client.post(address, data=sent).status_code == 303
    db.session.rollback()
    assert db.session.scalar(select(RegistrationVersion.submissions)) == 1
    for path in ("account/", "files/", "confirm/"):
        assert client.get(mailed("registration_received") + path).status_code == 302
    assert client.get("/registration/nothing/").status_code == 410


def test_a_known_address_gets_the_same_page(visitor: Visitor, make_here: Maker) -> None:
    make_here.account(Role.owner, make_here.organization(), email="known@example.org")

    def answer(email: str) -> str:
        visitor.open("/registration/").press("入力用のアドレスを送る", email=email, status=202)
        text = visitor.response.text.replace(email, "")
        return re.sub(r'nonce="[^"]+"', "", text)

    assert answer("known@example.org") == answer("stranger@example.org")


def test_a_change_is_shown_beside_what_stands(
    desk_visitor: Visitor, make_here: Maker, client: FlaskClient, statements: Statements
) -> None:
    house = registered(make_here)
    edit(house, "organization", actor=make_here.member(house), make=make_here, name="NPO法人 いずみの会")

    desk_visitor.open("/desk/registrations/")
    statements.restart()
    desk_visitor.open("/desk/registrations/")
    alone = statements.count
    for _more in range(6):
        one = registered(make_here)
        edit(one, "organization", actor=make_here.member(one), make=make_here, org_type="08", legal_form="association")
    statements.restart()
    desk_visitor.open("/desk/registrations/")
    assert statements.count == alone, "a list of any length costs the same"
    desk_visitor.open("/desk/registrations/?page=2&show=decided")
    for bad in ("page=x", "page=0", "show=all"):
        desk_visitor.open(f"/desk/registrations/?{bad}", status=400)

    db.session.rollback()
    version = db.session.scalars(select(RegistrationVersion).order_by(RegistrationVersion.id)).first()
    assert version is not None
    desk_visitor.open(f"/desk/registrations/{version.id}/")
    assert "特定非営利活動法人 みずの会" in desk_visitor.page.text
    assert problems(desk_visitor.page) == []
    address, sent = desk_visitor.what_is_sent("承認")
    desk_visitor.press("承認")
    stale = desk_visitor.client.post(address, data=sent)
    assert stale.status_code == 409
    assert "競合" in stale.text
    db.session.rollback()
    assert db.session.get_one(Organization, house.id).name == "NPO法人 いずみの会"
