"""A02, G5: a profile is read while it is published and not one request longer; 「人材詳細を見る」 goes with it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from models.base import db
from models.mail import OutboxMail
from portal.database import begin_write
from portal.mail.delivery import render
from portal.matching import hiding
from portal.recruiting import leaving
from tests.abuse.conftest import Scene
from tests.recruiting.builders import profile_of, talent

LINK = "人材詳細を見る"


def published(scene: Scene) -> None:
    profile_of(scene.talent).is_public = True


def private(scene: Scene) -> None:
    profile_of(scene.talent).is_public = False


def hidden(scene: Scene) -> None:
    hiding.hide(scene.owner.organization_id or 0, actor=scene.talent, now=scene.make.now)


def left(scene: Scene) -> None:
    leaving.leave(actor=scene.talent, now=scene.make.now)


def done(act: Callable[[Scene], None], scene: Scene) -> None:
    begin_write()
    act(scene)
    db.session.commit()
    db.session.rollback()


@pytest.mark.parametrize("ends", [private, hidden, left])
def test_it_is_gone_with_the_next_request_of_every_window(scene: Scene, ends: Callable[[Scene], None]) -> None:
    """The page, and the link in each place where it stood; the application itself stays open to its organization."""
    key = scene.applied().id
    done(published, scene)
    code = profile_of(scene.talent).code
    windows = [scene.browser(scene.owner), scene.browser(scene.owner)]
    places = [
        f"/mypage/applications/{scene.entry_id}/",
        f"/mypage/applications/detail/{key}/",
    ]
    db.session.rollback()
    for window in windows:
        assert window.get(f"/mypage/talents/{code}/").status_code == 200
        for place in places:
            page = window.get(place)
            assert (page.status_code, LINK in page.text) == (200, True), place
            assert f"/mypage/talents/{code}/" in page.text

    done(ends, scene)

    for window in windows:
        now, never = window.get(f"/mypage/talents/{code}/"), window.get("/mypage/talents/T000000000/")
        assert (now.status_code, never.status_code, len(now.data)) == (404, 404, len(never.data))
        for place in places:
            page = window.get(place)
            assert (page.status_code, LINK in page.text, code in page.text) == (200, False, False), place


def test_who_never_applied_and_publishes_nothing_is_not_there(scene: Scene) -> None:
    """Neither for who knows the 登録コード, nor for the organization to whom somebody else applied."""
    scene.applied()
    code = profile_of(talent(scene.make, "上田 さくら")).code
    browser = scene.browser(scene.owner)
    db.session.rollback()
    assert browser.get(f"/mypage/talents/{code}/").status_code == 404
    assert "上田" not in browser.get(f"/mypage/applications/{scene.entry_id}/?q=上田").text.replace('value="上田"', "")


def test_what_the_organization_noted_is_on_no_page_and_in_no_letter_of_the_talent(scene: Scene) -> None:
    application = scene.applied()
    key, document = application.id, application.documents[0].id
    note = "面接では語学力を確かめること"
    organization, browser = scene.browser(scene.owner), scene.browser(scene.talent)
    place = f"/mypage/selection/detail/{key}"
    asked = {"document": document, "until": "2099-01-31T17:00", "message": "もう一度お送りください。"}
    db.session.rollback()
    assert organization.post(f"{place}/note", data={"note": note, "note_revision": "1"}).status_code == 303
    assert organization.post(f"{place}/documents/{document}", data={"state": "defective"}).status_code == 303
    assert organization.post(f"{place}/ask", data=asked).status_code == 303
    assert note in organization.get(f"/mypage/applications/detail/{key}/").text
    mine = f"applications/{key}"
    for end in ("", "readings/", "applications/", mine, f"{mine}/done", f"{mine}/withdraw"):
        page = browser.get(f"/talent/{end}")
        assert (page.status_code, note in page.text) == (200, False), end
    said = "".join(map("".join, (render(mail.letter, mail.params) for mail in db.session.scalars(select(OutboxMail)))))
    db.session.rollback()
    assert "もう一度お送りください。" in said
    assert note not in said
