"""Open logins: how long they last, who sees and ends them, and that what changes acts at the next request."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from models.base import db
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account, KnownBrowser, LoginSession
from models.records import AuditEvent
from models.states import Role
from portal.accounts import sessions
from portal.accounts.origins import Origin
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import NotFound
from tests.accounts.steps import HERE, Steps
from tests.make import Maker, actor_of

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NEVER = datetime.fromisoformat("2026-11-24T05:32:00+00:00")


@pytest.fixture
def actor(account: Account) -> Actor:
    return actor_of(account)


def is_open(steps: Steps, token: str, *, now: datetime | None = None) -> bool:
    return sessions.find_session(token, now=now or steps.now, settings=steps.settings) is not None


def listed(steps: Steps, actor: Actor, *, now: datetime | None = None) -> list[int]:
    return [row.id for row in sessions.list_sessions(actor, now=now or steps.now, settings=steps.settings)]


def change(model: type, row_id: int, **values: object) -> None:
    begin_write()
    db.session.execute(update(model).where(model.id == row_id).values(values))  # type: ignore[attr-defined]
    db.session.commit()


def letters() -> int:
    return db.session.scalar(select(func.count()).where(OutboxMail.letter == "new_browser")) or 0


def test_the_token_is_a_new_secret_that_the_database_does_not_keep(steps: Steps, account: Account) -> None:
    first, second = steps.log_in(account), steps.log_in(account)
    secrets = {first.token, first.browser_token, second.token, second.browser_token}
    assert len(secrets) == 4
    assert min(len(secret) for secret in secrets) >= 43, "256 bits"
    kept = [repr(row) for model in (LoginSession, KnownBrowser) for row in rows_of(model)]
    assert len(kept) == 4
    assert not [row for row in kept if any(secret in row for secret in secrets)]
    assert is_open(steps, first.token)
    assert not is_open(steps, first.token[:-1])
    assert not is_open(steps, "")
    assert not is_open(steps, first.browser_token)


def rows_of(model: type) -> list[tuple]:
    return [tuple(row) for row in db.session.execute(select(*model.__table__.columns))]  # type: ignore[attr-defined]


def test_who_is_behind_a_token_costs_one_statement(steps: Steps, account: Account, statements) -> None:
    token = steps.log_in(account).token
    statements.restart()
    row = sessions.find_session(token, now=steps.now, settings=steps.settings)
    assert statements.count == 1
    assert row is not None
    assert (row.account_id, row.role, row.name) == (account.id, Role.owner, "佐藤 美咲")
    assert row.organization_id == account.organization_id


@pytest.mark.parametrize(("after", "open_"), [(HOUR, True), (HOUR + SECOND, False)])
def test_an_idle_session_ends_after_an_hour_to_the_second(
    after: timedelta, open_: bool, steps: Steps, account: Account, actor: Actor
) -> None:
    token = steps.log_in(account).token
    assert is_open(steps, token, now=steps.now + after) is open_
    assert bool(listed(steps, actor, now=steps.now + after)) is open_


@pytest.mark.parametrize(("after", "open_"), [(12 * HOUR, True), (12 * HOUR + SECOND, False)])
def test_a_busy_session_ends_after_twelve_hours_to_the_second(
    after: timedelta, open_: bool, steps: Steps, account: Account
) -> None:
    token = steps.log_in(account).token
    session_id = db.session.scalars(select(LoginSession.id)).one()
    begin_write()
    for half in range(1, 25):
        sessions.touch(session_id, now=steps.now + half * HOUR / 2)
    db.session.commit()
    assert is_open(steps, token, now=steps.now + after) is open_


def test_use_is_written_once_a_minute_and_never_backwards(steps: Steps, account: Account, now: datetime) -> None:
    steps.log_in(account)
    assert not sessions.is_due_for_touch(now, now=now + 59 * SECOND)
    assert sessions.is_due_for_touch(now, now=now + MINUTE)
    session_id = db.session.scalars(select(LoginSession.id)).one()
    begin_write()
    sessions.touch(session_id, now=now + 5 * MINUTE)
    sessions.touch(session_id, now=now + 2 * MINUTE)  # a slower request of the same browser
    db.session.commit()
    assert db.session.scalars(select(LoginSession.seen_at)).one() == now + 5 * MINUTE


def test_a_person_sees_the_own_open_ones_the_last_used_first(steps: Steps, account: Account, make: Maker) -> None:
    actor = actor_of(account)
    steps.log_in(make.account(Role.reviewer))
    for minutes in (0, 2, 1):
        steps.log_in(account, now=steps.now + minutes * MINUTE)
    ended = steps.log_in(account, now=steps.now + 3 * MINUTE)
    moment = steps.now + 4 * MINUTE
    row = sessions.find_session(ended.token, now=moment, settings=steps.settings)
    assert row is not None
    begin_write()
    sessions.log_out(row.id, actor=actor, now=moment)
    db.session.commit()
    seen = sessions.list_sessions(actor, now=moment, settings=steps.settings)
    assert [round((session.seen_at - steps.now) / MINUTE) for session in seen] == [2, 1, 0]
    assert {(session.ip, session.browser) for session in seen} == {(HERE.ip, HERE.browser)}


def test_one_session_is_ended_and_a_strangers_is_not_there(
    steps: Steps, account: Account, actor: Actor, make: Maker, now: datetime
) -> None:
    token = steps.log_in(account).token
    stranger = steps.log_in(make.account(Role.administrator))
    own, strange = db.session.scalars(select(LoginSession.id).order_by(LoginSession.id)).all()
    begin_write()
    for number in (strange, strange + 1000):
        with pytest.raises(NotFound):
            sessions.end_session(number, actor=actor, now=now)
    sessions.end_session(own, actor=actor, now=now)
    with pytest.raises(NotFound):
        sessions.end_session(own, actor=actor, now=now)
    db.session.commit()
    assert not is_open(steps, token)
    assert is_open(steps, stranger.token)


def test_all_others_are_ended_and_the_own_stays(steps: Steps, account: Account, make: Maker, now: datetime) -> None:
    actor = actor_of(account)
    tokens = [steps.log_in(account).token for _ in range(3)]
    stranger = steps.log_in(make.account(Role.reviewer)).token
    kept = listed(steps, actor)[-1]
    begin_write()
    assert sessions.end_other_sessions(kept, actor=actor, now=now) == 2
    assert sessions.end_other_sessions(kept, actor=actor, now=now) == 0
    db.session.commit()
    assert [is_open(steps, token) for token in tokens] == [True, False, False]
    assert is_open(steps, stranger)
    assert listed(steps, actor) == [kept]


def test_logging_out_is_for_good(steps: Steps, account: Account, actor: Actor, now: datetime) -> None:
    token = steps.log_in(account).token
    [number] = listed(steps, actor)
    begin_write()
    sessions.log_out(number, actor=actor, now=now)
    sessions.touch(number, now=now + MINUTE)
    db.session.commit()
    assert not is_open(steps, token, now=now + MINUTE)


@pytest.mark.parametrize("model", [Account, Organization])
def test_a_suspension_and_its_end_act_at_the_next_request(model: type, steps: Steps, account: Account) -> None:
    token = steps.log_in(account).token
    row_id = account.id if model is Account else account.organization_id
    assert row_id is not None
    change(model, row_id, suspended_at=NEVER)
    assert not is_open(steps, token)
    change(model, row_id, suspended_at=None)
    assert is_open(steps, token)


def test_a_changed_role_acts_at_the_next_request(steps: Steps, account: Account) -> None:
    token = steps.log_in(account).token
    change(Account, account.id, role=Role.viewer)
    row = sessions.find_session(token, now=steps.now, settings=steps.settings)
    assert row is not None
    assert row.role is Role.viewer


def test_a_browser_never_seen_is_told_of_once(steps: Steps, account: Account, make: Maker) -> None:
    opened = steps.log_in(account)
    assert letters() == 1
    again = steps.log_in(account, origin=Origin("198.51.100.1", "Chrome（Windows）", opened.browser_token))
    assert again.browser_token == opened.browser_token
    assert letters() == 1, "the same browser from another address"
    steps.log_in(account, origin=Origin("203.0.113.7", "Chrome（Windows）", "a made-up cookie"))
    assert letters() == 2
    colleague = make.account(Role.reviewer)
    steps.log_in(colleague, origin=Origin(token=opened.browser_token))
    assert letters() == 3, "known with one account is not known with another"
    recipients = db.session.scalars(select(OutboxMail.recipient).order_by(OutboxMail.id)).all()
    assert recipients == ["org@example.jp", "org@example.jp", colleague.email]


def test_the_trail_tells_of_beginning_and_end(steps: Steps, account: Account, actor: Actor, now: datetime) -> None:
    for _ in range(3):
        steps.log_in(account)
    newest, middle, oldest = listed(steps, actor)
    begin_write()
    sessions.end_session(oldest, actor=actor, now=now)
    sessions.end_other_sessions(middle, actor=actor, now=now)
    sessions.log_out(middle, actor=actor, now=now)
    db.session.commit()
    events = db.session.execute(
        select(AuditEvent.action, AuditEvent.subject_id, AuditEvent.actor_id).order_by(AuditEvent.id)
    ).all()
    assert [tuple(event) for event in events] == [
        ("login.ok", oldest, account.id),
        ("login.ok", middle, account.id),
        ("login.ok", newest, account.id),
        ("session.ended", oldest, account.id),
        ("session.ended", newest, account.id),
        ("logout", middle, account.id),
    ]
    assert db.session.get_one(Account, account.id).last_login_at == now


def test_one_more_than_may_be_open_ends_the_one_used_longest_ago(steps: Steps, account: Account, actor: Actor) -> None:
    steps.settings = replace(steps.settings, sessions_at_once=5)
    opened = [steps.log_in(account, now=steps.now + number * MINUTE) for number in range(5)]
    later = steps.now + 10 * MINUTE
    assert all(is_open(steps, each.token, now=later) and each.ended == 0 for each in opened)
    begin_write()
    sessions.touch(listed(steps, actor, now=later)[-1], now=later)  # the first one is used
    db.session.commit()

    one_more = steps.log_in(account, now=later)
    assert one_more.ended == 1
    assert [is_open(steps, each.token, now=later) for each in opened] == [True, False, True, True, True]
    assert is_open(steps, one_more.token, now=later)
    ended = select(func.count()).where(AuditEvent.action == "session.ended", AuditEvent.actor_id == account.id)
    assert db.session.scalar(ended) == 1
