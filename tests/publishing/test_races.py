"""Two people at once, many times, on real connections: one winner each, and no text approved unseen."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from models.base import db
from models.entries import Version
from models.states import Action, Kind, Role, State
from portal.actors import Actor
from portal.publishing import drafts, merging, submission, workflow
from portal.publishing.content import read
from portal.publishing.merging import Prints
from portal.publishing.workflow import Seen
from tests.figures.truth import assert_figures_are_true
from tests.make import Maker, seen
from tests.racing import at_once

pytestmark = pytest.mark.usefixtures("true_figures")

RACES = 200


def test_approval_against_an_edit_never_approves_text_that_was_not_seen(
    rules: Flask, make: Maker, now: datetime
) -> None:
    own, office = make.member(), make.secretary()
    version = make.submitted(actor=own, title="最初のタイトルです")
    approvals = edits = 0

    for number in range(RACES):
        shown, title = seen(version), version.title
        changed = f"{number}回目に直したタイトルです"

        def approve(shown: Seen = shown) -> None:
            workflow.perform(Action.approve, shown, actor=office, now=now)

        def edit(shown: Seen = shown, changed: str = changed) -> None:
            workflow.perform(Action.withdraw, shown, actor=own, now=now)
            draft = drafts.find(shown.version_id, actor=own)
            db.session.refresh(draft)
            saved = drafts.save(seen(draft), read(draft) | {"title": changed}, actor=own, now=now)
            submission.submit(seen(saved), actor=own, now=now, days=3)

        approved, edited = at_once(rules, approve, edit)
        db.session.rollback()
        db.session.refresh(version)
        approvals, edits = approvals + approved, edits + edited

        assert approved != edited
        assert (version.state, version.title) == ((State.approved, title) if approved else (State.submitted, changed))
        if approved:
            make.move(Action.withdraw, version, actor=own)
            make.submit(version, actor=own)

    print(f"\n{RACES} races approve/edit: {approvals} approved as seen, {edits} edited first, 0 unseen")
    assert_figures_are_true(now)


def test_two_editors_of_one_draft_have_one_winner_and_the_other_is_told(
    rules: Flask, make: Maker, now: datetime
) -> None:
    own = make.member()
    other = Actor(Role.editor, own.account_id, own.organization_id)
    version = make.draft(actor=own)
    content = read(version)

    for number in range(RACES):
        shown = seen(version)

        def save(actor: Actor, text: str, shown: Seen = shown) -> None:
            drafts.save(shown, content | {"title": text}, actor=actor, now=now)

        first, second = f"一人目の{number}回目の題", f"二人目の{number}回目の題"
        won = at_once(rules, lambda a=first: save(own, a), lambda b=second: save(other, b))
        db.session.rollback()
        db.session.refresh(version)

        assert sorted(won) == [False, True]
        assert version.title == (first if won[0] else second)
        assert version.revision == shown.revision + 1


def test_two_editors_of_different_fields_both_have_what_they_saved(rules: Flask, make: Maker, now: datetime) -> None:
    own = make.member()
    version = make.draft(Kind.notice, actor=own)

    for number in range(RACES // 4):
        shown, content = seen(version), read(version)
        base = merging.prints(Kind.notice, content)

        def save(name: str, text: str, shown: Seen = shown, content: dict = content, base: Prints = base) -> None:
            drafts.save_beside(shown, content | {name: text}, base=base, actor=own, now=now)

        title, body = f"{number}回目の題", f"{number}回目の文"
        won = at_once(rules, lambda a=title: save("title", a), lambda b=body: save("body", b))
        db.session.rollback()
        db.session.refresh(version)

        assert won == [True, True]
        assert (version.title, version.body) == (title, body)
        assert version.revision == shown.revision + 2


def test_of_two_editors_of_one_field_one_wins_and_the_rest_of_the_other_is_not_saved_either(
    rules: Flask, make: Maker, now: datetime
) -> None:
    own = make.member()
    version = make.draft(Kind.notice, actor=own)

    for number in range(RACES // 8):
        shown, content = seen(version), read(version)
        base = merging.prints(Kind.notice, content)

        def save(text: str, shown: Seen = shown, content: dict = content, base: Prints = base) -> None:
            changed = content | {"title": text, "body": f"{text}の文"}
            drafts.save_beside(shown, changed, base=base, actor=own, now=now)

        texts = [f"{who}の{number}回目の題" for who in ("小川", "佐藤")]
        won = at_once(rules, *[lambda text=text: save(text) for text in texts])
        db.session.rollback()
        db.session.refresh(version)

        assert sorted(won) == [False, True]
        assert version.title == texts[won.index(True)]
        assert (version.body, version.revision) == (f"{version.title}の文", shown.revision + 1)


def test_two_revisions_of_one_entry_at_once_leave_one_draft(rules: Flask, make: Maker, now: datetime) -> None:
    own = make.member()
    version = make.published(actor=own)
    entry_id = version.entry_id

    at_once(rules, *[lambda: drafts.revise(entry_id, actor=own, now=now)] * 2)
    db.session.rollback()

    states = db.session.scalars(select(Version.state).where(Version.entry_id == entry_id).order_by(Version.id)).all()
    assert states == [State.published, State.draft]
