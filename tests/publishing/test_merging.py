"""Two people in one draft: what only one of them changed stays from both, what both changed is asked about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import db
from models.states import Action, Kind
from portal.actors import Actor
from portal.clock import TOKYO
from portal.database import begin_write
from portal.errors import Conflict, NotFound
from portal.publishing import content, drafts, merging
from portal.publishing.merging import Clash
from portal.publishing.workflow import Seen
from tests.make import Maker, seen
from tests.publishing import samples

MOMENT = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def names(fields: Any) -> list[str]:
    return [field.name for field in fields]


def merged(kind: Kind, base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]) -> merging.Merged:
    return merging.merge(kind, merging.prints(kind, content.stored(kind, base)), content.stored(kind, theirs), mine)


@pytest.mark.parametrize("kind", Kind)
def test_what_only_one_changed_stays_from_both(kind: Kind, now: datetime) -> None:
    base = samples.sample(kind, now=now)

    found = merged(kind, base, base | {"title": "小川の題"}, base | {"memo_to_secretariat": "佐藤のメモ"})

    assert (names(found.taken), names(found.clashes)) == (["title"], [])
    assert content.stored(kind, found.values) == content.stored(
        kind, base | {"title": "小川の題", "memo_to_secretariat": "佐藤のメモ"}
    )


def test_what_both_changed_is_asked_about_unless_they_wrote_the_same(now: datetime) -> None:
    base = samples.sample(Kind.notice, now=now)
    theirs, mine = base | {"title": "同じ題", "body": "小川の文"}, base | {"title": "同じ題", "body": "佐藤の文"}

    found = merged(Kind.notice, base, theirs, mine)

    assert (names(found.taken), names(found.clashes)) == ([], ["body"])
    assert found.values["body"] == "佐藤の文", "nothing typed is taken away"
    again = merging.merge(Kind.notice, found.base, content.stored(Kind.notice, theirs), found.values)
    assert names(again.clashes) == ["body"], "it is asked about until somebody decides"


def test_a_choice_that_leaves_no_room_for_what_the_other_wrote_is_a_clash(now: datetime) -> None:
    base = samples.sample(Kind.job, now=now) | {"apply_via": "external", "apply_url": ""}
    theirs = base | {"apply_via": "web"}
    mine = base | {"apply_url": "https://example.jp/other"}

    found = merged(Kind.job, base, theirs, mine)

    assert "apply_url" in names(found.clashes)
    assert found.values["apply_url"] == "https://example.jp/other"


def test_rows_and_choices_are_one_field_each(now: datetime) -> None:
    base = samples.sample(Kind.job, now=now)
    rows = [{"name": "職務経歴書", "required": True, "note": ""}]

    found = merged(Kind.job, base, base | {"documents": rows}, base | {"fields": [*base["fields"][:1], "99"]})
    assert (names(found.taken), names(found.clashes)) == (["documents"], [])
    found = merged(Kind.job, base, base | {"documents": rows}, base | {"documents": [*base["documents"], *rows]})
    assert names(found.clashes) == ["documents"]


def test_prints_know_the_value_whatever_it_comes_in() -> None:
    def printed(**values: Any) -> dict[str, str]:
        return dict(merging.prints(Kind.event, values))

    assert printed(publish_at=MOMENT) == printed(publish_at=MOMENT.astimezone(TOKYO))
    assert printed(publish_at=MOMENT) != printed(publish_at=MOMENT + timedelta(minutes=1))
    assert printed(title="", fields=[], capacity=None, attest=False) == {}
    assert set(printed(capacity=0)) == {"capacity"}, "a number, if a small one"
    first, second = ({"starts_at": MOMENT + timedelta(days=day), "ends_at": None} for day in (0, 1))
    assert printed(sessions=[first, second]) == printed(sessions=[second, first])


def test_prints_come_back_as_they_were_written() -> None:
    found = merging.prints(Kind.notice, {"title": "題", "body": "文"})
    assert merging.read(merging.written(found)) == found
    assert merging.read(merging.written({})) == {}
    assert [merging.read(text) for text in ("", "0 title.abc", "title")] == [None] * 3


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_any_text_is_read_or_not(text: str) -> None:
    assert merging.read(f"1 {text}") is not None
    assert text.startswith("1") or merging.read(text) is None


# ---- saving


def test_a_colleagues_saving_stays_beside_ones_own(make: Maker, now: datetime) -> None:
    own = make.member()
    draft = make.draft(Kind.notice, actor=own)
    base, shown = content.read(draft), seen(draft)
    prints = merging.prints(Kind.notice, base)
    drafts.save(shown, base | {"title": "小川の題"}, actor=own, now=now)

    saved, taken = drafts.save_beside(shown, base | {"body": "佐藤の文"}, base=prints, actor=own, now=now)

    assert (saved.title, saved.body, names(taken)) == ("小川の題", "佐藤の文", ["title"])
    assert saved.revision == shown.revision + 2
    with pytest.raises(Clash, match="競合：") as refused:
        drafts.save_beside(shown, base | {"title": "佐藤の題"}, base=prints, actor=own, now=now)
    assert names(refused.value.merged.clashes) == ["title"]
    assert (saved.title, saved.revision) == ("小川の題", shown.revision + 2)


def test_nothing_is_merged_where_nothing_is_known_or_nothing_may_be_written(make: Maker, now: datetime) -> None:
    own, stranger = make.member(), make.member()
    draft = make.draft(Kind.notice, actor=own)
    base, shown = content.read(draft), seen(draft)
    prints = merging.prints(Kind.notice, base)

    def save(base_: merging.Prints | None, actor: Actor = own) -> None:
        drafts.save_beside(shown, base | {"memo_to_secretariat": "佐藤のメモ"}, base=base_, actor=actor, now=now)

    with pytest.raises(NotFound):
        save(prints, stranger)
    drafts.save(shown, base | {"title": "年始の問合せ窓口について"}, actor=own, now=now)
    db.session.commit()
    with pytest.raises(Conflict):
        save(None)
    make.submit(draft, actor=own)
    with pytest.raises(Conflict, match="変更できません"):
        save(prints)
    make.move(Action.withdraw, draft, actor=own)
    save(prints)
    assert (draft.title, draft.memo_to_secretariat) == ("年始の問合せ窓口について", "佐藤のメモ"), "back with its owner"
    with pytest.raises(NotFound):
        drafts.save_beside(Seen(2_000_000_000, 1), base, base=prints, actor=own, now=now)


def test_what_is_all_there_is_not_saved_once_more(make: Maker) -> None:
    """A form that saves itself while it is left comes behind the saving that leads to 「確認」."""
    owner = make.member()
    version = make.draft(actor=owner)
    opened, base = seen(version), merging.prints(Kind.job, content.read(version))
    values = content.read(version) | {"title": "確認する題名"}
    begin_write()
    drafts.save(opened, values, actor=owner, now=make.now)
    db.session.commit()
    revision = version.revision

    begin_write()
    saved, taken = drafts.save_beside(opened, values, base=base, actor=owner, now=make.now)
    db.session.commit()
    assert (saved.revision, saved.title, list(taken)) == (revision, "確認する題名", [])

    begin_write()
    other = values | {"title": "別の題名"}
    with pytest.raises(merging.Clash):
        drafts.save_beside(opened, other, base=base, actor=owner, now=make.now)
    db.session.rollback()
    make.submit(version, actor=owner)
    begin_write()
    with pytest.raises(Conflict):
        drafts.save_beside(opened, values, base=base, actor=owner, now=make.now)
    db.session.rollback()
