"""求人応募一覧 and 応募編集 as members use them: every button pressed on the page where it stands."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from models.applications import Application, Download
from models.base import db
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Throttle
from models.records import AuditEvent
from models.states import ApplicationState, DocumentState, DownloadState, Kind, Role
from portal import clock
from portal.accounts import throttles
from portal.actors import Actor
from portal.clock import local
from portal.database import begin_write
from portal.matching import viewing
from portal.recruiting import decisions, downloads
from tests.access.world import digest
from tests.make import Maker, actor_of
from tests.recruiting import builders
from tests.views.login import log_in
from tests.views.pages import Visitor, problems, text_of

AGO = timedelta(days=8)
BOTH = [
    {"name": "語学力を証明する書類", "required": True, "note": ""},
    {"name": "業務経歴一覧", "required": True, "note": ""},
]
NAMES = ("青木 千尋", "石川 拓真", "上田 さくら")
BAR = "選択した応募者への操作"
NUMBERS = count(5_000, 1_000)  # of people, beside those of the other maker


@dataclass
class Posting:
    entry_id: int
    path: str
    people: dict[str, int] = field(default_factory=dict)  # ids of applications by name
    items: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def visitor(client: FlaskClient, owner: Actor) -> Visitor:
    log_in(client, owner)
    return Visitor(client)


def post(
    make_here: Maker, owner: Actor, *, kind: Kind = Kind.job, names: tuple[str, ...] = NAMES, **content
) -> Posting:
    """A public posting with applicants of these names; the first one publishes the profile."""
    earlier = Maker(make_here.now - AGO)
    earlier._count = next(NUMBERS)
    version = earlier.published(kind, actor=owner, **({"documents": []} | content))
    found = Posting(version.entry_id, f"/mypage/applications/{version.entry_id}/")
    for place, name in enumerate(names):
        person = builders.talent(make_here, name, is_public=place == 0, name_kana="あいう"[place : place + 1])
        now = make_here.now + timedelta(seconds=place)
        application = builders.applied(version, person, now=now)
        db.session.refresh(application)
        found.people[name], found.items[name] = application.id, f"{application.id}:{application.revision}"
        found.codes[name] = builders.profile_of(person).code
    return found


@pytest.fixture
def posting(make_here: Maker, owner: Actor) -> Posting:
    return post(make_here, owner)


@pytest.fixture
def papers(make_here: Maker, owner: Actor) -> Posting:
    """Two documents of each; of 青木 the first and the second are defective, of 石川 the second."""
    found = post(make_here, owner, documents=BOTH)
    for name, place in ((NAMES[0], 0), (NAMES[0], 1), (NAMES[1], 1)):
        begin_write()
        document = db.session.get_one(Application, found.people[name]).documents[place]
        decisions.judge_document(document.id, DocumentState.defective, actor=owner, now=make_here.now)
        db.session.commit()
    return found


def application(application_id: int) -> Application:
    db.session.rollback()
    return db.session.get_one(Application, application_id, populate_existing=True)


def state_of(posting: Posting, name: str) -> ApplicationState:
    return application(posting.people[name]).state


def letters() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(OutboxMail.letter == "documents_again")) or 0


def events(action: str) -> list[AuditEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def colleague(owner: Actor, make_here: Maker, role: Role) -> Actor:
    return actor_of(make_here.account(role, db.session.get_one(Organization, owner.organization_id)))


def until(make_here: Maker) -> str:
    return f"{local(make_here.now) + timedelta(days=7):%Y-%m-%dT%H:%M}"


def chosen_in(visitor: Visitor, name: str) -> str:
    found = [option.get("value", "") for option in visitor.page.by_id(name) if option.get("selected") is not None]
    return found[0] if found else ""


def checked(visitor: Visitor) -> list[str]:
    return [box.get("value", "") for box in visitor.page.all("input") if box.get("checked") is not None]


def rows(visitor: Visitor) -> list[str]:
    return [text_of(row) for row in visitor.page.one("table").iter("tr") if row.find("td") is not None]


# ---- the list


@pytest.mark.parametrize(
    ("kind", "path", "title", "edit"),
    [
        (Kind.job, "jobs", "求人応募一覧", "応募編集（求人）"),
        (Kind.event, "events", "研修・イベント・セミナー応募一覧", "応募編集（研修・イベント・セミナー）"),
    ],
)
def test_the_number_of_applications_leads_to_the_list_and_on(
    kind: Kind, path: str, title: str, edit: str, visitor: Visitor, owner: Actor, make_here: Maker
) -> None:
    posting = post(make_here, owner, kind=kind)
    visitor.open("/mypage/").follow("3件")
    assert visitor.path == posting.path
    visitor.open(f"/mypage/{path}/").follow("3件")
    assert visitor.page.h1 == title
    assert problems(visitor.page) == []
    assert [row for row in rows(visitor) if "応募中" in row and "未確認" in row] == rows(visitor)
    assert len(rows(visitor)) == 3
    visitor.open(
        visitor.page.links()[visitor.page.links().index(f"/mypage/applications/detail/{posting.people[NAMES[1]]}/")]
    )
    assert edit in visitor.page.text
    assert visitor.page.h1 == NAMES[1]
    assert problems(visitor.page) == []
    visitor.open(posting.path)
    assert [NAMES[1] in row for row in rows(visitor) if "未確認" not in row] == [True], "who was read is no longer new"


def test_an_empty_list_says_what_comes_and_a_narrow_one_how_to_widen(
    visitor: Visitor, owner: Actor, make_here: Maker
) -> None:
    posting = post(make_here, owner, names=())
    assert "応募はまだありません" in visitor.open(posting.path).page.text
    visitor.open(f"{posting.path}?q=だれも&state=hired&size=50")
    assert "条件に合う応募はありません" in visitor.page.text
    assert visitor.page.link("すべて表示") == f"{posting.path}?size=50"


def test_every_condition_stays_in_every_link(visitor: Visitor, posting: Posting) -> None:
    query = {"q": ["田"], "unread": ["1"], "state": ["applied"], "sort": ["name-down"], "size": ["50"]}
    visitor.open(f"{posting.path}?q=田&unread=1&state=applied&sort=name-down&size=50")
    assert len(rows(visitor)) == 1

    def asked(address: str) -> dict[str, list[str]]:
        return parse_qs(urlsplit(address).query)

    detail = f"/mypage/applications/detail/{posting.people[NAMES[2]]}/"
    assert asked(next(link for link in visitor.page.links() if link.startswith(detail))) == query
    chips = {
        text_of(link): asked(link.get("href", "")) for link in visitor.page.all("a") if "chip" in link.get("class", "")
    }
    rest = {name: query[name] for name in ("q", "sort", "size")}
    assert chips["すべて 1"] == rest
    assert chips["未確認 1"] == rest | {"state": ["applied"]}
    assert chips["応募中 1"] == rest | {"unread": ["1"]}
    # the search keeps what the chips say, and a request through a form comes back to the same list
    form = next(form for form in visitor.page.all("form") if form.get("role") == "search")
    assert {name: [value] for name, value in visitor.page.sent_by(form).items()} == query
    address, _sent = visitor.what_is_sent("選考状態を変更")
    assert asked(address) == query
    visitor.press("選考状態を変更", item=posting.items[NAMES[2]], to="received")
    assert asked(visitor.page.link("応募一覧に戻る")) == query


def test_the_head_of_a_column_sorts_and_turns(visitor: Visitor, posting: Posting) -> None:
    def names() -> list[str]:
        return [name for row in rows(visitor) for name in NAMES if name in row]

    visitor.open(posting.path)
    assert names() == list(reversed(NAMES))
    visitor.follow("氏名")
    assert names() == list(NAMES)
    assert [head.get("aria-sort") for head in visitor.page.all("th") if head.get("aria-sort")] == ["ascending"]
    visitor.follow("氏名")
    assert names() == list(reversed(NAMES))


def test_pages_lead_on_and_back(visitor: Visitor, posting: Posting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("views.organization.applicant_pages.SIZES", (2, 50))
    visitor.open(posting.path)
    assert len(rows(visitor)) == 2
    visitor.follow("次へ")
    assert len(rows(visitor)) == 1
    visitor.follow("前へ")
    assert len(rows(visitor)) == 2


def test_only_who_publishes_has_a_link_to_the_profile(visitor: Visitor, posting: Posting) -> None:
    visitor.open(posting.path)
    assert [NAMES[0] in row for row in rows(visitor) if "人材詳細を見る" in row] == [True]
    visitor.follow("人材詳細を見る")
    assert posting.codes[NAMES[0]] in visitor.page.h1
    assert NAMES[0] not in visitor.page.text


def test_a_viewer_looks_but_chooses_nothing(
    client: FlaskClient, owner: Actor, make_here: Maker, papers: Posting
) -> None:
    log_in(client, colleague(owner, make_here, Role.viewer))
    visitor = Visitor(client).open(papers.path)
    assert BAR not in visitor.response.text
    assert [box for box in visitor.page.all("input") if box.get("type") == "checkbox"] == []
    visitor.open(f"/mypage/applications/detail/{papers.people[NAMES[0]]}/")
    assert not visitor.page.buttons("メモを保存")
    assert not visitor.page.buttons("依頼する")
    assert problems(visitor.page) == []


def test_all_that_came_in_stands_in_one_list_with_what_it_was_for(
    site: Flask, visitor: Visitor, owner: Actor, make_here: Maker
) -> None:
    job = post(make_here, owner, names=NAMES[:2])
    event = post(make_here, owner, kind=Kind.event, names=NAMES[2:])
    visitor.open("/mypage/").follow("気になる/応募一覧").follow("応募一覧").follow("すべての応募を一覧で見る")
    assert visitor.page.h1 == "応募一覧"
    assert problems(visitor.page) == []
    assert len(rows(visitor)) == 3
    visitor.follow("研修・イベント・セミナー情報")
    (row,) = rows(visitor)
    assert NAMES[2] in row
    visitor.follow("応募詳細")
    assert visitor.page.h1 == NAMES[2]
    visitor.open("/mypage/applications/?kind=job&sort=name")
    assert [name for row in rows(visitor) for name in NAMES if name in row] == list(NAMES[:2])
    assert {link for link in visitor.page.links() if link.startswith(job.path)} == {job.path}
    assert event.path not in visitor.page.links()

    stranger = site.test_client()
    log_in(stranger, make_here.member())
    assert "応募はまだありません" in stranger.get("/mypage/applications/").text
    assert NAMES[0] not in stranger.get("/mypage/applications/?q=青木").text


# ---- stages for many


def test_many_are_moved_at_once_with_a_line_for_each(
    visitor: Visitor, owner: Actor, make_here: Maker, posting: Posting
) -> None:
    visitor.open(posting.path)
    stale = posting.items[NAMES[1]]
    begin_write()  # a colleague is quicker with one
    seen = decisions.SeenApplication(posting.people[NAMES[1]], int(stale.partition(":")[2]))
    decisions.set_stage([seen], ApplicationState.screened, kind=Kind.job, actor=owner, now=make_here.now)
    db.session.commit()

    visitor.press("選考状態を変更", item=[posting.items[NAMES[0]], stale], to="received")

    assert "2名のうち1名を「受理済」にしました" in visitor.page.text
    lines = rows(visitor)
    assert len(lines) == 2
    assert lines[0].startswith(NAMES[0])
    assert "見送りました 競合" in lines[1]
    assert state_of(posting, NAMES[0]) is ApplicationState.received
    assert state_of(posting, NAMES[1]) is ApplicationState.screened
    assert state_of(posting, NAMES[2]) is ApplicationState.applied
    assert problems(visitor.page) == []


@pytest.mark.parametrize(
    ("button", "fields", "sentence"),
    [
        ("選考状態を変更", {"to": "received"}, "応募者を選択してください。"),
        ("選考状態を変更", {"item": "first"}, "変更後の選考状態を選択してください。"),
        ("不足書類を依頼", {}, "応募者を選択してください。"),
        ("不足書類を依頼", {"item": "first"}, "選択した応募者に、不足している書類はありません。"),
        ("メーラーを起動する", {}, "応募者を選択してください。"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_chosen_stays(
    button: str, fields: dict[str, str], sentence: str, visitor: Visitor, posting: Posting
) -> None:
    first = posting.items[NAMES[0]]
    fields = {name: first if value == "first" else value for name, value in fields.items()}
    visitor.open(posting.path)
    before = digest()
    visitor.press(button, status=422, **fields)
    assert digest() == before
    assert sentence in visitor.page.text
    assert visitor.page.title.startswith("エラー：")
    assert checked(visitor) == ([first] if "item" in fields else [])
    if "to" in fields:
        assert chosen_in(visitor, "to") == "received"
    assert problems(visitor.page) == []


# ---- documents


def test_names_of_people_and_documents_are_shown_as_they_are(visitor: Visitor, make_here: Maker, owner: Actor) -> None:
    """Rows are filled into patterns: neither markup nor the patterns' own braces may come alive in foreign words."""
    odd = "{name} {0.__class__} <b>&"
    posting = post(make_here, owner, names=(odd,), documents=[{"name": odd, "required": True, "note": ""}])
    application(posting.people[odd]).documents[0].state = DocumentState.defective
    db.session.commit()
    page = visitor.open(posting.path).page
    assert "<b>&" not in page.html
    boxes = {box.get("name"): box.get("aria-label", "") for box in page.all("input") if box.get("type") == "checkbox"}
    assert boxes["item"] == f"{odd} さんをメール送信の対象にする"
    assert boxes["document"] == f"{odd} さんに{odd}を依頼する"
    assert [cell.get("data-l") for cell in page.all("td") if "dm" in cell.get("class", "").split()][-1] == odd
    assert odd in text_of(page.one("a", **{"class": "title"}))


def test_a_chosen_cell_asks_for_just_that_document(visitor: Visitor, make_here: Maker, papers: Posting) -> None:
    first, second = (application(papers.people[NAMES[0]]).documents[place].id for place in (0, 1))
    visitor.open(papers.path)
    boxes = [box.get("aria-label", "") for box in visitor.page.all("input") if box.get("name") == "document"]
    assert sorted(boxes) == sorted(
        [f"{NAMES[0]} さんに{row['name']}を依頼する" for row in BOTH]
        + [f"{NAMES[1]} さんに{BOTH[1]['name']}を依頼する"]
    )
    visitor.press("不足書類を依頼", document=str(second))
    assert rows(visitor) == [f"{NAMES[0]} {BOTH[1]['name']}"]
    assert problems(visitor.page) == []

    visitor.press("依頼を送信", until=until(make_here), message="読めないページがあります。")
    assert rows(visitor) == [f"{NAMES[0]} 依頼しました"]
    one = application(papers.people[NAMES[0]])
    assert one.state is ApplicationState.resubmit_wait
    assert {row.id: row.state for row in one.documents} == {
        first: DocumentState.defective,
        second: DocumentState.reopened,
    }
    assert state_of(papers, NAMES[1]) is ApplicationState.applied
    assert letters() == 1


def test_chosen_people_are_asked_for_all_that_each_lacks(visitor: Visitor, make_here: Maker, papers: Posting) -> None:
    visitor.open(papers.path)
    visitor.press("不足書類を依頼", item=[papers.items[name] for name in NAMES])
    assert rows(visitor) == [
        f"{NAMES[0]} {BOTH[0]['name']}{BOTH[1]['name']}",
        f"{NAMES[1]} {BOTH[1]['name']}",
    ]
    proposed = visitor.page.by_id("until").get("value", "")
    assert proposed == f"{local(make_here.now) + timedelta(days=7):%Y-%m-%d}T17:00"
    visitor.press("依頼を送信")
    assert letters() == 2
    assert "2名のうち2名に依頼し" in visitor.page.text
    # the same again, as by going back and pressing once more, asks nobody twice
    visitor.client.post(
        visitor.path, data={"offered": [row.id for row in application(papers.people[NAMES[0]]).documents]}
    )
    assert letters() == 2


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"until": ""}, {"until": "提出の期限を入力してください。"}),
        ({"until": "あした"}, {"until": "日時を「2026/12/01 09:00」の形で入力してください。"}),
        ({"until": "2020-01-01T10:00"}, {"until": "再提出の期限は今より後の日時にしてください。"}),
        ({"message": "あ" * 2001}, {"message": "2,000文字以内で入力してください（現在2,001文字）。"}),
        (
            {"document": None, "until": ""},
            {"document": "依頼する書類を選択してください。", "until": "提出の期限を入力"},
        ),
    ],
)
def test_a_wrong_request_for_documents_keeps_what_was_typed(
    fields: dict[str, str], wrong: dict[str, str], visitor: Visitor, make_here: Maker, papers: Posting
) -> None:
    visitor.open(papers.path).press("不足書類を依頼", item=[papers.items[NAMES[0]], papers.items[NAMES[1]]])
    only = [str(application(papers.people[NAMES[0]]).documents[0].id)]
    typed = {"message": "はっきり写してください。", "document": only} | fields
    before = digest()
    visitor.press("依頼を送信", status=422, **typed)
    assert digest() == before
    for name, sentence in wrong.items():
        assert sentence in text_of(visitor.page.by_id(f"{name}-e")), name
        assert f"#{name}" in visitor.page.links()
    assert checked(visitor) == (typed["document"] or [])
    assert text_of(visitor.page.by_id("message")) == typed["message"]
    assert problems(visitor.page) == []
    visitor.press("依頼を送信", document=only, until=until(make_here), message="")
    assert letters() == 1


# ---- one application


def detail_of(visitor: Visitor, posting: Posting, name: str = NAMES[0], query: str = "") -> Visitor:
    return visitor.open(f"/mypage/applications/detail/{posting.people[name]}/{query}")


def test_what_stands_in_other_fields_survives_each_button(visitor: Visitor, make_here: Maker, papers: Posting) -> None:
    typed = {"note": "面接候補", "message": "もう一度お願いします。", "to": "interview"}
    document = BOTH[0]["name"]

    def kept() -> dict[str, str]:
        values = {name: text_of(visitor.page.by_id(name)) for name in ("note", "message")}
        return values | {"to": chosen_in(visitor, "to")}

    detail_of(visitor, papers)
    visitor.press(f"{document} 受領", **typed)
    assert kept() == typed
    assert application(papers.people[NAMES[0]]).documents[0].state is DocumentState.received
    visitor.press("変更する")
    assert kept() == typed | {"to": ""}
    assert state_of(papers, NAMES[0]) is ApplicationState.interview
    visitor.press("依頼する", status=422)  # no document chosen, no deadline
    assert kept() == typed | {"to": ""}
    assert "依頼する書類を選択してください。" in text_of(visitor.page.by_id("document-e"))
    assert "提出の期限を入力してください。" in text_of(visitor.page.by_id("until-e"))
    assert problems(visitor.page) == []
    visitor.press("メモを保存")
    assert application(papers.people[NAMES[0]]).note == "面接候補"
    assert kept() == typed | {"to": ""}
    visitor.press(
        "依頼する", document=str(application(papers.people[NAMES[0]]).documents[1].id), until=until(make_here)
    )
    assert letters() == 1
    assert kept() == {"note": "面接候補", "message": "", "to": ""}
    assert visitor.response.request.method == "GET", "nothing is left: the page can be loaded again"


def test_a_note_that_is_too_long_loses_nothing(visitor: Visitor, posting: Posting) -> None:
    long = "あ" * 4001
    detail_of(visitor, posting).press("メモを保存", status=422, note=long, to="received")
    assert text_of(visitor.page.by_id("note")) == long
    assert "4,000文字以内" in text_of(visitor.page.by_id("note-e"))
    assert chosen_in(visitor, "to") == "received"
    assert application(posting.people[NAMES[0]]).note == ""


def test_two_who_write_the_note_see_both(visitor: Visitor, owner: Actor, make_here: Maker, posting: Posting) -> None:
    detail_of(visitor, posting)
    begin_write()
    decisions.save_note(posting.people[NAMES[0]], "同僚のメモ", revision=1, actor=owner, now=make_here.now)
    db.session.commit()
    visitor.press("メモを保存", status=409, note="わたしのメモ")
    assert "競合" in text_of(visitor.page.by_id("note-e"))
    assert text_of(visitor.page.by_id("note")) == "わたしのメモ"
    assert "同僚のメモ" in visitor.page.text
    assert application(posting.people[NAMES[0]]).note == "同僚のメモ"
    visitor.press("メモを保存")  # having seen it
    assert application(posting.people[NAMES[0]]).note == "わたしのメモ"


def test_a_stage_that_moved_meanwhile_is_a_conflict_at_its_field(
    visitor: Visitor, owner: Actor, make_here: Maker, posting: Posting
) -> None:
    detail_of(visitor, posting)
    begin_write()
    key, _colon, revision = posting.items[NAMES[0]].partition(":")
    seen = decisions.SeenApplication(int(key), int(revision))
    decisions.set_stage([seen], ApplicationState.screened, kind=Kind.job, actor=owner, now=make_here.now)
    db.session.commit()
    visitor.press("変更する", status=409, to="received", note="打ちかけ")
    assert "競合" in text_of(visitor.page.by_id("to-e"))
    assert text_of(visitor.page.by_id("note")) == "打ちかけ"
    assert state_of(posting, NAMES[0]) is ApplicationState.screened


def test_next_and_previous_go_through_the_list_as_filtered(visitor: Visitor, posting: Posting) -> None:
    detail_of(visitor, posting, NAMES[0], "?sort=name&q=石")
    assert visitor.page.buttons("前の応募") == []
    detail_of(visitor, posting, NAMES[0], "?sort=name")
    visitor.follow("次の応募")
    assert visitor.page.h1 == NAMES[1]
    visitor.follow("次の応募")
    assert visitor.page.h1 == NAMES[2]
    assert "次の応募" not in visitor.page.text
    visitor.follow("前の応募")
    assert visitor.page.h1 == NAMES[1]
    assert visitor.page.link("一覧") == f"{posting.path}?sort=name"


def test_the_answers_and_the_history_stand_on_the_page(visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    content = {"resume_type": "general", "resume_items": ["education", "work"], "documents": BOTH[:1]}
    posting = post(make_here, owner, names=NAMES[:1], **content)
    detail_of(visitor, posting)
    assert "東都大学 卒業" in visitor.page.text
    visitor.press("変更する", to="received").press(f"{BOTH[0]['name']} 不備")
    history = text_of(visitor.page.one("ol", **{"class": "hist"}))
    assert "受理済" in history
    assert f"{BOTH[0]['name']}を「不備」に" in history
    assert visitor.page.buttons("履歴書PDF出力")


def test_documents_of_another_application_are_not_judged_here(visitor: Visitor, papers: Posting) -> None:
    foreign = application(papers.people[NAMES[1]]).documents[0].id
    path = f"/mypage/selection/detail/{papers.people[NAMES[0]]}/documents/{foreign}"
    before = digest()
    assert visitor.client.post(path, data={"state": "received"}).status_code == 404
    assert digest() == before


# ---- 「メーラーを起動する」


def test_the_mailer_takes_one_in_to_and_several_in_bcc_on_record(visitor: Visitor, posting: Posting) -> None:
    emails = [application(posting.people[name]).email for name in NAMES]
    visitor.open(posting.path).press("メーラーを起動する", item=posting.items[NAMES[0]])
    assert visitor.page.link("メールソフトを開く") == f"mailto:{emails[0]}"
    visitor.open(posting.path).press("メーラーを起動する", item=[posting.items[name] for name in NAMES])
    assert visitor.page.link("メールソフトを開く") == f"mailto:?bcc={','.join(emails)}"
    assert text_of(visitor.page.by_id("addresses")) == ", ".join(emails)
    assert problems(visitor.page) == []
    detail_of(visitor, posting).press("メーラーを起動する")
    assert visitor.page.link("メールソフトを開く") == f"mailto:{emails[0]}"
    assert len(events("application.address")) == 5


def test_many_addresses_become_several_letters(visitor: Visitor, posting: Posting) -> None:
    for name, key in posting.people.items():
        begin_write()
        email = f"{'a' * 700}{NAMES.index(name)}@example.jp"
        db.session.execute(update(Application).where(Application.id == key).values(email=email))
        db.session.commit()
    visitor.open(posting.path).press("メーラーを起動する", item=[posting.items[name] for name in NAMES])
    assert "2通に分けました" in visitor.page.text
    links = [link for link in visitor.page.links() if link.startswith("mailto:")]
    assert [link.count("@example.jp") for link in links] == [2, 1]


# ---- downloads


def test_a_zip_is_made_in_the_background_stopped_or_fetched(
    site: Flask, visitor: Visitor, owner: Actor, make_here: Maker, papers: Posting
) -> None:
    visitor.open(f"{papers.path}?sort=name").press("応募書類をまとめて（ZIP）")
    assert "ZIPを作成しています" in visitor.page.text
    assert "6件のうち 0件" in visitor.page.text
    assert visitor.path == f"{papers.path}?sort=name"
    assert problems(visitor.page) == []
    visitor.press("ZIPの作成を中止")
    assert "作成を中止しました。" in visitor.page.text
    assert "ZIPを作成しています" not in visitor.page.text
    assert db.session.scalars(select(Download.state)).all() == [DownloadState.cancelled]

    visitor.press("応募書類をまとめて（ZIP）")
    db.session.rollback()
    downloads.work(make_here.now + timedelta(minutes=1))
    link = visitor.open(papers.path).page.link("ZIPをダウンロード")
    assert visitor.client.get(link).data.startswith(b"PK")
    friend = site.test_client()
    log_in(friend, colleague(owner, make_here, Role.owner))
    assert friend.get(link).status_code == 404
    assert "ZIPをダウンロード" not in friend.get(papers.path).text
    assert events("download.fetch")


def test_one_persons_documents_come_as_a_zip_too(visitor: Visitor, make_here: Maker, papers: Posting) -> None:
    detail_of(visitor, papers).press("書類をまとめて（ZIP）", note="打ちかけ")
    assert text_of(visitor.page.by_id("note")) == "打ちかけ"
    assert "2件のうち 0件" in visitor.page.text
    db.session.rollback()
    downloads.work(make_here.now + timedelta(minutes=1))
    detail_of(visitor, papers)
    assert visitor.client.get(visitor.page.link("ZIPをダウンロード")).data.startswith(b"PK")
    assert "ZIPをダウンロード" not in detail_of(visitor, papers, NAMES[1]).page.text


def test_others_may_write_while_it_is_found_out_who_reads(
    visitor: Visitor, make_here: Maker, papers: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under SQLite a transaction that has read cannot write once another connection wrote in between."""
    detail_of(visitor, papers).press("書類をまとめて（ZIP）")
    db.session.rollback()
    downloads.work(make_here.now + timedelta(minutes=1))
    archive = detail_of(visitor, papers).page.link("ZIPをダウンロード")
    document = next(link for link in visitor.page.links() if "/documents/" in link)
    unread = f"/mypage/applications/detail/{papers.people[NAMES[1]]}/"
    note = f"/mypage/selection/detail/{papers.people[NAMES[2]]}/note"
    db.session.remove()
    tell, written = clock.now, []

    def now() -> datetime:
        if not db.session().in_transaction() or not is_writer():
            with db.engine.begin() as other:
                other.execute(update(Organization).values(city=f"市{len(written)}"))  # the same would write nothing
            written.append(1)
        return tell()

    monkeypatch.setattr(clock, "now", now)
    for path in (unread, document, archive):
        written.clear()
        assert visitor.client.get(path).status_code == 200, path
        assert len(written) >= 2, "once at least after the session was read"
    assert visitor.client.post(note, data={"note": "面接へ", "note_revision": "1"}).status_code == 303
    monkeypatch.undo()
    assert application(papers.people[NAMES[1]]).read_at is not None
    assert application(papers.people[NAMES[2]]).note == "面接へ"


def is_writer() -> bool:
    return bool(db.session.connection().get_execution_options().get("write"))


# ---- published profiles (A02, A03, A04)


def test_a_private_profile_answers_as_one_that_never_was(
    client: FlaskClient, visitor: Visitor, posting: Posting
) -> None:
    assert client.get(f"/mypage/talents/{posting.codes[NAMES[0]]}/").status_code == 200
    assert detail_of(visitor, posting, NAMES[1]).response.status_code == 200
    assert "人材詳細を見る" not in visitor.page.text

    def body(code: str) -> bytes:
        response = client.get(f"/mypage/talents/{code}/")
        assert response.status_code == 404
        return response.data

    never = body("T000000000")
    private = body(posting.codes[NAMES[1]])
    assert len(private) == len(never)
    begin_write()
    builders.profile_of(actor_of(application(posting.people[NAMES[0]]).talent.account)).is_public = False
    db.session.commit()
    assert len(body(posting.codes[NAMES[0]])) == len(never), "from the very next request on"
    assert "人材詳細を見る" not in visitor.open(posting.path).page.text


def test_groups_without_legal_personality_are_told_why(client: FlaskClient, make_here: Maker, posting: Posting) -> None:
    group = make_here.member(make_here.organization(org_type="13"))
    log_in(client, group)
    before = digest()
    for code in (posting.codes[NAMES[0]], posting.codes[NAMES[1]], "T000000000"):
        response = client.get(f"/mypage/talents/{code}/")
        assert response.status_code == 403
        assert viewing.NOT_FOR_GROUPS in response.text
    assert digest() == before
    own = post(make_here, group, names=NAMES[:1])
    visitor = Visitor(client).open(own.path)
    assert "人材詳細を見る" not in visitor.page.text


def test_who_opens_too_many_profiles_has_to_wait_and_the_office_is_told(
    client: FlaskClient, visitor: Visitor, owner: Actor, posting: Posting, site: Flask
) -> None:
    hour, path = viewing.LIMITS[0], f"/mypage/talents/{posting.codes[NAMES[0]]}/"
    key = throttles.key(hour, site.config["SECRET_KEY"], "account", owner.account_id)
    assert client.get(path).status_code == 200
    begin_write()
    db.session.execute(update(Throttle).where(Throttle.key == key).values(count=hour.most - 1))
    db.session.commit()
    assert client.get(path).status_code == 200
    for _ in range(3):
        response = client.get(path)
        assert response.status_code == 429
        assert 3500 < int(response.headers["Retry-After"]) <= 3600
        assert viewing.TOO_MANY in response.text
    assert len(events("talent.view")) == 2
    (told,) = events("talent.view_limit")
    assert (told.actor_id, told.organization_id) == (owner.account_id, owner.organization_id)


# ---- 「団体マイページ」


def test_new_applications_are_a_thing_to_do_until_somebody_opens_them(visitor: Visitor, posting: Posting) -> None:
    visitor.open("/mypage/")
    assert "未確認の応募が3件あります" in visitor.page.text
    visitor.follow("応募を確認")
    assert visitor.path == f"{posting.path}?unread=1"
    assert len(rows(visitor)) == 3
    for name in NAMES:
        detail_of(visitor, posting, name)
    assert "未確認の応募" not in visitor.open("/mypage/").page.text


def readings_of_lists() -> list[tuple[str, int | None]]:
    db.session.rollback()
    found = select(AuditEvent.subject, AuditEvent.subject_id).where(AuditEvent.action == "application.list")
    return [(subject, key) for subject, key in db.session.execute(found.order_by(AuditEvent.id))]


def test_whose_names_a_list_shows_is_on_record_once_a_day(
    visitor: Visitor, posting: Posting, owner: Actor, make_here: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [("entry", posting.entry_id), ("organization", owner.organization_id)]
    for _ in range(2):
        visitor.open(posting.path).open("/mypage/applications/")
    assert readings_of_lists() == listed

    colleague = visitor.client.application.test_client()
    log_in(colleague, make_here.member(db.session.get_one(Organization, owner.organization_id)))
    Visitor(colleague).open(posting.path)
    assert readings_of_lists() == [*listed, ("entry", posting.entry_id)]

    make_here.member()
    foreign = post(make_here, make_here.member())
    assert visitor.client.get(foreign.path).status_code == 404
    assert len(readings_of_lists()) == 3
