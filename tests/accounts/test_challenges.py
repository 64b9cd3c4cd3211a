"""The second step: a code of six digits that opens once, soon, in one browser, within five tries."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from models.base import db
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account, LoginChallenge, LoginSession, Throttle
from models.records import AuditEvent
from models.states import Lane, MailState, Role
from portal.accounts import browsers, challenges, sessions, waiting
from portal.accounts.origins import Origin
from portal.accounts.waiting import StartOver
from portal.database import begin_write
from portal.errors import Refused, Throttled
from portal.settings import Settings
from tests.accounts.steps import HERE, Steps, mailed, wrong
from tests.make import Maker

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def challenge() -> LoginChallenge:
    return db.session.scalars(select(LoginChallenge).order_by(LoginChallenge.id.desc())).first()  # type: ignore[return-value]


def change(model: type, **values: object) -> None:
    begin_write()
    db.session.execute(update(model).values(values))
    db.session.commit()


def test_the_mailed_code_opens_once(steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    [code] = mailed()
    assert len(code) == 6
    assert code.isdigit()
    assert steps.answer(token, code) == account.id
    again = steps.refusal(token, code)
    assert isinstance(again, StartOver)
    assert again.reason == "used"


def test_the_code_is_mailed_in_its_own_lane_and_expires_there(steps: Steps, account: Account, now: datetime) -> None:
    steps.issue(account)
    mail = db.session.scalars(select(OutboxMail)).one()
    assert (mail.lane, mail.recipient) == (Lane.login, "org@example.jp")
    assert mail.expires_at == challenge().expires_at == now + 10 * MINUTE


def test_the_database_keeps_neither_code_nor_token(steps: Steps, account: Account, settings: Settings) -> None:
    token = steps.issue(account)
    [code] = mailed()
    steps.refusal(token, wrong(code))
    steps.answer(token, code)
    kept = [
        repr(row)
        for model in (LoginChallenge, AuditEvent, Throttle)
        for row in db.session.execute(select(*model.__table__.columns))
    ]
    assert kept
    assert not [row for row in kept if token in row or f"'{code}'" in row]
    # Without the key a million guesses would find it.
    other = replace(settings, secret_key="another secret that is long enough, too")
    stored = challenge().code_mac
    assert stored == challenges._mac(token, code, settings)
    assert stored not in {challenges._mac(token, code, other), challenges._mac("another token", code, settings)}


def test_codes_are_random(steps: Steps, make: Maker) -> None:
    for _ in range(25):
        steps.issue(make.account(Role.reviewer))
    codes = mailed()
    assert len(set(codes)) >= 24
    assert len({code[0] for code in codes}) > 4


@pytest.mark.parametrize(("late", "opens"), [(timedelta(0), True), (SECOND, False)])
def test_a_code_lives_ten_minutes_to_the_second(late: timedelta, opens: bool, steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    [code] = mailed()
    moment = steps.now + 10 * MINUTE + late
    if opens:
        assert steps.answer(token, code, now=moment) == account.id
    else:
        refusal = steps.refusal(token, code, now=moment)
        assert isinstance(refusal, StartOver)
        assert refusal.reason == "expired"


def test_five_tries_and_the_number_left_is_told(steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    [code] = mailed()
    said = [str(steps.refusal(token, wrong(code))) for _ in range(4)]
    assert said == [f"ワンタイムパスワードが違います。あと{left}回入力できます。" for left in (4, 3, 2, 1)]
    last = steps.refusal(token, wrong(code))
    assert isinstance(last, StartOver)
    assert last.reason == "tries"
    after = steps.refusal(token, code)
    assert isinstance(after, StartOver), "the right one comes too late"
    assert challenge().tries == 5


def test_three_wrong_ones_leave_the_right_one(steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    [code] = mailed()
    for _ in range(4):
        steps.refusal(token, wrong(code))
    assert steps.answer(token, code) == account.id


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12a456", "−12345", "१२३४५६", "1" * 10_000])
def test_what_is_no_code_costs_no_try(typed: str, steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    assert str(steps.refusal(token, typed)) == "6桁の数字を入力してください。"
    assert challenge().tries == 0


def test_a_code_may_be_typed_in_full_width_and_with_spaces(steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    [code] = mailed()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert steps.answer(token, f"　{wide[:3]} {wide[3:]}　") == account.id


def test_a_code_opens_nothing_for_another_browser(steps: Steps, account: Account, make: Maker) -> None:
    own = steps.issue(account)
    stranger = steps.issue(make.account(Role.reviewer))
    code, _ = mailed()
    assert not isinstance(steps.refusal(stranger, code), StartOver), "a wrong code like any other"
    missing = steps.refusal("a made-up token", code)
    assert isinstance(missing, StartOver)
    assert missing.reason == "missing"
    assert steps.answer(own, code) == account.id


def test_a_new_login_ends_the_one_that_this_browser_began(steps: Steps, account: Account) -> None:
    first = steps.issue(account)
    second = steps.issue(account, replaces=first)
    code, newer = mailed()
    ended = steps.refusal(first, code)
    assert isinstance(ended, StartOver)
    assert ended.reason == "used"
    assert steps.answer(second, newer) == account.id


def test_two_browsers_of_one_person_do_not_disturb_each_other(steps: Steps, account: Account) -> None:
    first, second = steps.issue(account), steps.issue(account)
    code, other = mailed()
    assert steps.answer(second, other) == account.id
    assert steps.answer(first, code) == account.id


def test_a_resent_code_ends_the_one_before_and_its_mail(steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    [old] = mailed()
    for _ in range(3):
        steps.refusal(token, wrong(old))
    steps.resend(token, now=steps.now + 30 * SECOND)
    [new] = mailed()
    states = db.session.scalars(select(OutboxMail.state).order_by(OutboxMail.id)).all()
    assert states == [MailState.cancelled, MailState.queued]
    assert str(steps.refusal(token, old)) == "ワンタイムパスワードが違います。あと1回入力できます。"
    assert steps.answer(token, new, now=steps.now + 30 * SECOND + 10 * MINUTE) == account.id


@pytest.mark.parametrize(("after", "left"), [(0, 30), (29, 1), (29.5, 1)])
def test_the_first_resend_takes_thirty_seconds(after: float, left: int, steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    moment = steps.now + after * SECOND
    with pytest.raises(Throttled, match=f"あと{left}秒で再送できます。") as early:
        steps.resend(token, now=moment)
    assert early.value.retry_after == left
    state = waiting.find_waiting(token, now=moment, settings=steps.settings)
    assert (state.resend_in, state.resends_left) == (left, 5)
    assert len(mailed()) == 1


def test_a_code_is_sent_again_five_times(steps: Steps, account: Account) -> None:
    token, moment = steps.issue(account), steps.now
    for left in (4, 3, 2, 1, 0):
        moment += 30 * SECOND
        steps.resend(token, now=moment)
        assert waiting.find_waiting(token, now=moment, settings=steps.settings).resends_left == left
    with pytest.raises(Refused, match="再送できるのは5回までです。"):
        steps.resend(token, now=moment + MINUTE)
    assert len(mailed()) == 1, "the five before are wiped"
    assert steps.answer(token, mailed()[0], now=moment) == account.id


@pytest.mark.parametrize("end", ["used", "tries", "expired", "missing"])
def test_a_login_that_is_over_sends_nothing_again(end: str, steps: Steps, account: Account) -> None:
    token, moment = steps.issue(account), steps.now + MINUTE
    [code] = mailed()
    if end == "used":
        steps.answer(token, code)
    for _ in range(5 if end == "tries" else 0):
        steps.refusal(token, wrong(code))
    moment += 10 * MINUTE if end == "expired" else timedelta(0)
    with pytest.raises(StartOver) as over:
        steps.resend("another" if end == "missing" else token, now=moment)
    assert over.value.reason == end
    with pytest.raises(StartOver) as over:
        waiting.find_waiting("another" if end == "missing" else token, now=moment, settings=steps.settings)
    assert over.value.reason == end
    assert db.session.scalar(select(func.count(OutboxMail.id))) == 1


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        (Account, "password_version", 2),
        (Account, "suspended_at", datetime.fromisoformat("2026-11-24T05:32:00+00:00")),
        (Organization, "suspended_at", datetime.fromisoformat("2026-11-24T05:32:00+00:00")),
    ],
    ids=["password", "account", "organization"],
)
def test_what_changed_between_the_steps_ends_the_login(
    model: type, column: str, value: object, steps: Steps, account: Account
) -> None:
    token = steps.issue(account)
    [code] = mailed()
    change(model, **{column: value})
    refusal = steps.refusal(token, code)
    assert isinstance(refusal, StartOver)
    assert refusal.reason == "closed"
    assert "code.used" not in db.session.scalars(select(AuditEvent.action)).all()


def test_two_hundred_guesses_at_once_are_five_evaluations(
    rules: Flask, steps: Steps, account: Account, settings: Settings
) -> None:
    token = steps.issue(account)
    [code] = mailed()
    db.session.remove()
    barrier = Barrier(16)
    guesses = [f"{(int(code) + number + 1) % 1_000_000:06}" for number in range(199)] + [code]

    def guess(number: int) -> list[str]:
        with rules.app_context():
            barrier.wait()
            return [str(steps.refusal(token, typed)) for typed in guesses[number:192:16]]

    with ThreadPoolExecutor(16) as pool:
        answers = [answer for own in pool.map(guess, range(16)) for answer in own]
    answers += [str(steps.refusal(token, typed)) for typed in guesses[192:]]
    evaluated = db.session.scalar(select(func.count()).where(AuditEvent.action == "code.failed"))
    left = sorted(answer for answer in answers if "あと" in answer)
    print(f"\n{len(answers)} guesses: {evaluated} evaluated, the right one among the rest refused")
    assert len(answers) == 200
    assert (evaluated, challenge().tries) == (5, 5)
    assert left == [f"ワンタイムパスワードが違います。あと{left}回入力できます。" for left in (1, 2, 3, 4)]
    assert db.session.scalar(select(func.count(LoginSession.id))) == 0


def test_fifty_right_ones_at_once_open_one_session(
    rules: Flask, steps: Steps, account: Account, settings: Settings, now: datetime
) -> None:
    token = steps.issue(account)
    [code] = mailed()
    account_id = account.id
    db.session.remove()
    barrier = Barrier(10)

    def enter(_number: int) -> list[str]:
        with rules.app_context():
            barrier.wait()
            return [open_() for _ in range(5)]

    def open_() -> str:
        begin_write()
        try:
            found = challenges.answer_challenge(token, code, origin=HERE, now=now, settings=settings)
            sessions.open_session(found, origin=HERE, now=now, settings=settings)
        except StartOver as over:
            db.session.commit()
            return over.reason
        db.session.commit()
        return "in"

    with ThreadPoolExecutor(10) as pool:
        answers = [answer for own in pool.map(enter, range(10)) for answer in own]
    print(f"\n50 right ones at once: {answers.count('in')} in, {answers.count('used')} told that it was used")
    assert (answers.count("in"), answers.count("used")) == (1, 49)
    assert db.session.scalars(select(LoginSession.account_id)).all() == [account_id]


def test_fifty_wrong_codes_a_day_stop_who_has_the_password(steps: Steps, account: Account) -> None:
    moment = steps.now
    for _ in range(10):
        token = steps.issue(account, now=moment)
        for _ in range(5):
            steps.refusal(token, wrong(mailed()[-1]), now=moment)
        moment += 11 * MINUTE
    token = steps.issue(account, now=moment)
    full = steps.refusal(token, mailed()[-1], now=moment)
    assert isinstance(full, Throttled), "even the right one"
    begin_write()
    browsers.remember(account.id, "the cookie of the owner", now=moment)
    db.session.commit()
    known = Origin("203.0.113.9", "Firefox（Mac）", "the cookie of the owner")
    token = steps.issue(account, origin=known, now=moment)
    assert steps.answer(token, mailed()[-1], origin=known, now=moment) == account.id
    token = steps.issue(account, now=steps.now + timedelta(days=1))
    assert steps.answer(token, mailed()[-1], now=steps.now + timedelta(days=1)) == account.id


def test_a_completed_login_forgets_the_failures_before_it(steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    [code] = mailed()
    for _ in range(4):
        steps.refusal(token, wrong(code))
    assert db.session.scalar(select(func.count()).select_from(Throttle)) == 2
    steps.answer(token, code)
    assert db.session.scalar(select(func.count()).select_from(Throttle)) == 0


def test_a_mailbox_is_not_flooded(steps: Steps, account: Account) -> None:
    for _ in range(30):
        steps.issue(account)
    with pytest.raises(Throttled):
        steps.issue(account)
    assert len(mailed()) == 30
    assert steps.issue(account, now=steps.now + timedelta(hours=1))


def test_the_page_shows_the_owner_which_mailbox(steps: Steps, account: Account) -> None:
    state = waiting.find_waiting(steps.issue(account), now=steps.now, settings=steps.settings)
    assert state.masked_email == "or***@example.jp"
    assert state.minutes == 10


@pytest.mark.parametrize(
    ("email", "shown"),
    [("a@example.jp", "a***@example.jp"), ("ab@example.jp", "a***@example.jp"), ("abc@x.jp", "ab***@x.jp")],
)
def test_a_short_address_is_not_shown_whole(email: str, shown: str) -> None:
    assert waiting.mask_email(email) == shown


def test_the_trail_tells_of_each_code(steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    [code] = mailed()
    steps.refusal(token, wrong(code))
    steps.resend(token, now=steps.now + MINUTE)
    steps.answer(token, mailed()[-1], now=steps.now + MINUTE)
    events = db.session.execute(
        select(AuditEvent.action, AuditEvent.subject_id, AuditEvent.ip, AuditEvent.details).order_by(AuditEvent.id)
    ).all()
    assert [tuple(event) for event in events] == [
        ("code.issued", account.id, HERE.ip, {"resend": 0}),
        ("code.failed", account.id, HERE.ip, {"tries": 1}),
        ("code.issued", account.id, HERE.ip, {"resend": 1}),
        ("code.used", account.id, HERE.ip, {}),
    ]
