"""The form with every field filled stays as written: draft, confirm, back, submission, copy, revision."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from models.base import db
from models.entries import Version
from models.office import RuleCount
from models.states import Action, Kind, State
from portal.actors import Actor
from portal.publishing import publication
from portal.publishing.content import read
from portal.publishing.fields import applies, fields_of
from portal.publishing.shapes import is_empty
from tests.make import Maker
from tests.publishing import filing
from tests.publishing.samples import sample
from tests.views.login import log_in
from tests.views.pages import Page, text_of
from tests.views.posting import pairs_of

SLUGS = {Kind.job: "jobs", Kind.event: "events", Kind.notice: "notices"}
JOB: dict[str, Any] = {
    "documents": [
        {"name": "語学力を証明する書類", "required": True, "note": "2年以内", "format": "pdf"},
        {"name": "作品", "required": False, "note": "", "format": "image"},
    ],
    "work_style": "S1", "background": "背景", "team": "職員8名", "place_kind": "both", "prefecture": "東京都",
    "city": "文京区", "street": "小日向1-2-3", "travel": "年に4回", "family": "ask", "smoking": "other",
    "smoking_note": "屋上に喫煙所があります", "term_note": "更新あり", "probation": "some", "probation_months": 3,
    "probation_terms": "同じ", "pay_note": "昇給は年1回", "fixed_overtime": "some", "fixed_overtime_amount": 30_000,
    "fixed_overtime_hours": 15, "fixed_overtime_excess": "yes", "bonus": "年2回", "pay_raise": "年1回",
    "severance": "なし", "hours_system": "discretionary", "deemed_hours": 8,
    "insurances": ["health", "pension", "other"], "insurance_note": "共済", "nice_to_have": "フランス語",
    "licenses": "技術士", "age_limit": "some", "age_min": 20, "age_max": 59, "age_code": "3ha",
    "age_reason": "演じる役の年齢のため", "gender_limit": "some", "gender_code": "art",
    "gender_reason": "演じる役のため",
    "nationality_condition": "日本国籍", "nationality_reason": "公用旅券で渡航するため", "result_notice": "by_date",
    "result_by": "締切から3週間以内",
}  # fmt: skip
EVENT: dict[str, Any] = {
    "co_organizers": "外務省",
    "speakers": [{"name": "佐藤 美咲", "role": "東京大学 教授"}, {"name": "O'Brien", "role": ""}],
    "certificate": "修了証を渡します", "accessibility": "手話通訳",
    "event_url": "https://example.org/e", "formats": ["venue", "online"], "venue": "会館", "venue_address": "文京区1-2",
    "venue_country": "JP", "online_url": "https://example.org/m", "fee_kind": "paid", "fee_info": "資料代1,000円",
    "cancel_policy": "前日まで返金します",
}  # fmt: skip
OVER = {Kind.job: JOB, Kind.event: EVENT, Kind.notice: {"link": "https://example.org/n"}}
# Asked only by another choice than those above.
OTHER_CHOICES = {"apply_url", "apply_contact", "applicant_countries", "cancel_terms"}


@pytest.fixture
def owner(client: FlaskClient, make_here: Maker) -> Actor:
    actor = make_here.member()
    log_in(client, actor)
    return actor


def full(kind: Kind, owner: Actor, make: Maker) -> dict[str, Any]:
    """Its files came in with another entry of the organization."""
    content = sample(kind, now=make.now) | OVER[kind] | {"memo_to_secretariat": "よろしくお願いします"}
    content["unpublish_at"] = (content.get("close_at") or content["publish_at"]) + timedelta(days=10)
    filed = read(filing.draft(kind, actor=owner, make=make))
    content |= {name: filed[name] for name in filing.MADE}
    content["images"] = [content["images"][0] | {"caption": "メコン川の村で、2026年"}]
    content |= {} if kind is Kind.notice else {"resume_file_name": "団体の様式"}
    empty = {field.name for field in fields_of(kind) if not applies(field, content) or is_empty(content[field.name])}
    assert empty <= OTHER_CHOICES, "a field that this form leaves empty is not tested"
    return content


def newest() -> Version:
    db.session.rollback()
    return db.session.scalars(select(Version).order_by(Version.id.desc())).first()


def form_of(client: FlaskClient, address: str) -> MultiDict[str, str]:
    page = Page(client.get(address).text)
    (form,) = [form for form in page.all("form") if form.get("data-entry-form") is not None]
    return page.sent_by(form)


def acknowledgements(client: FlaskClient, address: str) -> list[tuple[str, str]]:
    page = Page(client.get(address).text)
    return [("seen", box.get("value")) for box in page.all("input") if box.get("name") == "seen"]


@pytest.mark.parametrize("kind", Kind)
def test_every_field_stays_as_it_was_written(kind: Kind, client: FlaskClient, owner: Actor, make_here: Maker) -> None:
    content, root = full(kind, owner, make_here), f"/mypage/{SLUGS[kind]}"

    answer = client.post(f"{root}/new/", data=MultiDict([*pairs_of(kind, content), ("step", "confirm")]))
    assert answer.status_code == 302, [
        text_of(part) for part in Page(answer.text).all("div") if part.get("class") == "errsum"
    ]
    version = newest()
    assert read(version) == content

    sent = form_of(client, f"{root}/edit/{version.id}/")
    answer = client.post(f"{root}/edit/{version.id}/", data=MultiDict([*sent.items(multi=True), ("step", "confirm")]))
    assert answer.status_code == 302
    version = newest()
    assert read(version) == content

    confirm = f"{root}/confirm/{version.id}/"
    seen = acknowledgements(client, confirm)
    answer = client.post(confirm, data=MultiDict([("revision", str(version.revision)), *seen]))
    version = newest()
    assert (answer.status_code, version.state) == (302, State.submitted)
    assert read(version) == content
    entry_id = version.entry_id

    client.post(f"{root}/copy/", data={"entry": entry_id})
    dated = {field.name for field in fields_of(kind) if field.dated} | {"attest"}
    copied = read(newest())
    assert {name: value for name, value in copied.items() if name not in dated} == {
        name: value for name, value in content.items() if name not in dated
    }
    assert all(is_empty(copied[name]) for name in dated)

    make_here.move(Action.approve, db.session.get_one(Version, version.id), actor=make_here.secretary())
    publication.publish_due(content["publish_at"] + timedelta(minutes=1))
    client.post(f"{root}/revise/", data={"entry": entry_id})
    revision = newest()
    assert (revision.entry_id, revision.state) == (entry_id, State.draft)
    assert read(revision) == content


def test_a_warning_is_acknowledged_and_its_reason_is_kept(client: FlaskClient, owner: Actor, make_here: Maker) -> None:
    asked = [{"name": "健康診断書", "required": True, "note": ""}]
    version = make_here.draft(actor=owner, documents=asked, nice_to_have="女性歓迎")
    confirm = f"/mypage/jobs/confirm/{version.id}/"
    documents, wording = sorted(acknowledgements(client, confirm), key=lambda pair: "Q-12" in pair[1])
    revision = ("revision", str(version.revision))

    for pairs in ([], [wording], [documents, wording]):  # a document of this kind asks for the reason, too
        answer = client.post(confirm, data=MultiDict([revision, *pairs]))
        assert answer.status_code == 422
        assert "確認のチェックが必要です" in answer.text
        assert newest().state is State.draft

    reason = (f"reason-{documents[1]}", "高地で勤務するため")
    assert client.post(confirm, data=MultiDict([revision, documents, wording, reason])).status_code == 302
    kept = {finding["rule"]: (finding["acknowledged"], finding["reason"]) for finding in newest().findings}
    assert kept == {"Q-11": (True, "高地で勤務するため"), "Q-12": (True, "")}
    assert dict(db.session.execute(select(RuleCount.rule, RuleCount.overruled)).all()) == {"Q-11": 1, "Q-12": 1}


def test_what_stands_beside_the_form_follows_the_input_and_saves_nothing(
    client: FlaskClient, owner: Actor, make_here: Maker
) -> None:
    content = full(Kind.job, owner, make_here) | {
        "how_to_apply": "「業務の計画」を添付して、応募フォームから送信してください。期日を守ってください。"
    }

    told = client.post("/mypage/jobs/check/", data=MultiDict([*pairs_of(Kind.job, content)]))

    assert "応募方法の文に「業務の計画」がありますが、応募書類にありません。" in told.text
    assert "語学力を証明する書類" in told.text
    assert [version.title for version in db.session.scalars(select(Version))] == [content["title"]], "that of the files"
