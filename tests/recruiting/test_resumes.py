"""Résumés as declared, typed in, saved and frozen; what is missing is told for what a posting asks for."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from models.base import db
from models.records import AuditEvent
from models.states import Kind, ResumeType
from models.talents import Resume, Talent
from portal.actors import Actor
from portal.codes import EXPERT_ITEMS, GENERAL_RESUME_ITEMS, RESUME_ITEMS, SIX_ABILITIES
from portal.database import begin_write
from portal.errors import Conflict, Invalid
from portal.publishing.fields import choices_for, field_named
from portal.publishing.shapes import MOST_ROWS, Field, Type
from portal.recruiting import careers, resumes, snapshot
from portal.recruiting.resume_fields import SECTIONS, fields_of, items_of
from portal.recruiting.snapshot import LONGEST_DOCUMENT, LONGEST_FIELD, TooLarge
from tests.make import Maker
from tests.recruiting.builders import profile_of, talent
from tests.recruiting.printed import ALL, CONTENTS, frozen, somebody
from views.forms.entry import content_of, form_of, rearrange, shape_findings

TYPES = pytest.mark.parametrize("resume_type", ResumeType)
FORBIDDEN = ("通勤", "扶養", "配偶", "本籍", "家族", "宗教", "支持政党", "購読", "尊敬", "健康", "口座", "旅券番号")


@pytest.fixture
def someone(make: Maker) -> Actor:
    return talent(make)


def save(person: Actor, resume_type: ResumeType, content: dict[str, Any], make: Maker, *, revision: int) -> Resume:
    begin_write()
    resume = resumes.save(profile_of(person), resume_type, content, revision=revision, actor=person, now=make.now)
    db.session.commit()
    return resume


# ---- the declaration


@TYPES
def test_every_section_is_an_item_and_bears_its_label(resume_type: ResumeType) -> None:
    for section in SECTIONS[resume_type]:
        assert section.title == RESUME_ITEMS.label(section.key)
    from_profile = {"photo", "birthdate", "gender"}
    assert {section.key for section in SECTIONS[resume_type]} | from_profile == set(items_of(resume_type, ALL))
    names = [field.name for field in fields_of(resume_type)]
    assert len(names) == len(set(names))


@TYPES
def test_nothing_is_asked_that_must_not_be(resume_type: ResumeType) -> None:
    labels = [
        label for field in fields_of(resume_type) for label in (field.label, *(cell.label for cell in field.cells))
    ]
    assert not [label for label in labels for word in FORBIDDEN if word in label]


def test_labels_of_items_do_not_contain_each_other() -> None:
    labels = [code.ja for code in RESUME_ITEMS]
    assert not [(one, two) for one in labels for two in labels if one != two and one in two]


def test_only_jica_is_offered_what_only_experts_have(make: Maker) -> None:
    field = field_named(Kind.job, "resume_items")
    jica, other = make.organization(org_type="01"), make.organization(org_type="07")
    assert choices_for(field, jica) is RESUME_ITEMS
    assert choices_for(field, other) is choices_for(field, None) is GENERAL_RESUME_ITEMS
    assert set(RESUME_ITEMS.values) - set(GENERAL_RESUME_ITEMS.values) == EXPERT_ITEMS
    assert items_of(ResumeType.general, ALL) == list(GENERAL_RESUME_ITEMS.values)
    assert len(SIX_ABILITIES.codes) == 6


# ---- the form


def posted(content: dict[str, Any], resume_type: ResumeType) -> MultiDict:
    """As a browser sends the form of the content."""
    form = form_of(SECTIONS[resume_type])(data=content)
    pairs: list[tuple[str, str]] = []
    for field in form.declared:
        typed = form[field.name].typed
        if field.type is Type.rows:
            pairs += [(f"{field.name}-{n}-{cell}", text) for n, row in enumerate(typed) for cell, text in row.items()]
        else:
            pairs += [(field.name, text) for text in (typed if isinstance(typed, list) else [typed])]
    return MultiDict(pairs)


@TYPES
def test_what_is_typed_is_saved_and_comes_back(resume_type: ResumeType, make: Maker, someone: Actor) -> None:
    form = form_of(SECTIONS[resume_type])(posted(CONTENTS[resume_type], resume_type))
    assert shape_findings(form) == []
    saved = resumes.find(profile_of(someone), resume_type)
    resume = save(someone, resume_type, content_of(form), make, revision=saved.revision if saved else 0)
    assert resumes.content_of(resume, resume_type) == CONTENTS[resume_type]
    assert resumes.findings(resume_type, CONTENTS[resume_type], now=make.now) == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2019-04", "2019-04"),
        ("２０１９年４月", "2019-04"),
        ("2019/4", "2019-04"),
        ("2019.12", "2019-12"),
        ("", ""),
        ("2019-13", None),
        ("1899-12", None),
        ("平成31年", None),
        ("2019-04-01", None),
        ("٢٠١٩-٠٤", None),
    ],
)
def test_months_are_read_as_people_write_them(typed: str, read: str | None) -> None:
    form = form_of(SECTIONS[ResumeType.general])(MultiDict({"work-0-at": typed, "work-0-text": "入社"}))
    told = [finding.message for finding in shape_findings(form)]
    if read is None:
        assert told == ["職歴：1件目：年月を「2026/12」の形で入力してください。"]
    else:
        assert told == []
        assert content_of(form)["work"] == [{"at": read, "text": "入社"}]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1987-06-15", date(1987, 6, 15)),
        ("1987年6月5日", date(1987, 6, 5)),
        ("", None),
        ("1987-02-30", ...),
        ("x", ...),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, read: Any) -> None:
    from portal.publishing.shapes import Section

    sections = (Section("a", "a", (Field("birthdate", "生年月日", Type.day),)),)
    form = form_of(sections)(MultiDict({"birthdate": typed}))
    told = shape_findings(form)
    assert bool(told) is (read is ...)
    assert content_of(form)["birthdate"] == (None if read is ... else read)
    assert form["birthdate"].typed == typed
    assert form_of(sections)(data={"birthdate": date(1987, 6, 15)})["birthdate"].typed == "1987-06-15"


def test_a_code_that_is_not_offered_is_refused() -> None:
    given = {"education-0-country": "XX", "main_field": "77", "sub_fields": "77", "education-0-school": "東北大学"}
    form = form_of(SECTIONS[ResumeType.expert])(MultiDict(given))
    assert {finding.field for finding in shape_findings(form)} == {"education", "main_field", "sub_fields"}


def test_rows_are_added_and_moved_without_scripts() -> None:
    form = form_of(SECTIONS[ResumeType.general])(MultiDict({"work-0-at": "2019-04", "work-0-text": "入社"}))
    assert rearrange(form, "add:work")
    assert form["work"].typed == [{"at": "2019-04", "text": "入社"}, {"at": "", "text": ""}]
    assert rearrange(form, "down:work:0")
    assert form["work"].typed[1]["text"] == "入社"
    assert not rearrange(form, "add:appeal")


# ---- saving


def test_a_stale_window_does_not_overwrite(make: Maker, someone: Actor) -> None:
    general = ResumeType.general
    first = resumes.find(profile_of(someone), general)
    assert first is not None
    revision = first.revision
    save(someone, general, {"appeal": "先"}, make, revision=revision)
    for stale in (revision, 0, revision + 7):
        begin_write()
        with pytest.raises(Conflict, match="競合"):
            resumes.save(profile_of(someone), general, {"appeal": "後"}, revision=stale, actor=someone, now=make.now)
        db.session.rollback()
    resume = resumes.find(profile_of(someone), general)
    assert resume is not None
    assert (resume.content["appeal"], resume.revision) == ("先", revision + 1)


def test_of_many_windows_one_wins(rules: Flask, make: Maker, someone: Actor) -> None:
    barrier, expert = Barrier(8), ResumeType.expert

    def try_it(number: int) -> str:
        with rules.app_context():
            barrier.wait()
            begin_write()
            try:
                profile = profile_of(someone)
                resumes.save(profile, expert, {"appeal": str(number)}, revision=0, actor=someone, now=make.now)
                db.session.commit()
            except Conflict:
                db.session.rollback()
                return "conflict"
            finally:
                db.session.remove()
            return str(number)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(try_it, range(8)))
    db.session.rollback()
    assert results.count("conflict") == 7
    resume = resumes.find(profile_of(someone), expert)
    assert resume is not None
    assert resume.content["appeal"] in results


def test_only_what_is_declared_is_kept_and_it_is_on_record_without_its_text(make: Maker, someone: Actor) -> None:
    content = {
        "work": [{"at": "2019-04", "text": "入社", "salary": "CANARY"}, {"at": "", "text": ""}, {"salary": "CANARY"}],
        "bank_account": "CANARY",
        "appeal": {"deep": ["CANARY"]},
        "sub_fields": ["01"],
    }
    resume = save(someone, ResumeType.general, content, make, revision=1)
    assert resume.content["work"] == [{"at": "2019-04", "text": "入社"}]
    assert "CANARY" not in json.dumps(resume.content)
    assert set(resume.content) == {field.name for field in fields_of(ResumeType.general)}
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "resume.save").order_by(-AuditEvent.id)
    ).first()
    assert event is not None
    assert (event.subject_id, event.details, event.actor_id) == (resume.id, {"type": "general"}, someone.account_id)


def wrong() -> Iterator[tuple[ResumeType, dict[str, Any], str]]:
    general, expert = ResumeType.general, ResumeType.expert
    yield general, {"work": [{"at": "", "text": "入社"}]}, "職歴の1件目：年月を入力してください。"
    yield general, {"work": [{"at": "2019-04", "text": "あ" * 201}]}, "職歴の1件目：内容は200文字以内"
    yield general, {"work": [{"at": "2019-04", "text": "あ"}] * 41}, "職歴は40件以内"
    yield general, {"appeal": "あ" * 2001}, "志望の動機は2,000文字以内"
    yield expert, {"name_roman": "山田"}, "半角の英字"
    job = {"begin": "2019-04", "end": "2019-03", "employer": "機構", "country": "JP"}
    yield expert, {"work": [job]}, "職歴の1件目：終わりの年月を、始まりの年月より後に"
    yield expert, {"work": [job | {"end": "", "employer": ""}]}, "職歴の1件目：勤務先を入力してください。"


@pytest.mark.parametrize(("resume_type", "content", "sentence"), list(wrong()))
def test_wrong_input_is_told_and_not_saved(
    resume_type: ResumeType, content: dict[str, Any], sentence: str, make: Maker, someone: Actor
) -> None:
    before = db.session.scalar(select(func.count()).select_from(Resume))
    begin_write()
    with pytest.raises(Invalid) as refusal:
        resumes.save(profile_of(someone), resume_type, content, revision=0, actor=someone, now=make.now)
    db.session.rollback()
    assert sentence in " ".join(finding.message for finding in refusal.value.findings)
    assert db.session.scalar(select(func.count()).select_from(Resume)) == before


def test_overlapping_work_is_told_and_may_be_true(make: Maker, someone: Actor) -> None:
    job = {"employer": "機構", "country": "JP"}
    work = [job | {"begin": "2015-04", "end": "2017-03"}, job | {"begin": "2017-03", "end": ""}]
    assert not [
        found for found in resumes.findings(ResumeType.expert, {"work": work}, now=make.now) if found.rule == "R-03"
    ]
    work[1]["begin"] = "2017-02"
    (found,) = [
        found for found in resumes.findings(ResumeType.expert, {"work": work}, now=make.now) if found.rule == "R-03"
    ]
    assert found.message == "職歴の1件目と2件目の期間が重なっています。誤りがないか確認してください。"
    save(someone, ResumeType.expert, {"work": work}, make, revision=0)


# ---- what is missing


def test_what_is_missing_depends_on_what_is_asked_for(make: Maker) -> None:
    person = profile_of(talent(make, phone="", address=""))
    general, expert = ResumeType.general, ResumeType.expert
    assert resumes.missing(person, general, items=[]) == []
    assert resumes.missing(person, general, items=["photo", "wishes", "gender", "licenses"]) == []
    assert resumes.missing(person, general, items=["education", "work"]) == []  # the builder's résumé has them
    assert resumes.missing(person, general, items=["birthdate", "contact"]) == [
        "プロフィールの「生年月日」を入力してください。",
        "プロフィールの「現住所」を入力してください。",
        "プロフィールの「電話番号」を入力してください。",
    ]
    assert resumes.missing(person, expert, items=["specialty", "languages", "missions"]) == [
        "専門家履歴書の「専門分野」：主な分野を選択してください。",
        "専門家履歴書の「語学」：語学を追加してください。",
    ]
    assert resumes.missing(person, general, items=list(EXPERT_ITEMS)) == []


@TYPES
def test_a_whole_resume_lacks_nothing(resume_type: ResumeType, make: Maker) -> None:
    someone = talent(make, birthdate=date(1987, 6, 15))
    saved = resumes.find(profile_of(someone), resume_type)
    save(someone, resume_type, CONTENTS[resume_type], make, revision=saved.revision if saved else 0)
    assert resumes.missing(profile_of(someone), resume_type, items=ALL) == []


# ---- the snapshot


def canaries() -> tuple[Talent, dict[ResumeType, dict[str, Any]]]:
    """Every place of profile and résumé holds a word of its own."""
    columns = {name: f"canary-{name}" for name in ("gender_text", "phone", "postal", "address", "pr", "qualifications")}
    contents = {
        resume_type: {field.name: _canary(field, field.name) for field in fields_of(resume_type)}
        for resume_type in ResumeType
    }
    return somebody(birthdate=date(1901, 2, 3), major="canary-major", **columns), contents


def _canary(field: Field, name: str) -> Any:
    if field.type is Type.rows:
        return [{cell.name: f"canary-{name}-{cell.name}" for cell in field.cells}]
    return [f"canary-{name}"] if field.type is Type.choices else f"canary-{name}"


@TYPES
@pytest.mark.parametrize("item", ALL)
def test_exactly_the_chosen_item_is_frozen_and_the_name(resume_type: ResumeType, item: str) -> None:
    person, contents = canaries()
    shown = frozen(resume_type, [item, "no such item"], talent=person, content=contents[resume_type])
    assert set(shown) == {"type", "name", "name_kana", "items"}
    assert set(shown["items"]) == set(items_of(resume_type, [item]))
    others = set(items_of(resume_type, ALL)) - {item}
    rest = {
        word
        for other in others
        for word in words(frozen(resume_type, [other], talent=person, content=contents[resume_type])["items"])
    }
    mine = words(shown["items"])
    assert not mine & (rest - mine)
    assert not [word for word in rest - mine if word in json.dumps(shown)]
    if shown["items"] and item != "photo":
        assert mine
    assert json.loads(json.dumps(shown)) == shown


def words(value: Any) -> set[str]:
    if isinstance(value, dict | list):
        return {word for inside in (value.values() if isinstance(value, dict) else value) for word in words(inside)}
    return {value} if value else set()


@TYPES
def test_nothing_is_lost_when_all_is_chosen(resume_type: ResumeType) -> None:
    person, contents = canaries()
    shown = words(frozen(resume_type, ALL, talent=person, content=contents[resume_type]))
    assert words(contents[resume_type]) <= shown
    assert {"canary-gender_text", "canary-phone", "canary-postal", "canary-address", "1901-02-03"} <= shown
    assert not {"canary-pr", "canary-major", "canary-qualifications"} & shown


def test_items_come_in_one_order_whatever_the_posting_says() -> None:
    assert list(frozen(ResumeType.general, reversed(ALL))["items"]) == items_of(ResumeType.general, ALL)


def test_without_a_resume_the_items_are_empty() -> None:
    shown = snapshot.freeze(somebody(), None, type=ResumeType.general, items=["education", "appeal"])
    assert shown["items"] == {"education": {"education": []}, "appeal": {"appeal": ""}}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"work": [{"at": "2019-04"}] * 201}, "全部で200行まで.*現在201行"),
        ({"a": ["x"] * 100, "b": {"c": ["x"] * 101}}, "全部で200行まで"),
        ({"appeal": "あ" * (LONGEST_FIELD + 1)}, "1つの欄は2,000文字まで.*現在2,001文字"),
        ({str(n): "あ" * LONGEST_FIELD for n in range(31)}, "全部で60,000文字まで.*現在62,000文字"),
    ],
)
def test_what_is_beyond_any_resume_is_told_in_words(value: Any, sentence: str) -> None:
    with pytest.raises(TooLarge, match=sentence):
        snapshot.refuse_large(value)


def test_the_largest_that_is_taken(make: Maker) -> None:
    snapshot.refuse_large({str(n): "あ" * LONGEST_FIELD for n in range(LONGEST_DOCUMENT // LONGEST_FIELD)})
    snapshot.refuse_large({"work": [{"at": ""}] * 200})
    assert MOST_ROWS <= 200


# ---- careers


def test_months_are_counted_once_and_by_country() -> None:
    rows = [
        {"begin": "2015-04", "end": "2016-03", "country": "JP"},
        {"begin": "2016-01", "end": "2016-06", "country": "LA"},
        {"begin": "2026-10", "end": "", "country": "LA"},
        {"begin": "", "end": "", "country": "KH"},
        {"begin": "2030-01", "end": "", "country": "JP"},  # not yet
    ]
    assert careers.total(rows, until="2026-11") == 15 + 2
    assert careers.by_country(rows, until="2026-11") == [("JP", 12), ("LA", 8), ("KH", 0)]
    assert careers.overlaps(rows, until="2026-11") == [(1, 2)]
    assert [careers.spell(months) for months in (0, 1, 12, 51)] == ["0か月", "1か月", "1年", "4年3か月"]
