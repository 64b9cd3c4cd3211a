"""What the desk and the confirm page say has changed: all that did, nothing that did not, and each side whole."""

import random
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.states import Kind
from portal.publishing.comparing import compare
from portal.publishing.differences import Difference, changed_names, differences, unchanged
from portal.publishing.fields import applies, field_named, fields_of
from portal.publishing.wording import EMPTY, show
from tests.publishing.contents import contents, prose
from tests.publishing.samples import DUTIES, sample

JOB, EVENT, NOTICE = Kind.job, Kind.event, Kind.notice
pairs = st.sampled_from(Kind).flatmap(lambda kind: st.tuples(st.just(kind), contents(kind), contents(kind)))


def joined(parts: Any) -> str:
    return "".join(text for _op, text in parts)


def shown(kind: Kind, name: str, content: dict[str, Any]) -> str:
    field = field_named(kind, name)
    return show(field, content[name] if applies(field, content) else None)


def only(kind: Kind, now: datetime, old: dict[str, Any], new: dict[str, Any]) -> Difference:
    """The one difference between the sample with `old` and the sample with `new`."""
    (found,) = differences(kind, sample(kind, now=now, **old), sample(kind, now=now, **new))
    return found


@settings(max_examples=80, deadline=None)
@given(drawn=pairs)
def test_both_sides_are_whole_and_every_change_is_named(drawn: tuple[Kind, dict[str, Any], dict[str, Any]]) -> None:
    kind, old, new = drawn
    found = differences(kind, old, new)

    for difference in found:
        name = difference.field.name
        assert joined(difference.old_parts) == shown(kind, name, old)
        assert joined(difference.new_parts) == shown(kind, name, new)
        assert difference.field in difference.section.fields
    order = [field.name for field in fields_of(kind)]
    assert [difference.field.name for difference in found] == [
        name for name in order if shown(kind, name, old) != shown(kind, name, new)
    ]
    assert changed_names(kind, old, new) == {difference.field.name for difference in found}


@settings(max_examples=200, deadline=None)
@given(old=prose, new=prose)
def test_comparing_loses_no_sign_and_marks_what_is_common_as_such(old: str, new: str) -> None:
    old_parts, new_parts = compare(old, new)

    assert (joined(old_parts), joined(new_parts)) == (old, new)
    assert {op for op, _ in old_parts} <= {"same", "old"}
    assert {op for op, _ in new_parts} <= {"same", "new"}
    assert [text for op, text in old_parts if op == "same"] == [text for op, text in new_parts if op == "same"]
    assert all(text for _op, text in [*old_parts, *new_parts])


@settings(max_examples=40, deadline=None)
@given(drawn=pairs)
def test_the_same_content_has_no_difference(drawn: tuple[Kind, dict[str, Any], dict[str, Any]]) -> None:
    kind, content, _other = drawn

    assert differences(kind, content, dict(content)) == []
    assert differences(kind, None, content) == []


def test_a_change_within_prose_is_marked_by_words_and_signs(now: datetime) -> None:
    change = only(
        NOTICE, now, {"body": "説明会を12月15日に開きます。" * 3}, {"body": "説明会を12月22日に開きます。" * 3}
    )

    assert change.word == "変更"
    assert [text for op, text in change.old_parts if op == "old"] == ["15"] * 3
    assert [text for op, text in change.new_parts if op == "new"] == ["22"] * 3
    assert change.note == "6文字の変更"


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("プロジェクト調整員", "プログラム調整員", "プロジェクト", "プログラム"),
        ("IT担当", "ICT担当", "IT", "ICT"),
        ("1,000円", "12,000円", "1,000", "12,000"),
    ],
)
def test_runs_that_are_read_as_one_are_marked_as_one(old: str, new: str, removed: str, added: str) -> None:
    old_parts, new_parts = compare(old, new)

    assert (old_parts[0], new_parts[0]) == (("old", removed), ("new", added))


# field, before, after: the word, the note
NOTES: list[tuple[Kind, str, Any, Any, str, str]] = [
    (JOB, "headcount", "1", "", "削除", ""),
    (JOB, "team", "", "3名の事務所", "追加", ""),
    (JOB, "title", "水の専門家です", "水の調査員です", "変更", "3文字の変更"),
    (JOB, "retention_months", 6, 12, "変更", "＋6"),
    (EVENT, "capacity", 1200, 60, "変更", "−1,140"),
    (EVENT, "capacity", None, 60, "追加", ""),
    (JOB, "min_degree", "any", "master", "変更", ""),
    (JOB, "fields", ["03"], ["03", "14"], "変更", "1件追加"),
    (JOB, "fields", ["03", "04", "14"], ["03"], "変更", "2件削除"),
    (JOB, "fields", ["03"], ["14"], "変更", "1件追加・1件削除"),
    (JOB, "fields", ["03", "14"], ["14", "03"], "変更", "順序の変更"),
    (JOB, "documents", [], [{"name": "推薦状", "required": True, "note": ""}], "追加", "1件追加"),
    (NOTICE, "attest", False, True, "変更", ""),
]


@pytest.mark.parametrize(
    ("kind", "name", "old", "new", "word", "note"), NOTES, ids=[f"{row[1]}-{row[2]}-{row[3]}" for row in NOTES]
)
def test_each_change_has_a_word_and_a_note(
    kind: Kind, name: str, old: Any, new: Any, word: str, note: str, now: datetime
) -> None:
    change = only(kind, now, {name: old}, {name: new})

    assert (change.field.name, change.word, change.note) == (name, word, note)


@pytest.mark.parametrize(
    ("moved", "note"),
    [
        (timedelta(days=14), "＋14日"),
        (-timedelta(days=1), "−1日"),
        (timedelta(hours=2, minutes=30), "＋2時間30分"),
        (-timedelta(days=2, hours=1), "−2日1時間"),
        (timedelta(minutes=5), "＋5分"),
    ],
)
def test_a_moved_date_says_how_far_and_where(moved: timedelta, note: str, now: datetime) -> None:
    close_at = sample(JOB, now=now)["close_at"]

    assert only(JOB, now, {}, {"close_at": close_at + moved}).note == note


def test_a_value_that_is_read_as_one_is_never_marked_by_its_signs(now: datetime) -> None:
    close_at = sample(JOB, now=now)["close_at"]
    change = only(JOB, now, {}, {"close_at": close_at + timedelta(days=1)})

    assert [op for op, _ in change.old_parts] == ["old"]
    assert [op for op, _ in change.new_parts] == ["new"]


def test_another_choice_empties_what_belonged_to_the_one_before(now: datetime) -> None:
    """The input may still hold it; it will not be saved, so it is shown as taken away."""
    old = sample(JOB, now=now)
    new = old | {"apply_via": "external", "apply_url": "https://example.org/"}

    words = {change.field.name: change.word for change in differences(JOB, old, new)}

    assert words == {
        "apply_via": "変更",
        "apply_url": "追加",
        "resume_type": "削除",
        "resume_items": "削除",
        "documents": "削除",
        "retention_months": "削除",
        "privacy_purpose": "削除",
        "min_talent_level": "削除",
    }
    gone = next(change for change in differences(JOB, old, new) if change.field.name == "documents")
    assert joined(gone.old_parts) == "語学力を証明する書類（必須）\n業務経歴一覧（任意）"
    assert list(gone.new_parts) == [("same", EMPTY)]
    assert gone.note == "2件削除"


def test_rows_that_changed_places_are_a_change(now: datetime) -> None:
    rows = sample(JOB, now=now)["documents"]

    assert only(JOB, now, {}, {"documents": rows[::-1]}).field.name == "documents"


def test_of_a_list_whole_items_are_marked(now: datetime) -> None:
    change = only(JOB, now, {"fields": ["03", "04"]}, {"fields": ["04", "14"]})

    assert [op for op, text in change.old_parts if text != "、"] == ["old", "same"]
    assert [op for op, text in change.new_parts if text != "、"] == ["same", "new"]


def test_what_did_not_change_can_be_read_too(now: datetime) -> None:
    old, new = sample(JOB, now=now), sample(JOB, now=now, title="水の調査員です")

    kept = unchanged(JOB, old, new)

    names = [field.name for field, _text in kept]
    assert "title" not in names
    assert "duties" in names
    assert all(text != EMPTY for _field, text in kept)


def marked(old: str, new: str) -> tuple[str, str]:
    """Both sides with what changed in brackets."""
    sides = compare(old, new)
    return tuple("".join(text if op == "same" else f"[{text}]" for op, text in side) for side in sides)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("締切は[6月30]日（[火]）です。", "締切は[7月15]日（[水]）です。"),
        ("A県、[B県、]C県", "A県、C県"),
        ("募集します。応募してください。", "募集します。[経験は問いません。]応募してください。"),
        ("現地で[技術指導]を行い、報告書を作成する。", "現地で[研修]を行い、報告書を[英語で]作成する。"),
        ("更新は1回まで。[月額]は別に定めます。", "更新は1回まで。[手当]は別に定めます。"),
    ],
)
def test_a_difference_reads_as_a_person_would_mark_it(old: str, new: str) -> None:
    plain = [text.replace("[", "").replace("]", "") for text in (old, new)]

    assert marked(*plain) == (old, new)


LONG = 10_000
SUBJECTS = ("給水", "衛生", "教育", "農業", "保健", "地域", "住民", "行政")
ACTS = ("調査", "報告", "研修", "計画", "評価", "協力", "支援", "育成")


def prose_of(seed: int) -> str:
    """Sentences that are alike, as in real texts, and never the same."""
    draw = random.Random(seed)
    sentences = (
        f"{draw.choice(SUBJECTS)}の{draw.choice(ACTS)}について{draw.randint(1, 99)}回目の{draw.choice(ACTS)}を行い、"
        f"{draw.choice(SUBJECTS)}の担当者へ{draw.choice(ACTS)}します。"
        for _ in range(400)
    )
    return "".join(sentences)[:LONG]


def edited(text: str, count: int) -> str:
    signs, draw = list(text), random.Random(count)
    for _ in range(count):
        place = draw.randrange(len(signs))
        signs[place] = draw.choice(("", signs[place] + draw.choice(ACTS), "国"))
    return "".join(signs)[:LONG]


TEXTS = {
    "20 edits": (prose_of(1), edited(prose_of(1), 20)),
    "200 edits": (prose_of(1), edited(prose_of(1), 200)),
    "1,000 edits": (prose_of(1), edited(prose_of(1), 1_000)),
    "another text": (prose_of(1), prose_of(2)),
    "halves changed places": (prose_of(1), prose_of(1)[5_000:] + prose_of(1)[:5_000]),
    "one sign": ("あ" * 9_999 + "い", "う" + "あ" * 9_999),
    "one line end": ("\n" * 10_000, "\n" * 9_000 + "。"),
    "two signs": ("あい" * 5_000, "いあ" * 4_999),
    "two signs at random": tuple("".join(random.Random(seed).choices("あい", k=LONG)) for seed in (1, 2)),
    "sentences": ("あ。" * 5_000, "い。" + "あ。" * 4_999),
    "no sentence": (DUTIES.replace("。", "、") * 40, DUTIES.replace("。", "、")[7:] * 40),
}


def test_two_texts_of_ten_thousand_signs_in_fifty_milliseconds() -> None:
    """Whatever they are; of ten tries the best, for the machine is shared."""
    for name, texts in TEXTS.items():
        old, new = (text[:LONG] for text in texts)
        taken = []
        for _ in range(10):
            begun = time.process_time()
            old_parts, new_parts = compare(old, new)
            taken.append(time.process_time() - begun)
        assert (joined(old_parts), joined(new_parts)) == (old, new), name
        print(f"\n{name}: {min(taken) * 1000:.0f} ms", end="")
        assert min(taken) <= 0.05, name


def test_one_change_in_a_long_text_is_marked_by_its_signs() -> None:
    old = "".join(f"{number}番目の文は、だれが何をいつまでに行うかを説明します。" for number in range(300))

    old_parts, new_parts = compare(old, old.replace("150番目の文は", "百五十番目の文は"))

    assert [text for op, text in old_parts if op == "old"] == ["150"]
    assert [text for op, text in new_parts if op == "new"] == ["百五十"]
