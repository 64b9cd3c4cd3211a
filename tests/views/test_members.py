"""「メンバー」 as an owner uses it, without scripts."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import db
from models.people import Account
from models.states import Role
from portal.actors import Actor
from tests.accounts.mailed import letters
from tests.make import Maker, actor_of
from tests.views.login import log_in
from tests.views.pages import Visitor, problems


@pytest.fixture
def visitor(client: FlaskClient, owner: Actor) -> Visitor:
    log_in(client, owner)
    return Visitor(client)


@pytest.fixture
def editor(make_here: Maker, owner: Actor) -> Account:
    from models.organizations import Organization

    organization = db.session.get_one(Organization, owner.organization_id)
    return make_here.account(Role.editor, organization, email="editor@example.jp", name="田村 健太")


def test_invited_resent_and_cancelled(visitor: Visitor) -> None:
    visitor.open("/mypage/members/").follow("メンバーを招待する")
    assert problems(visitor.page) == []
    visitor.press("招待のメールを送る", status=422, name="", email="x", role="editor")
    assert {"name-e", "email-e"} <= set(visitor.page.ids)
    assert problems(visitor.page) == []
    visitor.press("招待のメールを送る", name="小川 葵", email="aoi@example.jp", role="viewer")
    assert "小川 葵さんに招待のメールを送りました。" in visitor.page.text
    visitor.follow("メンバーを招待する").press(
        "招待のメールを送る", status=422, name="別の人", email="aoi@example.jp", role="viewer"
    )
    assert "すでに登録されています" in visitor.page.text
    visitor.open("/mypage/members/").press("招待を再送（小川 葵）")
    assert len(letters("invitation")) == 2
    visitor.press("招待を取り消す（小川 葵）")
    assert "招待を取り消しました" in visitor.page.text
    assert "aoi@example.jp" not in visitor.page.text


def test_a_role_acts_on_the_next_request(site: Flask, visitor: Visitor, editor: Account, owner: Actor) -> None:
    other = Visitor(site.test_client())
    log_in(other.client, actor_of(editor))
    other.open("/mypage/jobs/new/")
    visitor.open("/mypage/members/").press("変更（田村 健太）", role="viewer")
    assert "田村 健太さんの権限を「閲覧者」にしました。" in visitor.page.text
    other.open("/mypage/jobs/new/", status=403)
    other.open("/mypage/members/", status=403)
    visitor.press(f"変更（{owner.name}）", role="editor")
    assert "管理者は1人以上必要です" in visitor.page.text


def test_who_is_removed_is_out_at_the_next_request(
    site: Flask, visitor: Visitor, editor: Account, owner: Actor
) -> None:
    other = Visitor(site.test_client())
    log_in(other.client, actor_of(editor))
    other.open("/mypage/")
    visitor.open("/mypage/members/").follow("外す（田村 健太）")
    assert problems(visitor.page) == []
    visitor.press("メンバーから外す")
    assert "田村 健太さんをメンバーから外しました。" in visitor.page.text
    assert "editor@example.jp" not in visitor.page.text
    assert other.open("/mypage/").path.startswith("/login")
    visitor.follow(f"外す（{owner.name}）")
    assert "引き継ぐ人がいません" in visitor.page.text
    assert db.session.scalars(select(Account.removed_at).where(Account.id == owner.account_id)).one() is None
