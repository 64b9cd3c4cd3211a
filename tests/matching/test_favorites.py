"""気になる: shared by an organization, never told to the talent, never overwritten unseen."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from models.base import db
from models.favorites import Favorite
from models.mail import OutboxMail
from models.organizations import Organization
from models.records import AuditEvent
from models.states import DownloadKind, Role
from models.talents import Talent, TalentBlock
from portal.actors import CLOCK, Actor
from portal.clock import local
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.files import reading
from portal.matching import favorite_list, favorite_table, favorites
from portal.matching.favorite_list import Due, Wanted
from portal.matching.favorites import Note
from portal.recruiting import downloads, leaving, persons
from tests.access.world import digest
from tests.make import Maker, actor_of
from tests.recruiting.builders import profile_of, talent

NOTE = Note("説明会で話した。2月以降に連絡する。", "水の専門家", date(2027, 2, 1))


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


@pytest.fixture
def person(make: Maker) -> Talent:
    return profile_of(talent(make, is_public=True, accepts_offers=True, pr="給水施設の維持管理", fields=["03"]))


def colleague(make: Maker, owner: Actor, role: Role = Role.editor) -> Actor:
    return actor_of(make.account(role, db.session.get_one(Organization, owner.organization_id)))


def do(act: Callable[..., object], *arguments: object, actor: Actor, now: datetime, **more: object) -> object:
    begin_write()
    done = act(*arguments, actor=actor, now=now, **more)
    db.session.commit()
    return done


def refused(error: type[Refused], act: Callable[..., object], *arguments: object, **more: object) -> str:
    """Nothing is written by what was refused."""
    before = digest(without=())
    begin_write()
    with pytest.raises(error) as refusal:
        act(*arguments, **more)
    db.session.rollback()
    assert digest(without=()) == before
    return str(refusal.value)


def test_a_mark_is_the_organizations_and_the_talent_is_not_told(
    make: Maker, owner: Actor, person: Talent, now: datetime
) -> None:
    code, key = person.code, person.id
    for _ in range(2):
        do(favorites.mark, code, actor=owner, now=now)
    assert favorites.favorites_of(colleague(make, owner), [key, key + 1]) == {key}
    assert favorites.favorites_of(make.member(), [key]) == set()
    assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 0
    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "favorite.mark"))
    assert (event.actor_id, event.subject, event.subject_id) == (owner.account_id, "talent", key)
    do(favorites.unmark, code, actor=owner, now=now)
    do(favorites.unmark, code, actor=owner, now=now)
    assert favorites.favorites_of(owner, [key]) == set()


def test_only_what_the_organization_sees_can_be_marked(
    make: Maker, owner: Actor, person: Talent, now: datetime
) -> None:
    hidden, private = profile_of(talent(make, is_public=True)), profile_of(talent(make))
    codes = [person.code, hidden.code, private.code, "T000000000"]
    begin_write()
    db.session.add(TalentBlock(talent_id=hidden.id, organization_id=owner.organization_id, created_at=now))
    db.session.commit()
    for code in codes[1:]:
        refused(NotFound, favorites.mark, code, actor=owner, now=now)
    assert do(favorites.mark_each, codes, actor=owner, now=now) == 1
    assert favorites.count(owner) == 1


@pytest.mark.parametrize("act", [favorites.mark, favorites.unmark, favorites.remove])
def test_viewers_and_groups_without_legal_personality_mark_nothing(
    act: Callable[..., object], make: Maker, owner: Actor, person: Talent, now: datetime
) -> None:
    code = person.code
    do(favorites.mark, code, actor=owner, now=now)
    refused(Forbidden, act, code, actor=colleague(make, owner, Role.viewer), now=now)
    group = make.member(make.organization(org_type="13"))
    assert "法人格" in refused(Forbidden, act, code, actor=group, now=now)


def test_there_is_a_most(
    make: Maker, owner: Actor, person: Talent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(favorites, "MOST", 1)
    do(favorites.mark, person.code, actor=owner, now=now)
    do(favorites.mark, person.code, actor=owner, now=now)
    code = profile_of(talent(make, is_public=True)).code
    assert "1名まで" in refused(Refused, favorites.mark, code, actor=owner, now=now)
    codes = [f"T{number:09}" for number in range(favorites.MOST_AT_ONCE + 1)]
    assert "100名まで" in refused(Refused, favorites.mark_each, codes, actor=owner, now=now)


def test_many_are_marked_by_as_many_statements_as_one(make: Maker, owner: Actor, now: datetime, statements) -> None:
    codes = [profile_of(talent(make, is_public=True)).code for _ in range(6)]
    begin_write()
    favorites.mark_each(codes[:1], actor=owner, now=now)
    statements.restart()
    favorites.mark_each(codes[1:2], actor=owner, now=now)
    one = statements.count
    statements.restart()
    assert favorites.mark_each(codes[2:], actor=owner, now=now) == 4
    assert statements.count == one, statements.seen
    db.session.commit()
    assert favorites.count(owner) == 6


# ---- the note


def test_of_two_who_write_at_once_the_second_is_told(make: Maker, owner: Actor, person: Talent, now: datetime) -> None:
    code, other = person.code, colleague(make, owner)
    do(favorites.mark, code, actor=owner, now=now)
    seen = favorites.find(code, actor=owner).revision
    do(favorites.save_note, code, NOTE, revision=seen, actor=owner, now=now)
    told = refused(Conflict, favorites.save_note, code, Note("上書き"), revision=seen, actor=other, now=now)
    assert told.startswith("競合：")
    kept = favorites.find(code, actor=other)
    assert (kept.note, kept.label, kept.next_on) == (NOTE.text, NOTE.label, NOTE.next_on)
    do(favorites.save_note, code, Note("読んでから直す"), revision=kept.revision, actor=other, now=now)
    assert favorites.find(code, actor=owner).note == "読んでから直す"


def test_a_note_has_bounds(make: Maker, owner: Actor, person: Talent, now: datetime) -> None:
    code = person.code
    do(favorites.mark, code, actor=owner, now=now)
    for note in (Note("あ" * (favorites.LONGEST_NOTE + 1)), Note(label="あ" * (favorites.LONGEST_LABEL + 1))):
        assert "文字以内" in refused(Refused, favorites.save_note, code, note, revision=1, actor=owner, now=now)
    refused(NotFound, favorites.save_note, code, NOTE, revision=1, actor=make.member(), now=now)


def test_one_press_does_not_throw_a_note_away(make: Maker, owner: Actor, person: Talent, now: datetime) -> None:
    code = person.code
    do(favorites.mark, code, actor=owner, now=now)
    do(favorites.save_note, code, Note(label="水"), revision=1, actor=owner, now=now)
    refused(Conflict, favorites.unmark, code, actor=owner, now=now)
    refused(NotFound, favorites.remove, code, actor=make.member(), now=now)
    do(favorites.remove, code, actor=owner, now=now)
    assert favorites.count(owner) == 0


# ---- the list


@pytest.fixture
def kept(make: Maker, owner: Actor, now: datetime) -> dict[str, str]:
    """Codes by label: three favorites, marked one after the other; next dates yesterday, in five days, and none."""
    today, found = local(now).date(), {}
    notes = {"過": today - timedelta(1), "週": today + timedelta(5), "無": None}
    for place, (label, day) in enumerate(notes.items()):
        code = profile_of(talent(make, is_public=True, accepts_offers=True, fields=["03"], pr=f"紹介 {label}")).code
        at = now + timedelta(minutes=place)
        do(favorites.mark, code, actor=owner, now=at)
        do(favorites.save_note, code, Note(f"メモ {label}", label, day), revision=1, actor=owner, now=at)
        found[label] = code
    return found


def test_the_newest_stand_first_and_each_filter_shows_what_its_number_says(
    make: Maker, owner: Actor, kept: dict[str, str], now: datetime
) -> None:
    page = favorite_list.page_of(Wanted(), actor=owner, now=now)
    assert [row.code for row in page.rows] == [kept["無"], kept["週"], kept["過"]]
    assert (page.total, page.everything) == (3, 3)
    assert page.labels == {"過": 1, "週": 1, "無": 1}
    assert page.dues == {Due.now: 1, Due.week: 1, Due.none: 1}
    for due, label in ((Due.now, "過"), (Due.week, "週"), (Due.none, "無")):
        narrowed = favorite_list.page_of(Wanted(due=due), actor=owner, now=now)
        assert [row.label for row in narrowed.rows] == [label]
        assert (narrowed.total, narrowed.labels[label]) == (1, 1)
    both = favorite_list.page_of(Wanted(label="過", due=Due.week), actor=owner, now=now)
    assert (both.rows, both.total, both.everything) == ([], 0, 3)
    assert favorite_list.page_of(Wanted(), actor=make.member(), now=now).everything == 0
    assert favorite_list.labels(actor=owner) == sorted(kept)


def test_who_went_private_stays_as_a_line_without_data(owner: Actor, kept: dict[str, str], now: datetime) -> None:
    begin_write()
    db.session.scalars(select(Talent).where(Talent.code == kept["週"])).one().is_public = False
    db.session.commit()
    page = favorite_list.page_of(Wanted(), actor=owner, now=now)
    assert [(row.label, row.profile is None) for row in page.rows] == [("無", False), ("週", True), ("過", False)]
    assert "紹介 週" not in repr(page.rows)
    table = list(favorite_table.rows(actor=owner))
    assert [row[1] for row in table] == ["公開", "非公開", "公開"]
    assert "メモ 週" in table[1]
    assert not any(table[1][len(favorite_table.HEAD) - len(favorite_table.PROFILE) :])


def test_a_page_takes_two_statements_however_many_there_are(
    owner: Actor, kept: dict[str, str], now: datetime, statements
) -> None:
    for wanted in (Wanted(), Wanted(label="過"), Wanted(size=50)):
        statements.restart()
        favorite_list.page_of(wanted, actor=owner, now=now)
        assert statements.count == 2


@pytest.mark.parametrize("kind", [DownloadKind.favorites_xlsx, DownloadKind.favorites_csv])
def test_the_list_is_handed_out_as_a_sheet_and_on_record(
    kind: DownloadKind, rules: Flask, folder_store: object, owner: Actor, kept: dict[str, str], now: datetime
) -> None:
    made = do(downloads.request, kind, 0, actor=owner, now=now)
    assert made.total == 3
    key = made.id
    assert downloads.work(now) == 1
    begin_write()
    with reading.open_file(downloads.fetch(key, actor=owner, now=now).file) as source:
        content = source.read()
    db.session.commit()
    if kind is DownloadKind.favorites_xlsx:
        sheet = load_workbook(io.BytesIO(content)).active
        rows = [[cell.value for cell in row] for row in sheet.rows]
    else:
        rows = [line.split(",") for line in content.decode("utf-8-sig").splitlines()]
    assert tuple(rows[0]) == favorite_table.HEAD
    assert [row[0] for row in rows[1:]] == [kept["無"], kept["週"], kept["過"]]
    actions = set(db.session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "download")))
    assert actions == {"download.request", "download.fetch"}


def test_who_is_erased_is_in_no_list_and_no_sheet(
    folder_store: object, owner: Actor, kept: dict[str, str], make: Maker, now: datetime
) -> None:
    stranger = make.member()
    keys = {}
    for actor in (owner, stranger):
        keys[actor] = do(downloads.request, DownloadKind.favorites_csv, 0, actor=actor, now=now).id
        downloads.work(now)
    begin_write()
    leaving.erase(persons.find(kept["週"]), actor=CLOCK, now=now)
    db.session.commit()
    assert [row.label for row in favorite_list.every(actor=owner)] == ["無", "過"]
    begin_write()
    with pytest.raises(Refused):
        downloads.fetch(keys[owner], actor=owner, now=now)
    assert downloads.fetch(keys[stranger], actor=stranger, now=now).file is not None, "what others made stays"
    db.session.rollback()


def test_a_group_gets_no_sheet(make: Maker, now: datetime) -> None:
    """What was asked for before the organization lost its legal personality is not made after it."""
    owner = make.member()
    made = do(downloads.request, DownloadKind.favorites_csv, 0, actor=owner, now=now)
    key = made.id
    begin_write()
    db.session.get_one(Organization, owner.organization_id).org_type = "13"
    db.session.commit()
    downloads.work(now)
    with pytest.raises(NotFound):
        downloads.fetch(key, actor=owner, now=now)
    assert db.session.scalar(select(func.count()).select_from(Favorite)) == 0
