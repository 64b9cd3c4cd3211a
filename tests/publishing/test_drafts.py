"""Writing: new drafts, saving what was seen, revising what is public, copying without dates, throwing away."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.entries import DocumentRequirement, Entry, Version
from models.organizations import Organization
from models.records import AuditEvent
from models.states import OPEN_STATES, Action, Kind, Role, State
from portal.actors import ANONYMOUS, CLOCK, Actor
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, NotFound
from portal.publishing import content, drafts
from portal.publishing.content import CLASSES
from portal.publishing.workflow import HOLD, Seen
from tests.make import Maker, actor_of, seen
from tests.publishing.samples import sample


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def audited() -> list[str]:
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


# ---- a new entry


@pytest.mark.parametrize("kind", Kind)
def test_a_draft_may_be_empty_and_is_the_owners_alone(kind: Kind, make: Maker, now: datetime) -> None:
    owner = make.member()
    version = drafts.create(kind, {}, actor=owner, now=now)

    assert (version.state, version.revision, version.title) == (State.draft, 1, "")
    assert version.entry.live_version_id is None
    assert version.organization_id == version.entry.organization_id == owner.organization_id
    assert version.updated_by_id == owner.account_id
    assert audited() == ["entry.create"]
    for stranger in (make.member(), make.secretary(), make.secretary(Role.administrator), ANONYMOUS):
        with pytest.raises(NotFound):
            drafts.find(version.id, actor=stranger)


def test_numbers_count_by_kind_and_by_the_year_of_tokyo(make: Maker) -> None:
    owner = make.member()
    last_second = datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC)

    def number(kind: Kind, moment: datetime) -> str:
        return drafts.create(kind, {}, actor=owner, now=moment).entry.number

    assert number(Kind.job, last_second) == "J-2026-00001"
    assert number(Kind.job, last_second) == "J-2026-00002"
    assert number(Kind.event, last_second) == "E-2026-00001"
    assert number(Kind.notice, last_second) == "N-2026-00001"
    assert number(Kind.job, last_second + timedelta(seconds=1)) == "J-2027-00001"


def test_an_account_without_organization_cannot_post(make: Maker, now: datetime) -> None:
    with pytest.raises(Forbidden):
        drafts.create(Kind.job, {}, actor=Actor(Role.owner, 1, None), now=now)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.owner, Role.editor)])
def test_only_those_who_may_write_write(role: Role, make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.published(actor=owner)
    actor = Actor(role, owner.account_id, owner.organization_id)

    for write in (
        lambda: drafts.create(Kind.job, {}, actor=actor, now=now),
        lambda: drafts.save(seen(version), {}, actor=actor, now=now),
        lambda: drafts.revise(version.entry_id, actor=actor, now=now),
        lambda: drafts.copy(version.entry_id, actor=actor, now=now),
        lambda: drafts.discard(seen(version), actor=actor, now=now),
    ):
        with pytest.raises(Forbidden, match="権限がありません"):
            write()
    assert count(Version) == 1


# ---- saving


def test_saving_counts_the_revision_and_says_who(make: Maker, now: datetime, later: datetime) -> None:
    owner = make.member()
    editor = actor_of(make.account(Role.editor, db.session.get_one(Organization, owner.organization_id)))
    version = make.draft(actor=owner)

    drafts.save(seen(version), sample(Kind.job, now=now, title="直したタイトル"), actor=editor, now=later)

    assert (version.title, version.revision, version.updated_at) == ("直したタイトル", 2, later)
    assert version.updated_by_id == editor.account_id


def test_a_stale_save_names_who_saved_when_and_changes_nothing(make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.draft(actor=owner, title="最初のタイトル")
    shown = seen(version)
    drafts.save(shown, content.read(version) | {"title": "先に直した題"}, actor=owner, now=now)

    with pytest.raises(Conflict, match=r"佐藤 美咲さんが14:32に保存しました.*まだ保存されていません"):
        drafts.save(shown, content.read(version) | {"title": "後から直した題"}, actor=owner, now=now)

    assert (version.title, version.revision) == ("先に直した題", 2)


@pytest.mark.parametrize("state", [state for state in State if state not in (State.draft, State.returned)])
def test_what_waits_or_was_public_is_not_saved_over(state: State, make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    version = make.in_state(state, Kind.notice, actor=owner, office=office)
    before = content.read(version)

    with pytest.raises(Conflict, match="申請中または公開中"):
        drafts.save(seen(version), before | {"title": "書き換えた題"}, actor=owner, now=now)

    db.session.refresh(version)
    assert content.read(version) == before


def test_a_return_on_hold_cannot_be_edited_yet(make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    version = make.in_state(State.returned, Kind.notice, actor=owner, office=office)
    values = content.read(version)

    with pytest.raises(Conflict):
        drafts.save(seen(version), values, actor=owner, now=now + HOLD - timedelta(seconds=1))
    drafts.save(seen(version), values, actor=owner, now=now + HOLD)


def test_a_foreign_draft_is_not_found_by_any_way(make: Maker, now: datetime) -> None:
    version, stranger = make.published(), make.member()

    for act in (
        lambda: drafts.find(version.id, actor=stranger),
        lambda: drafts.save(seen(version), {}, actor=stranger, now=now),
        lambda: drafts.revise(version.entry_id, actor=stranger, now=now),
        lambda: drafts.copy(version.entry_id, actor=stranger, now=now),
        lambda: drafts.discard(seen(version), actor=stranger, now=now),
        lambda: drafts.save(Seen(99_999, 1), {}, actor=stranger, now=now),
    ):
        with pytest.raises(NotFound):
            act()


def test_what_another_choice_emptied_is_found_by_no_search(make: Maker, now: datetime) -> None:
    version = make.draft(
        place_kind="unspecified", job_category="S01", fields=["03"], countries=["LA"], city_abroad="ルアンパバーン"
    )

    assert version.facets == " employment:EMP category:S01 place:unspecified "
    assert "ルアンパバーン" not in version.search_text


# ---- a revision of what is public


@pytest.mark.parametrize("kind", Kind)
def test_a_revision_starts_from_what_is_public_and_leaves_it_alone(kind: Kind, make: Maker, now: datetime) -> None:
    owner = make.member()
    live = make.published(kind, actor=owner)
    before, columns = content.read(live), {**live.__dict__}

    revision = drafts.revise(live.entry_id, actor=owner, now=now)
    assert content.read(revision) == before
    assert (revision.state, revision.base_version_id, revision.submissions) == (State.draft, live.id, 0)
    drafts.save(seen(revision), {"title": "まったく別の題"}, actor=owner, now=now)
    db.session.commit()

    assert content.read(live) == before
    assert live.entry.live_version_id == live.id
    db.session.refresh(live)
    kept = ("revision", "state", "published_at", "search_text", "facets", "updated_at")
    assert {name: getattr(live, name) for name in kept} == {name: columns[name] for name in kept}


def test_a_draft_of_a_revision_is_gone_on_with(make: Maker, now: datetime) -> None:
    owner = make.member()
    live = make.published(actor=owner)
    first = drafts.revise(live.entry_id, actor=owner, now=now)

    assert drafts.revise(live.entry_id, actor=owner, now=now) is first
    assert audited().count("entry.revise") == 1


@pytest.mark.parametrize("state", [State.submitted, State.approved])
def test_a_second_revision_while_one_waits_is_a_conflict(state: State, make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    live = make.published(actor=owner)
    revision = drafts.revise(live.entry_id, actor=owner, now=now)
    make.submit(revision, actor=owner)
    if state is State.approved:
        make.move(Action.approve, revision, actor=office)

    with pytest.raises(Conflict, match="取下げ"):
        drafts.revise(live.entry_id, actor=owner, now=now)


def test_a_returned_revision_is_mended_after_the_hold(make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    live = make.published(actor=owner)
    revision = drafts.revise(live.entry_id, actor=owner, now=now)
    make.submit(revision, actor=owner)
    make.move(Action.return_, revision, actor=office, comment="ご確認ください。")

    with pytest.raises(Conflict):
        drafts.revise(live.entry_id, actor=owner, now=now)
    assert drafts.revise(live.entry_id, actor=owner, now=now + HOLD) is revision


def test_what_was_taken_down_can_be_mended_what_ended_cannot(make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    suspended = make.in_state(State.suspended, Kind.notice, actor=owner, office=office)
    closed = make.in_state(State.closed, Kind.notice, actor=owner, office=office)

    assert drafts.revise(suspended.entry_id, actor=owner, now=now).base_version_id == suspended.id
    with pytest.raises(Conflict, match="コピー"):
        drafts.revise(closed.entry_id, actor=owner, now=now)


@pytest.mark.parametrize("state", OPEN_STATES)
def test_the_database_itself_refuses_a_second_open_version(state: State, make: Maker, now: datetime) -> None:
    version = make.draft(Kind.notice)
    db.session.execute(update(Version).where(Version.id == version.id).values(state=state))
    db.session.add(
        CLASSES[Kind.notice](
            entry=version.entry, organization_id=version.organization_id, created_at=now, updated_at=now
        )
    )

    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


# ---- a copy


@pytest.mark.parametrize("kind", Kind)
def test_a_copy_has_the_content_without_dates_under_a_number_of_its_own(kind: Kind, make: Maker, now: datetime) -> None:
    owner = make.member()
    source = make.published(kind, actor=owner)
    before = content.read(source)

    copy = drafts.copy(source.entry_id, actor=owner, now=now)
    db.session.commit()

    dated = {"publish_at": None, "unpublish_at": None, "open_at": None, "close_at": None, "sessions": []}
    emptied = {name: value for name, value in dated.items() if name in before} | {"attest": False}
    assert content.read(copy) == before | emptied
    assert (copy.state, copy.copied_from_id, copy.base_version_id) == (State.draft, source.id, None)
    assert copy.entry.number != source.entry.number
    assert copy.entry.live_version_id is None
    assert content.read(source) == before


def test_a_copy_takes_the_newest_content(make: Maker, now: datetime) -> None:
    owner = make.member()
    live = make.published(actor=owner)
    revision = drafts.revise(live.entry_id, actor=owner, now=now)
    drafts.save(seen(revision), content.read(revision) | {"title": "修正中のタイトル"}, actor=owner, now=now)

    copy = drafts.copy(live.entry_id, actor=owner, now=now)

    assert (copy.title, copy.copied_from_id) == ("修正中のタイトル", revision.id)


@pytest.mark.parametrize("state", [state for state in State if state is not State.superseded])
def test_anything_can_be_copied_whatever_became_of_it(state: State, make: Maker, now: datetime) -> None:
    owner = make.member()
    source = make.in_state(state, Kind.notice, actor=owner, office=make.secretary())

    assert drafts.copy(source.entry_id, actor=owner, now=now).title == source.title


# ---- throwing away


def test_a_draft_that_was_never_handed_in_leaves_nothing(make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.draft(actor=owner)
    copy = drafts.copy(version.entry_id, actor=owner, now=now)

    drafts.discard(seen(version), actor=owner, now=now)
    db.session.commit()

    assert [count(Entry), count(Version), copy.copied_from_id] == [1, 1, None]
    assert set(db.session.scalars(select(DocumentRequirement.version_id))) == {copy.id}
    assert audited()[-1] == "entry.discard"


def test_discarding_a_revision_leaves_what_is_public(make: Maker, now: datetime) -> None:
    owner = make.member()
    live = make.published(actor=owner)
    before = content.read(live)
    revision = drafts.revise(live.entry_id, actor=owner, now=now)

    drafts.discard(seen(revision), actor=owner, now=now)
    db.session.commit()

    assert content.read(live) == before
    assert (count(Entry), count(Version), live.state) == (1, 1, State.published)


def test_what_was_handed_in_once_stays_on_record(make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.submitted(actor=owner)
    make.move(Action.withdraw, version, actor=owner)

    with pytest.raises(Conflict, match="一度申請した情報は削除できません"):
        drafts.discard(seen(version), actor=owner, now=now)


def test_a_draft_that_changed_meanwhile_is_not_thrown_away(make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.draft(actor=owner)
    shown = seen(version)
    drafts.save(shown, content.read(version), actor=owner, now=now)

    with pytest.raises(Conflict, match="内容を変更しました"):
        drafts.discard(shown, actor=owner, now=now)
    assert count(Version) == 1


def test_building_a_draft_needs_the_writers_transaction_alone(make: Maker, now: datetime) -> None:
    """Services flush and never commit: an edge that gives up leaves nothing."""
    owner = make.member()
    begin_write()
    drafts.create(Kind.job, sample(Kind.job, now=now), actor=owner, now=now)
    db.session.rollback()

    assert [count(Entry), count(Version), count(AuditEvent)] == [0, 0, 0]
    assert CLOCK.role is Role.system
