"""Notes at fields go with a return, come back with their answers, and are undone with the decision."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models.base import db
from models.desk import FieldNote
from models.entries import Version
from models.mail import OutboxMail
from models.people import Account
from models.records import AuditEvent
from models.states import Action, Kind, Role, State
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Conflict, NotFound, Refused
from portal.mail.delivery import render
from portal.publishing import drafts, field_notes, history, snapshots, workflow
from portal.publishing.content import read
from portal.publishing.field_notes import LONGEST, MOST, Answer, NotesRefused, Said
from portal.publishing.fields import applies, fields_of
from portal.publishing.returning import ONLY_RETURNED, check_notes
from portal.publishing.review import review
from portal.publishing.workflow import Seen
from tests.make import Maker, seen

TITLE, DUTIES = Said("title", "団体名を題名から外してください。"), Said("duties", "転勤の有無を書いてください。")
LATER = timedelta(seconds=11)  # than the hold


def give_back(
    make: Maker, version: Version, notes: Sequence[Said], *, actor: Actor, comment: str = "", after: timedelta = LATER
) -> str:
    """Returned at the maker's time, which then goes on; the batch."""
    begin_write()
    check_notes(Action.return_, seen(version), notes, actor=actor)
    outcome = workflow.perform(
        Action.return_, seen(version), actor=actor, now=make.now, comment=comment, notes=notes, batch=""
    )
    db.session.commit()
    db.session.refresh(version)
    make.now += after
    return outcome.batch


def edit(
    make: Maker, version: Version, *, actor: Actor, answers: dict[str, Answer] | None = None, **values: Any
) -> None:
    begin_write()
    saved = drafts.save(seen(version), read(version) | values, actor=actor, now=make.now)
    ids = {note.field.name: note.id for note in field_notes.standing(saved)}
    given = {ids[name]: answer for name, answer in (answers or {}).items()}
    field_notes.answer(saved, given, actor=actor, now=make.now)
    db.session.commit()


def at_fields(version: Version) -> list[tuple[str, str, bool]]:
    db.session.expire_all()
    return [(note.field.name, note.answer, note.is_changed) for note in field_notes.standing(version)]


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(FieldNote)) or 0


@pytest.mark.parametrize("kind", Kind)
def test_notes_go_and_come_back_with_answers_and_changes(kind: Kind, make: Maker) -> None:
    owner, office = make.member(), make.secretary()
    body = Said("duties" if kind is Kind.job else "body", "もう少し詳しくお願いします。")
    version = make.submitted(kind, actor=owner)
    give_back(make, version, [body, TITLE], actor=office)

    assert at_fields(version) == [("title", "", False), (body.field, "", False)], "in the order of the form"
    edit(make, version, actor=owner, title="団体名を外した題名になりました")
    edit(make, version, actor=owner, answers={body.field: Answer("これで全部です。", is_done=True)})
    found = review(version.id, actor=office, now=make.now)
    assert [note.is_answered or note.is_changed for note in found.at_fields.values()] == [False, False], "not handed in"

    version = make.submit(version, actor=owner)
    found = review(version.id, actor=office, now=make.now)
    assert at_fields(version) == [("title", "", True), (body.field, "これで全部です。", False)]
    assert [note.is_done for note in found.at_fields.values()] == [False, True]
    row = db.session.scalars(select(FieldNote).where(FieldNote.answered_at.is_not(None))).one()
    assert (row.field, row.answered_by_id) == (body.field, owner.account_id)


def test_a_return_may_have_a_comment_notes_or_both_but_not_nothing(make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    for comment, notes in (("一言", []), ("", [TITLE]), ("一言", [TITLE, DUTIES])):
        version = make.submitted(actor=owner)
        give_back(make, version, notes, actor=office, comment=comment)
        assert (version.state, len(at_fields(version))) == (State.returned, len(notes))
    version = make.submitted(actor=owner)
    with pytest.raises(Refused, match="コメントを入力"):
        give_back(make, version, [], actor=office, comment="  ")


WRONG = [
    ([Said("salary", "ない項目")], "この申請にはない項目です。"),
    ([Said("apply_url", "今は選ばれていない方法")], "この申請にはない項目です。"),
    ([Said("", "項目がない")], "項目を選んでください。"),
    ([Said("title", "")], "付箋の文を入力するか"),
    ([Said("title", "あ" * (LONGEST + 1))], "500文字以内で入力してください（現在501文字）。"),
    ([TITLE, DUTIES, Said("title", "二枚目")], "1枚にまとめて"),
]


@pytest.mark.parametrize(("notes", "sentence"), WRONG, ids=[sentence for _notes, sentence in WRONG])
def test_what_cannot_be_sent_is_told_at_its_row(notes: list[Said], sentence: str, make: Maker) -> None:
    version, office = make.submitted(), make.secretary()
    with pytest.raises(NotesRefused) as refused:
        give_back(make, version, notes, actor=office, comment="一言")
    assert sentence in refused.value.problems[len(notes) - 1]
    db.session.rollback()
    assert (kept(), version.state) == (0, State.submitted)


def test_thirty_notes_and_no_more_of_the_longest_kind(make: Maker) -> None:
    version, office = make.submitted(), make.secretary()
    names = [field.name for field in fields_of(Kind.job) if applies(field, read(version))]
    notes = [Said(name, "あ" * LONGEST) for name in names]
    assert len(notes) > MOST
    with pytest.raises(NotesRefused, match="30件まで"):
        give_back(make, version, notes[: MOST + 1], actor=office)
    give_back(make, version, notes[:MOST], actor=office)
    assert len(at_fields(version)) == MOST


def test_only_a_return_takes_notes_and_only_of_what_the_reviewer_may_see(make: Maker) -> None:
    owner, office = make.member(), make.secretary()
    version, draft = make.submitted(actor=owner), make.draft(actor=owner)
    with pytest.raises(NotesRefused, match=ONLY_RETURNED):
        check_notes(Action.approve, seen(version), [TITLE], actor=office)
    for hidden, actor in ((draft, office), (version, make.member())):
        with pytest.raises(NotFound):
            check_notes(Action.return_, seen(hidden), [TITLE], actor=actor)
    stale = Seen(version.id, version.revision - 1)
    check_notes(Action.return_, stale, [Said("nothing", "")], actor=office)  # the move tells of it
    with pytest.raises(Conflict):
        workflow.perform(Action.return_, stale, actor=office, now=make.now, notes=[TITLE])
    db.session.rollback()
    assert kept() == 0


def test_undo_within_the_hold_takes_the_notes_and_the_letters_along(make: Maker) -> None:
    owner, office = make.member(), make.secretary()
    version = make.submitted(actor=owner)
    batch = give_back(make, version, [TITLE], actor=office, after=timedelta(seconds=3))
    assert workflow.state_for(Role.owner, version, now=make.now) is State.submitted
    assert [event.act for event in history.history_of(version.entry_id, actor=owner, now=make.now)] == [
        "掲載申請",
        "下書き作成",
    ]

    begin_write()
    workflow.undo(batch, actor=office, now=make.now)
    db.session.commit()
    db.session.refresh(version)

    assert (version.state, version.decided_at, kept()) == (State.submitted, None, 0)
    returned = select(func.count()).where(OutboxMail.letter == "entry_returned")
    assert db.session.scalar(returned) == 0


@pytest.mark.parametrize("action", [Action.approve, Action.return_])
def test_undo_of_the_second_decision_leaves_the_first_return_standing(action: Action, make: Maker) -> None:
    """What was said, answered and changed since is there for the reviewer who pressed the wrong button."""
    owner, office = make.member(), make.secretary()
    version = make.submitted(actor=owner)
    give_back(make, version, [TITLE], actor=office)
    said = {"title": Answer("はい", is_done=False)}
    edit(make, version, actor=owner, title="一度目の差戻しで直した題名です", answers=said)
    version = make.submit(version, actor=owner)
    as_it_was = snapshots.at_last_return(version)
    begin_write()
    notes = [DUTIES] if action is Action.return_ else []
    batch = workflow.perform(action, seen(version), actor=office, now=make.now, notes=notes).batch
    workflow.undo(batch, actor=office, now=make.now + timedelta(seconds=2))
    db.session.commit()
    db.session.refresh(version)

    assert at_fields(version) == [("title", "はい", True)]
    assert snapshots.at_last_return(version) == as_it_was


def test_a_later_return_has_notes_of_its_own_and_the_earlier_are_history(make: Maker) -> None:
    owner, office = make.member(), make.secretary()
    version = make.submitted(actor=owner)
    give_back(make, version, [TITLE], actor=office)
    edit(make, version, actor=owner, answers={"title": Answer("略称は使えますか。", is_done=False)})
    version = make.submit(version, actor=owner)
    give_back(make, version, [DUTIES], actor=office, comment="二度目です。")
    assert at_fields(version) == [("duties", "", False)]
    version = make.submit(version, actor=owner)
    give_back(make, version, [], actor=office, comment="三度目です。")
    assert at_fields(version) == [], "the last return had none"

    told = history.history_of(version.entry_id, actor=owner, now=make.now)
    assert [[(note.field.name, note.answer) for note in event.notes] for event in told if event.act == "差戻し"] == [
        [],
        [("duties", "")],
        [("title", "略称は使えますか。")],
    ]
    old = select(FieldNote.id).where(FieldNote.field == "title")
    late = {db.session.scalars(old).one(): Answer("後から", is_done=True)}
    field_notes.answer(version, late, actor=owner, now=make.now)
    assert kept() == 2
    assert "後から" not in db.session.scalars(select(FieldNote.answer)).all(), "history is not answered any more"


def test_what_was_changed_after_a_withdrawal_counts_from_the_return(make: Maker) -> None:
    owner, office = make.member(), make.secretary()
    version = make.submitted(actor=owner)
    give_back(make, version, [TITLE], actor=office)
    version = make.submit(version, actor=owner)
    assert at_fields(version) == [("title", "", False)]
    version = make.move(Action.withdraw, version, actor=owner)
    edit(make, version, actor=owner, title="取り下げてから直した題名です")
    version = make.submit(version, actor=owner)
    assert at_fields(version) == [("title", "", True)]


def test_the_letter_and_the_trail_tell_of_the_notes(make: Maker) -> None:
    owner, office = make.member(), make.secretary()
    version = make.submitted(actor=owner)
    give_back(make, version, [DUTIES, TITLE], actor=office)

    letter = db.session.scalars(select(OutboxMail).where(OutboxMail.letter == "entry_returned")).one()
    _subject, body = render(letter.letter, letter.params)
    assert "事務局からのコメント\n" not in body
    labels = {field.name: field.label for field in fields_of(Kind.job)}
    for note in (TITLE, DUTIES):
        assert f"・{labels[note.field]}\n{note.text}\n" in body
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "entry.return")).one()
    assert event.details == {"noted": {labels["duties"]: DUTIES.text, labels["title"]: TITLE.text}}


def test_reading_costs_the_same_for_one_note_and_for_twenty(make: Maker, statements) -> None:
    owner, office = make.member(), make.secretary()
    counts = []
    for number in (1, 20):
        version = make.submitted(actor=owner)
        names = [field.name for field in fields_of(Kind.job) if applies(field, read(version))][:number]
        give_back(make, version, [Said(name, "ご確認ください。") for name in names], actor=office)
        version_id = make.submit(version, actor=owner).id
        db.session.expire_all()
        statements.restart()
        assert len(review(version_id, actor=office, now=make.now).at_fields) == number
        counts.append(statements.count)
    assert counts[0] == counts[1]


# ---- the same reviewer


def test_what_comes_again_goes_to_who_gave_it_back(make: Maker) -> None:
    owner, first, second = make.member(), make.secretary(), make.secretary()
    version = make.submitted(actor=owner)
    batch = give_back(make, version, [TITLE], actor=first, after=timedelta(seconds=1))
    begin_write()
    workflow.undo(batch, actor=first, now=make.now)
    db.session.commit()
    db.session.refresh(version)
    assert version.assignee_id is None, "an undone return leaves no trace"

    give_back(make, version, [TITLE], actor=first)
    assert make.submit(version, actor=owner).assignee_id == first.account_id
    give_back(make, version, [TITLE], actor=second)
    version = make.submit(version, actor=owner)
    assert version.assignee_id == second.account_id
    version = make.move(Action.withdraw, version, actor=owner)
    assert make.submit(version, actor=owner).assignee_id == second.account_id, "and stays there"


def test_who_is_not_at_the_desk_any_more_is_given_nothing(make: Maker) -> None:
    owner, gone = make.member(), make.secretary()
    version = make.submitted(actor=owner)
    give_back(make, version, [TITLE], actor=gone)
    begin_write()
    db.session.get_one(Account, gone.account_id).suspended_at = make.now
    db.session.commit()
    assert make.submit(version, actor=owner).assignee_id is None
