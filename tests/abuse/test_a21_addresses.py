"""A21, A01: nobody gets a file by guessing: keys are no addresses, paths lead nowhere, the foreign does not exist."""

import pytest
from sqlalchemy import select

from models.applications import Application
from models.base import db
from models.files import StoredFile
from portal import storage
from tests.abuse.conftest import Scene
from tests.access.world import digest

PATHS = [
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc/passwd",
    "..%252f..%252fetc%252fpasswd",
    "....//....//etc/passwd",
    "..\\..\\windows\\win.ini",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "file:///etc/passwd",
    "1%00.pdf",
    "1;ls",
    "-1",
    "0",
    "1e3",
    "99999999999999999999999",
    "%c0%ae%c0%ae/",
]


def files_of(scene: Scene) -> tuple[str, str]:
    """The addresses of one document, for its talent and for its organization."""
    application = scene.applied()
    key, document = application.id, application.documents[0].id
    db.session.rollback()
    return (
        f"/talent/applications/{key}/documents/{document}",
        f"/mypage/applications/detail/{key}/documents/{document}",
    )


def test_only_its_talent_and_its_organization_get_a_document(scene: Scene) -> None:
    talents, organizations = files_of(scene)
    people = {"talent": scene.talent, "other": scene.other, "owner": scene.owner, "rival": scene.rival}
    browsers = {name: scene.browser(actor) for name, actor in people.items()}
    before = digest()
    for name, address in (("other", talents), ("rival", organizations)):
        answer = browsers[name].get(address)
        missing = browsers[name].get(address.rpartition("/")[0] + "/987654")
        assert (answer.status_code, missing.status_code) == (404, 404), name
        assert len(answer.data) == len(missing.data), "it looks as if it were not there"
    for name, address in (("owner", talents), ("rival", talents), ("talent", organizations), ("other", organizations)):
        assert browsers[name].get(address).status_code in (302, 403, 404), name
    assert digest() == before, "nobody read anything"
    for name, address in (("talent", talents), ("owner", organizations)):
        answer = browsers[name].get(address)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), name


def test_who_is_not_logged_in_is_led_to_the_login_and_gets_no_byte(scene: Scene) -> None:
    for address in files_of(scene):
        answer = scene.browser().get(address)
        assert answer.status_code == 302
        assert "/login" in answer.location
        assert b"%PDF" not in answer.data


def test_another_applications_number_opens_no_document(scene: Scene) -> None:
    """The document's own number must belong to the application in the address."""
    mine, others = scene.applied(), scene.applied(scene.other)
    key, foreign = mine.id, others.documents[0].id
    db.session.rollback()
    for actor, address in (
        (scene.talent, f"/talent/applications/{key}/documents/{foreign}"),
        (scene.owner, f"/mypage/applications/detail/{key}/documents/{foreign}"),
    ):
        assert scene.browser(actor).get(address).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_paths_lead_nowhere(scene: Scene, path: str) -> None:
    talents, organizations = files_of(scene)
    for actor, address in ((scene.talent, talents), (scene.owner, organizations)):
        browser = scene.browser(actor)
        for place in (address.rpartition("/")[0], address.rpartition("/documents/")[0].rpartition("/")[0]):
            answer = browser.get(f"{place}/{path}")
            assert answer.status_code in (302, 308, 400, 404), (place, answer.status_code)
            assert b"root:" not in answer.data


def test_a_key_is_no_address(scene: Scene) -> None:
    files_of(scene)
    keys = db.session.scalars(select(StoredFile.key)).all()
    assert keys
    root = storage.current().root
    db.session.rollback()
    browser = scene.browser(scene.owner)
    for key in keys:
        for address in (f"/{key}", f"/files/{key}", f"/files/{key[:2]}/{key}", f"/static/{key}", f"/static/../{root}"):
            assert browser.get(address).status_code == 404


def test_no_page_and_no_header_tells_a_key(scene: Scene) -> None:
    talents, organizations = files_of(scene)
    keys = [key.encode() for key in db.session.scalars(select(StoredFile.key))]
    application_id = db.session.scalar(select(Application.id))
    db.session.rollback()
    pages = [
        (scene.talent, talents),
        (scene.talent, f"/talent/applications/{application_id}"),
        (scene.owner, organizations),
        (scene.owner, f"/mypage/applications/detail/{application_id}/"),
        (scene.owner, f"/mypage/applications/{scene.entry_id}/"),
    ]
    for actor, address in pages:
        answer = scene.browser(actor).get(address)
        assert answer.status_code == 200, address
        said = answer.data + str(answer.headers).encode()
        assert not any(key in said for key in keys), address


def test_keys_are_random_and_long(scene: Scene) -> None:
    files_of(scene)
    keys = db.session.scalars(select(StoredFile.key)).all()
    assert len(set(keys)) == len(keys) >= 1
    assert all(storage.KEY.fullmatch(key) for key in keys)
