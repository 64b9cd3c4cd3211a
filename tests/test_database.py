"""What goes past the ORM writes the same rows, on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, tuple_, update
from sqlalchemy.exc import StatementError

from models.base import db
from models.mail import OutboxMail
from models.organizations import Organization
from models.states import Lane, MailState
from portal.database import among, finds, insert_rows
from tests.make import Maker

WORDS = ("給水 % :rows %(rows)s", "\"引用\" 'x' \\ \n", "𠮷野家 🎌", "")


def letter(number: int, now: datetime, **columns: Any) -> dict[str, Any]:
    return {
        "message_id": f"<{number}>",
        "lane": Lane.bulk,
        "letter": "entry_approved",
        "params": {"title": WORDS[number % 4], "deep": [{"n": number, "none": None}]},
        "recipient": WORDS[number % 4],
        "dedupe_key": None,
        "state": MailState.queued,
        "next_at": now,
        "created_at": now,
        **columns,
    }


@pytest.mark.parametrize("count", [1, 2, 7])
def test_rows_come_back_as_they_were_given(count: int, rules: Flask, now: datetime) -> None:
    tokyo = now.astimezone(timezone(timedelta(hours=9))) + timedelta(microseconds=1)
    rows = [letter(number, now, next_at=tokyo, version_id=number) for number in range(count)]

    insert_rows(OutboxMail, rows)
    db.session.commit()

    found = db.session.scalars(select(OutboxMail).order_by(OutboxMail.version_id)).all()
    assert [{name: getattr(row, name) for name in rows[0]} for row in found] == rows
    assert {(row.attempts, row.owner, row.last_error, row.sent_at) for row in found} == {(0, "", "", None)}
    assert {type(row.lane) for row in found} == {Lane}
    assert {row.next_at.tzinfo for row in found} == {UTC}


def test_no_rows_are_no_statement(rules: Flask) -> None:
    insert_rows(OutboxMail, [])


@pytest.mark.parametrize("count", [1, 2])
def test_a_moment_without_zone_reaches_no_row(count: int, rules: Flask, now: datetime) -> None:
    naive = now.replace(tzinfo=None)
    with pytest.raises((TypeError, StatementError)):
        insert_rows(OutboxMail, [letter(number, now, next_at=naive) for number in range(count)])
    db.session.rollback()


def test_a_look_sees_what_others_committed_since_this_session_began_and_holds_nobody_up(
    make: Maker, now: datetime
) -> None:
    organization = make.organization()
    wanted = select(Organization.id).where(Organization.name == "あとの名前")
    with db.engine.execution_options(write=True).begin() as other:
        other.execute(update(Organization).where(Organization.id == organization.id).values(name="あとの名前"))
        assert not finds(wanted), "beside a writer, who has not committed"
        assert db.session.scalar(wanted) is None, "a transaction is open, and sees this moment"

    assert finds(wanted)
    assert not db.session().in_transaction()


def test_among_finds_just_those(rules: Flask, now: datetime) -> None:
    insert_rows(OutboxMail, [letter(number, now, version_id=number, organization_id=None) for number in range(6)])

    def found(criterion: Any) -> list[int | None]:
        return list(db.session.scalars(select(OutboxMail.version_id).where(criterion).order_by(OutboxMail.version_id)))

    assert found(among(OutboxMail.version_id, [4, 1, 99])) == [1, 4]
    assert found(among(OutboxMail.version_id, ())) == []
    pair = tuple_(OutboxMail.version_id, OutboxMail.attempts)
    assert found(among(pair, [(2, 0), (3, 1)])) == [2]


def test_among_takes_whole_numbers_only(rules: Flask) -> None:
    with pytest.raises(StatementError, match="CompileError"):
        db.session.scalars(select(OutboxMail.id).where(among(OutboxMail.id, ["1) OR (1=1"]))).all()


def test_members_stand_in_the_statement_as_in_the_conditions_of_indexes() -> None:
    """As parameters they would have SQLite plan the statement anew each time it runs."""
    state, states = OutboxMail.state, (MailState.queued, MailState.sending)
    for alike in (state == MailState.queued, state != MailState.queued, state.in_(states), state.not_in(set(states))):
        assert not select(OutboxMail.id).where(alike).compile().params
    assert len(select(OutboxMail.id).where(state == "queued").compile().params) == 1  # foreign text never does
