"""A20, G25: whatever is handed in is refused in words, or lies still: it leaves as an attachment, byte for byte."""

import io
import zipfile
from pathlib import Path

import pytest
from flask import Response
from sqlalchemy import select

from models.applications import Application, Download
from models.base import db
from models.files import StoredFile
from models.states import DownloadState
from portal import storage
from portal.files.kinds import BY_CODE
from portal.recruiting import downloads
from tests import databases
from tests.abuse.conftest import Scene
from tests.files import once
from tests.files.corpus import CORPUS, Sample

# A browser sends a field without a chosen file as a file without a name.
SENT = [sample for sample in CORPUS if sample.name]
GOOD = [sample for sample in SENT if sample.becomes in BY_CODE]


def inert(answer: Response, data: bytes) -> str:
    """What is wrong with a download."""
    headers = answer.headers
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if answer.status_code != 200 or answer.data != data:
        return f"{answer.status_code}, {len(answer.data)} bytes for {len(data)}"
    if not headers["Content-Disposition"].startswith("attachment;"):
        return headers["Content-Disposition"]
    if headers["Content-Type"] not in {kind.media_type for kind in BY_CODE.values()}:
        return headers["Content-Type"]
    return "" if expected.items() <= dict(headers).items() else str(headers)


def test_all_of_the_corpus_is_refused_in_words_or_stored_inert(
    scene: Scene, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each at one of the databases, by turns: what a file is no database knows."""
    once.inspect(shared, monkeypatch)
    samples = SENT[databases.KINDS.index(db.engine.dialect.name) :: len(databases.KINDS)]
    assert len(SENT) >= 80
    browser, number = scene.browser(scene.talent), scene.number
    db.session.rollback()
    wrong, taken = {}, 0
    for sample in samples:
        problem = handed_in(browser, number, sample)
        taken += sample.becomes in BY_CODE
        if problem:
            wrong[sample.id] = problem
    assert wrong == {}
    # Each one that was taken replaced the one before; refused ones left nothing.
    files = db.session.scalars(select(StoredFile)).all()
    assert len(files) == taken == len(list(storage.current().keys()))
    assert sum(file.dropped_at is None for file in files) == 1


def handed_in(browser, number: str, sample: Sample) -> str:
    data = sample.make()
    given = {"document-1": (io.BytesIO(data), sample.name), "consent": "1", "check": "1"}
    answer = browser.post(f"/talent/apply/{number}", data=given)
    answer.request.environ["wsgi.input"].close()  # the test client's own copy of what it sent
    if sample.becomes not in BY_CODE:
        told = answer.status_code in (413, 422) and ("ファイル" in answer.text or "PDF" in answer.text)
        return "" if told else f"{answer.status_code} for a file that is not taken"
    if answer.status_code != 303:
        return f"{answer.status_code} for a file that is taken"
    db.session.rollback()
    application = db.session.scalars(select(Application)).one()
    address = f"/talent/applications/{application.id}/documents/{application.documents[0].id}"
    db.session.rollback()
    return inert(browser.get(address), data)


def test_every_document_comes_back_identical_one_by_one_and_through_the_archive(scene: Scene) -> None:
    """Two people with the same file names, and names with everything in them."""
    names = ["語学 力/証明.書類", "業務経歴一覧 ①", "推薦状"]
    wanted = [{"name": name, "required": True, "note": ""} for name in names]
    version = scene.another(documents=wanted, resume_type="")
    number, entry_id = version.entry.number, version.entry_id
    db.session.rollback()
    given: dict[int, dict[str, bytes]] = {}
    for place, person in enumerate((scene.talent, scene.other)):
        browser = scene.browser(person)
        samples = GOOD[place :: len(GOOD) // 3][:3]
        bodies = [sample.make() for sample in samples]
        files = {
            f"document-{position}": (io.BytesIO(body), sample.name)
            for position, (sample, body) in enumerate(zip(samples, bodies, strict=True), start=1)
        }
        answer = browser.post(f"/talent/apply/{number}", data=files | {"consent": "1", "check": "1"})
        assert answer.status_code == 303, answer.text
        db.session.rollback()
        application = db.session.scalars(
            select(Application).where(Application.talent.has(account_id=person.account_id))
        ).one()
        key, revision = application.id, application.revision
        db.session.rollback()
        assert browser.post(f"/talent/applications/{key}/confirm", data={"revision": revision}).status_code == 303
        given[key] = dict(zip(names, bodies, strict=True))
    organization = scene.browser(scene.owner)
    for key, bodies in given.items():
        db.session.rollback()
        ids = {row.name: row.id for row in db.session.get_one(Application, key).documents}
        db.session.rollback()
        for name, body in bodies.items():
            answer = organization.get(f"/mypage/applications/detail/{key}/documents/{ids[name]}")
            assert inert(answer, body) == ""
    posted = organization.post(f"/mypage/applications/{entry_id}/download", data={"kind": "posting"})
    assert posted.status_code in (302, 303)
    downloads.work(scene.make.now.replace(year=scene.make.now.year + 1))
    db.session.rollback()
    made = db.session.scalars(select(Download)).one()
    assert made.state is DownloadState.ready, made.error
    answer = organization.get(f"/mypage/applications/downloads/{made.id}")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        found = sorted(archive.read(name) for name in archive.namelist() if name != "index.xlsx")
        assert all(not part.startswith(("/", ".")) for name in archive.namelist() for part in name.split("/"))
        assert len(archive.namelist()) == len(set(archive.namelist()))
    assert found == sorted(body for bodies in given.values() for body in bodies.values())
