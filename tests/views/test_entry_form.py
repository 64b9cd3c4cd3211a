"""The form of an entry over HTTP: half-filled drafts, errors at their fields, input that is never lost."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from models.base import db
from models.entries import Version
from models.states import Kind, State
from portal.publishing.content import read
from portal.publishing.fields import Type, applies, fields_of
from tests.make import Maker
from tests.publishing import samples
from tests.views.login import log_in
from tests.views.pages import Page, Visitor, problems, text_of
from tests.views.posting import posted

SLUGS = {Kind.job: "jobs", Kind.event: "events", Kind.notice: "notices"}
NEVER_TYPED = ("csrf_token", "revision", "base", "step")


@pytest.fixture
def visitor(client: FlaskClient, make_here: Maker) -> Visitor:
    log_in(client, make_here.member())
    return Visitor(client)


def open_form(visitor: Visitor, kind: Kind) -> Visitor:
    return visitor.open(f"/mypage/{SLUGS[kind]}/new/")


def typed(kind: Kind, make: Maker, **over: Any) -> dict[str, list[str]]:
    """The sample as values by name. What the form starts with and the sample does not have is emptied."""
    return dict(posted(kind, now=make.now, **over).lists())


def post(visitor: Visitor, sent: MultiDict[str, str], step: str, *, status: int, revision: Any = "") -> Page:
    data = MultiDict([*sent.items(multi=True), ("step", step), ("revision", str(revision))])
    return visitor._arrived(visitor.client.post(visitor.path, data=data, follow_redirects=True), status).page


def form_of(page: Page) -> MultiDict[str, str]:
    (form,) = [form for form in page.all("form") if form.get("data-entry-form") is not None]
    return MultiDict([pair for pair in page.sent_by(form).items(multi=True) if pair[0] not in NEVER_TYPED])


def one_version() -> Version:
    db.session.rollback()
    return db.session.scalars(select(Version)).one()


def as_pairs(sent: MultiDict[str, str]) -> set[tuple[str, str]]:
    """What was typed; an empty field is the same as none."""
    return {(name, value) for name, value in sent.items(multi=True) if value}


@pytest.mark.parametrize("kind", Kind)
def test_a_draft_may_hold_nothing_but_what_was_typed(kind: Kind, visitor: Visitor) -> None:
    open_form(visitor, kind).press("一時保存", title="書きかけ")

    assert "一時保存しました" in visitor.page.text
    assert visitor.path.startswith(f"/mypage/{SLUGS[kind]}/edit/")
    assert visitor.page.by_id("title").get("value") == "書きかけ"
    version = one_version()
    assert (version.title, version.state, version.publish_at) == ("書きかけ", State.draft, None)


@pytest.mark.parametrize("kind", Kind)
def test_even_an_empty_form_can_be_saved_and_gone_on_with(kind: Kind, visitor: Visitor, make_here: Maker) -> None:
    open_form(visitor, kind)
    post(visitor, MultiDict(), "save", status=200)
    version = one_version()
    assert version.title == ""

    visitor.press("一時保存", title="あとから書いたタイトル")

    assert one_version().title == "あとから書いたタイトル"
    assert problems(visitor.page) == []
    assert "（無題）" not in visitor.open(f"/mypage/{SLUGS[kind]}/").page.text


@pytest.mark.parametrize("kind", Kind)
def test_what_was_typed_comes_back_unchanged(kind: Kind, visitor: Visitor, make_here: Maker) -> None:
    open_form(visitor, kind)
    sent = posted(kind, now=make_here.now)
    page = post(visitor, sent, "save", status=200)

    assert as_pairs(form_of(page)) == as_pairs(sent)
    assert read(one_version()) == samples.sample(kind, now=make_here.now)


ODD = "－①㈱髙﨑🌏👨‍👩‍👧 <b>\"&'</b> {{7*7}} %s \\n e\u0301 ｶﾞ ١２"


@pytest.mark.parametrize("kind", Kind)
def test_odd_signs_come_back_unchanged(kind: Kind, visitor: Visitor, make_here: Maker) -> None:
    texts = {
        field.name: f"{ODD}\n\n　{field.name} {ODD}" if field.type is Type.prose else f"{ODD} {field.name}"
        for field in fields_of(kind)
        if field.type in (Type.text, Type.prose)
    }
    open_form(visitor, kind)
    page = post(visitor, posted(kind, now=make_here.now, **texts), "save", status=200)

    values = read(one_version())
    applying = {field.name for field in fields_of(kind) if applies(field, values)}
    assert {name: values[name] for name in texts if name in applying} == {
        name: text for name, text in texts.items() if name in applying
    }
    assert as_pairs(form_of(page)) >= {(name, text) for name, text in texts.items() if name in applying}
    assert "&lt;b&gt;" in page.html
    assert "49" not in page.by_id("title").get("value", "")


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_form_is_told_every_missing_field_at_once(kind: Kind, visitor: Visitor) -> None:
    open_form(visitor, kind)
    page = post(visitor, MultiDict(), "confirm", status=422)

    empty = {field.name: "" for field in fields_of(kind)}
    missing = [field for field in fields_of(kind) if field.required and applies(field, empty)]
    assert_told(page, [field.name for field in missing])
    assert page.title.startswith("エラー：")
    assert f"入力内容に{len(missing)}件のエラーがあります" in page.text
    assert db.session.scalars(select(Version)).all() == []


def assert_told(page: Page, names: list[str]) -> None:
    """In the summary, in the order of the form, by links that lead to the field, and at the field itself."""
    (summary,) = [element for element in page.all("div") if element.get("class") == "errsum"]
    links = [link.get("href") for link in summary.iter("a")]
    assert links == [f"#{name}" for name in names]
    assert summary.get("role") == "alert"
    for name in names:
        field = page.by_id(name)
        assert text_of(page.by_id(f"{name}-e")), name
        assert f"{name}-e" in field.get("aria-describedby", "").split(), name
        assert field.tag == "fieldset" or field.get("aria-invalid") == "true", name
    assert problems(page) == []


LONG = "あ" * 201
# field: what is typed into it, and a part of what is told
WRONG: dict[Kind, list[tuple[str, dict[str, Any], str]]] = {
    Kind.job: [
        ("title", {"title": "水"}, "5文字以上"),
        ("title", {"title": LONG}, "200文字以内"),
        ("title", {"title": "あ" * 101}, "100文字以内"),
        ("title", {"title": "応募は https://example.org へ"}, "URLは入れられません"),
        ("employment_kind", {"employment_kind": "XXX"}, "選択肢から選んでください"),
        ("fields", {"fields": ["03", "XX"]}, "選択肢から選んでください"),
        ("fields", {"fields": ["01", "02", "03", "04"]}, "3件以内"),
        ("headcount", {"headcount": "あ" * 21}, "20文字以内"),
        ("duties", {"duties": "短い"}, "200文字以上"),
        ("duties", {"duties": "あ" * 10_001}, "10,000文字以内"),
        ("countries", {"countries": []}, "選択してください"),
        ("close_at", {"close_at": "2月30日"}, "の形で入力してください"),
        ("close_at", {"close_at": "2027-02-30T10:00"}, "実在する日時"),
        ("close_at close_at publish_at", {"close_at": "2020-01-01T10:00"}, "今より後の日時"),
        ("publish_at", {"publish_at": "2020-01-01T10:00"}, "今より後の日時"),
        ("publish_at", {"publish_at": "2099-01-01T10:00"}, "締切より前"),
        ("unpublish_at unpublish_at", {"unpublish_at": "2020-01-01T10:00"}, "掲載希望日時より後"),
        ("retention_months", {"retention_months": "abc"}, "数字で入力してください"),
        ("retention_months", {"retention_months": "99999999999999999999"}, "数字で入力してください"),
        ("retention_months", {"retention_months": "37"}, "36以内"),
        ("inquiry_email", {"inquiry_email": "どこか"}, "name@example.jp の形"),
        ("inquiry_phone", {"inquiry_phone": "電話はしないで"}, "数字、+、- で"),
        ("apply_url", {"apply_via": "external", "apply_url": "http://example.org"}, "https://"),
        ("apply_url", {"apply_via": "external", "apply_url": "javascript:alert(1)//a.b"}, "https://"),
        ("apply_url", {"apply_via": "external", "apply_url": "https://x.com/partner"}, "SNS"),
        ("apply_url", {"apply_via": "external", "apply_url": "https://[::1"}, "https://"),
        ("apply_contact", {"apply_via": "other", "apply_contact": ""}, "入力してください"),
        ("apply_via", {"apply_via": "pigeon"}, "選択肢から選んでください"),
        ("documents", {"documents-0-name": ""}, "書類名を入力してください"),
        ("documents", {"documents-0-name": LONG}, "200文字以内"),
        ("documents", {"documents-1-name": "語学力を証明する書類"}, "重複しています"),
        ("documents", {"documents-0-name": "戸籍謄本"}, "応募書類として求められません"),
        ("documents", {"documents-0-required": "2"}, "選択肢から選んでください"),
        ("languages", {"languages-0-language": "xx"}, "選択肢から選んでください"),
        ("resume_type", {"resume_type": "expert"}, "選択肢から選んでください"),
        ("attest", {"attest": []}, "チェックを入れてください"),
    ],
    Kind.event: [
        ("title", {"title": "水"}, "5文字以上"),
        ("body", {"body": "短い"}, "100文字以上"),
        ("capacity", {"capacity": "0"}, "1以上"),
        ("capacity", {"capacity": "-5"}, "数字で入力してください"),
        ("venue", {"formats": ["venue"], "venue_address": "東京都", "venue_country": "JP"}, "入力してください"),
        ("online_url", {"online_url": "zoom"}, "https://"),
        ("sessions", {"sessions-0-starts_at": "2020-01-01T10:00"}, "今より後の日時"),
        ("sessions close_at", {"sessions-0-ends_at": "2020-01-01T10:00"}, "終了は開始より後"),
        ("sessions", {"sessions-0-ends_at": "あした"}, "の形で入力してください"),
        ("sessions", {"sessions-0-ends_at": ""}, "開始と終了を入力してください"),
        ("fee_info", {"fee_kind": "paid", "cancel_policy": "返金しません。"}, "入力してください"),
        ("event_url", {"event_url": "https://user:pw@example.org/"}, "https://"),
    ],
    Kind.notice: [
        ("category", {"category": ""}, "選択してください"),
        ("title", {"title": "【コピー】年末年始の窓口"}, "【コピー】"),
        ("body", {"body": "短い"}, "30文字以上"),
        ("link", {"link": "ftp://example.org"}, "https://"),
        ("publish_at", {"publish_at": ""}, "入力してください"),
        ("memo_to_secretariat", {"memo_to_secretariat": "あ" * 501}, "500文字以内"),
    ],
}


@pytest.mark.parametrize("kind", Kind)
def test_one_wrong_value_is_told_at_its_field_and_nothing_is_lost(
    kind: Kind, visitor: Visitor, make_here: Maker
) -> None:
    for names, over, told in WRONG[kind]:
        sent = posted(kind, now=make_here.now)
        for key, values in over.items():
            sent.setlist(key, values if isinstance(values, list) else [values])
        visitor.path = f"/mypage/{SLUGS[kind]}/new/"

        print(over)  # read when the next line fails
        page = post(visitor, sent, "confirm", status=422)

        assert_told(page, names.split())
        assert told in text_of(page.by_id(f"{names.split()[0]}-e")), over
        lost = as_pairs(sent) - as_pairs(form_of(page))
        assert lost <= {(key, value) for key, value in sent.items(multi=True) if value in cannot_be_shown(page, key)}
    assert db.session.scalars(select(Version)).all() == []


def cannot_be_shown(page: Page, name: str) -> set[str]:
    """Codes that no choice has. All text can."""
    controls = [control for control in page.all("select", "input") if control.get("name") == name]
    is_choice = any(control.tag == "select" or control.get("type") in ("radio", "checkbox") for control in controls)
    return {"XXX", "XX", "pigeon", "2", "xx", "expert"} if is_choice else set()


@pytest.mark.parametrize("sign", ["\x07", "\x1b", "\x7f", "\x9f", "\x0c", "\ufffe", "\uffff"])
def test_signs_that_no_one_types_are_refused_at_their_field(sign: str, visitor: Visitor, make_here: Maker) -> None:
    open_form(visitor, Kind.notice)
    page = post(visitor, MultiDict([("title", f"鐘{sign}の鳴るタイトル")]), "save", status=422)

    assert "使えない文字（制御文字）が含まれています" in text_of(page.by_id("title-e"))
    assert db.session.scalars(select(Version)).all() == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("一行目\r\n二行目", "一行目\n二行目"),
        ("一行目\r二行目", "一行目\n二行目"),
        ("一行目\x0b二行目", "一行目\n二行目"),  # PowerPoint's line break
        ("\n\n  字下げ\tと余白  \n", "字下げ\tと余白"),
    ],
)
def test_line_ends_are_those_of_texts(typed: str, kept: str, visitor: Visitor, make_here: Maker) -> None:
    open_form(visitor, Kind.notice)
    post(visitor, MultiDict([("body", typed)]), "save", status=200)

    assert read(one_version())["body"] == kept


def test_numbers_and_times_may_be_typed_in_full_width(visitor: Visitor, make_here: Maker) -> None:
    open_form(visitor, Kind.event)
    post(
        visitor, MultiDict([("capacity", "１，２００"), ("publish_at", "２０３０/１/２ ０９:０５")]), "save", status=200
    )

    version = one_version()
    assert read(version)["capacity"] == 1200
    assert visitor.page.by_id("publish_at").get("value") == "2030-01-02T09:05"


# ---- rows, with buttons that work without scripts


def rows_of(page: Page, name: str) -> list[str]:
    return [value for key, value in page.sent_by(page.all("form")[-1]).items(multi=True) if key.endswith(f"-{name}")]


def test_rows_are_added_moved_and_removed_without_scripts(visitor: Visitor, make_here: Maker) -> None:
    open_form(visitor, Kind.job)
    visitor.press("書類を追加").press("書類を追加", **{"documents-0-name": "業務企画書"})
    visitor.press("書類2を上へ移動", **{"documents-1-name": "推薦状", "documents-1-required": "0"})
    names = [f"documents-{place}-name" for place in range(2)]
    assert [visitor.page.by_id(name).get("value") for name in names] == ["推薦状", "業務企画書"]

    visitor.press("書類1を下へ移動").press("書類を追加").press("書類3を削除").press("一時保存")

    assert read(one_version())["documents"] == [
        {"name": "業務企画書", "required": True, "note": "", "format": "any"},
        {"name": "推薦状", "required": False, "note": "", "format": "any"},
    ]


@pytest.mark.parametrize("place", ["9" * 5000, "-1", "", "１", "x", "99"])
@pytest.mark.parametrize("act", ["up", "down", "remove", "add"])
def test_no_place_of_a_row_is_a_fault(act: str, place: str, visitor: Visitor) -> None:
    open_form(visitor, Kind.job)

    post(visitor, MultiDict([("documents-0-name", "推薦状")]), f"{act}:documents:{place}", status=200)

    assert db.session.scalars(select(Version)).all() == []


def test_too_many_rows_are_told_and_kept(visitor: Visitor, make_here: Maker) -> None:
    rows = [(f"documents-{place}-name", f"書類{place}") for place in range(60)]
    open_form(visitor, Kind.job)
    page = post(visitor, MultiDict([("apply_via", "web"), *rows]), "save", status=422)

    assert "50件以内" in text_of(page.by_id("documents-e"))
    assert {pair for pair in as_pairs(form_of(page)) if pair[0].endswith("-name")} == set(rows)


def test_a_half_filled_session_is_kept_in_a_draft(visitor: Visitor, make_here: Maker) -> None:
    rows = [("schedule_kind", "dated"), ("sessions-0-starts_at", "2030-01-02T10:00"), ("sessions-0-ends_at", "")]
    open_form(visitor, Kind.event)
    page = post(visitor, MultiDict(rows), "save", status=200)

    assert as_pairs(form_of(page)) >= as_pairs(MultiDict(rows))
    visitor.open(f"/mypage/events/{one_version().entry_id}/")
    assert problems(visitor.page) == []
    visitor.open(f"/mypage/events/edit/{one_version().id}/").press("確認", status=422)
    assert "開始と終了を入力してください" in text_of(visitor.page.by_id("sessions-e"))


# ---- who writes what


def test_columns_that_are_no_fields_cannot_be_posted(visitor: Visitor, make_here: Maker) -> None:
    """Owner, state, approver and times are set by services alone (G4)."""
    columns = {column.name for column in Version.__table__.columns} | {"organization", "entry", "documents", "sessions"}
    declared = {field.name for kind in Kind for field in fields_of(kind)}
    forged = [(name, "1") for name in columns - declared] + [("state", "published"), ("kind", "job"), ("role", "owner")]
    stranger = make_here.organization()
    forged += [("organization_id", str(stranger.id)), ("published_at", "2020-01-01T00:00"), ("revision", "77")]
    open_form(visitor, Kind.notice)
    post(visitor, MultiDict([*posted(Kind.notice, now=make_here.now).items(multi=True), *forged]), "save", status=200)

    version = one_version()
    assert (version.state, version.kind, version.revision, version.submissions) == (State.draft, Kind.notice, 1, 0)
    assert version.organization_id != stranger.id
    empty = ("published_at", "decided_at", "decided_by_id", "due_at", "batch", "hold_until", "assignee_id", "ended_at")
    assert {getattr(version, name) for name in empty} == {None}
    assert len(columns - declared) > 20


def test_the_expert_resume_is_offered_to_jica_alone(site, client: FlaskClient, make_here: Maker) -> None:
    offered = {}
    for org_type in ("01", "07"):
        browser = site.test_client()
        log_in(browser, make_here.member(make_here.organization(org_type=org_type)))
        page = Visitor(browser).open("/mypage/jobs/new/").page
        offered[org_type] = [option.get("value") for option in page.by_id("resume_type").iter("option")]

    assert "expert" in offered["01"]
    assert "expert" not in offered["07"]
