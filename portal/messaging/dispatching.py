"""A mail to one or many: looked at before, sent once, taken back while it is held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from models.base import db
from models.messages import Dispatch, Message
from models.organizations import Organization
from models.people import Account
from models.states import MailClass, MessageState, Side
from portal import audit
from portal.accounts import throttles
from portal.accounts.throttles import Limit
from portal.actors import Actor
from portal.database import insert_rows, write
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.matching.viewing import require_search
from portal.messaging import attachments, checking, hours, merging, quotas, reach, recipients, threads
from portal.messaging.checking import Draft
from portal.messaging.recipients import Recipient
from portal.messaging.threads import Matter
from portal.permissions import may, visible
from portal.publishing.checks import ERROR, Finding
from portal.settings import Settings

TESTS = Limit("test-mail", 20, timedelta(hours=1))
TOO_MANY_TESTS = "テスト送信が続いたため、止めています。"
LONGEST_TOKEN = 100
LONGEST_SUBJECT, LONGEST_BODY = checking.LONGEST_SUBJECT, checking.LONGEST_BODY
NOBODY = "送信できる相手がいません。宛先ごとの理由を確認してください。"


@dataclass(frozen=True)
class Preview:
    """The mail of one recipient, or why there is none (`reason`)."""

    talent_id: int
    application_id: int | None
    code: str
    name: str  # as shown to the organization: of applicants the name, of others 登録コード
    subject: str
    body: str
    reason: str = ""
    unfilled: Sequence[str] = ()  # placeholders without a value, as written

    @property
    def can(self) -> bool:
        return not self.reason


def preview(draft: Draft, *, actor: Actor, now: datetime, settings: Settings) -> list[Preview]:
    """In the order chosen. Raises Invalid for what the form must mend, Forbidden, and changes nothing."""
    require_write(draft.mail_class, actor)
    if wrong := checking.findings(draft, actor=actor, now=now, settings=settings):
        raise Invalid(wrong)
    people = _people(draft, actor=actor)
    reasons = _reasons(draft, people, actor=actor, now=now, settings=settings)
    return [_preview(draft, person, reason) for person, reason in zip(people, reasons, strict=True)]


def require_write(mail_class: MailClass, actor: Actor) -> None:
    """Raises Forbidden for who may not write at all, and for offers of organizations without legal personality."""
    if not (actor.is_member and may(actor, "message.write")):
        raise Forbidden("この操作を行う権限がありません。")
    if mail_class is MailClass.offer:
        require_search(actor)
    elif mail_class is MailClass.reply:
        raise Refused("返信は、メールボックスから送ってください。")


def _people(draft: Draft, *, actor: Actor) -> list[Recipient]:
    if draft.is_offer:
        return recipients.talents(draft.talent_ids, entry_id=draft.entry_id, actor=actor)
    return recipients.applicants(draft.application_ids, until=draft.reopened_until, reopens=draft.reopens, actor=actor)


def _reasons(
    draft: Draft, people: Sequence[Recipient], *, actor: Actor, now: datetime, settings: Settings
) -> Iterator[str]:
    """Of each in order; empty for who is reached."""
    if draft.is_offer:
        ids = [person.talent_id for person in people]
        found = reach.offer_reasons(ids, actor=actor, now=now, settings=settings)
        return (found.get(person.talent_id, "") for person in people)
    reasons = reach.applicant_reasons(people, draft.mail_class, asks_again=draft.asks_again, actor=actor)
    return (reasons.get(person.application_id, "") for person in people)


def _preview(draft: Draft, person: Recipient, reason: str) -> Preview:
    unfilled = dict.fromkeys(
        mark for text in (draft.subject, draft.body) for mark in merging.unfilled(text, person.values)
    )
    return Preview(
        person.talent_id,
        person.application_id,
        person.code,
        person.name,
        " ".join(merging.fill(draft.subject, person.values).split()),
        merging.fill(draft.text, person.values),
        reason,
        tuple(unfilled),
    )


def empty_placeholders(previews: Sequence[Preview]) -> list[Finding]:
    """Of mails that would leave: what has no value, and for how many."""
    counts: dict[str, int] = {}
    for mail in previews:
        for mark in mail.unfilled if mail.can else ():
            counts[mark] = counts.get(mark, 0) + 1
    return [
        Finding("M-03", ERROR, "body", f"「{mark}」に入る内容がない宛先が{count:,}名います。書き換えてください。")
        for mark, count in counts.items()
    ]


# ---- sending


def send(draft: Draft, *, token: str, actor: Actor, now: datetime, settings: Settings) -> Dispatch:
    """Holds one message for each who can be reached. The same token again: the first one's Dispatch.

    Raises Invalid and Refused; then nothing is held for anybody.
    """
    require_write(draft.mail_class, actor)
    quotas.lock(actor.organization_id)  # before anything is counted, and before the token is looked for
    key = _key(token, actor)
    if sent := db.session.scalars(select(Dispatch).where(Dispatch.token == key)).one_or_none():
        return sent
    mails = preview(draft, actor=actor, now=now, settings=settings)
    if empty := empty_placeholders(mails):
        raise Invalid(empty)
    reached = [mail for mail in mails if mail.can]
    if not reached:
        raise Refused(NOBODY)
    dispatch = _dispatch(draft, mails, key=key, actor=actor, now=now, settings=settings)
    _hold(draft, dispatch, reached, now=now)
    _record("mail.send", dispatch, actor=actor, now=now, left_out=len(mails) - len(reached))
    return dispatch


def sent_with(token: str, *, actor: Actor) -> int | None:
    """The id of the dispatch that this form has led to already."""
    return db.session.scalar(select(Dispatch.id).where(Dispatch.token == _key(token, actor), visible(actor, Dispatch)))


def _key(token: str, actor: Actor) -> str:
    if not 1 <= len(token) <= LONGEST_TOKEN:
        raise Refused("画面の有効期限が切れました。もう一度、確認からやり直してください。")
    return f"{actor.account_id}:{token}"


def _dispatch(
    draft: Draft, mails: Sequence[Preview], *, key: str, actor: Actor, now: datetime, settings: Settings
) -> Dispatch:
    organization = db.session.get_one(Organization, actor.organization_id)
    dispatch = Dispatch(
        token=key,
        organization_id=organization.id,
        account_id=actor.account_id,
        mail_class=draft.mail_class,
        topic=draft.topic,
        entry_id=draft.entry_id,
        subject=draft.subject,
        body=draft.text,
        signature=checking.signature_of(organization),
        reopens=list(draft.reopens),
        reopened_until=draft.reopened_until,
        moves_to=draft.state or "",
        count=sum(mail.can for mail in mails),
        left_out=[{"code": mail.code, "reason": mail.reason} for mail in mails if not mail.can],
        created_at=now,
        release_at=hours.release_time(draft.mail_class, draft.release_at, now=now, settings=settings),
    )
    db.session.add(dispatch)
    db.session.flush()
    return dispatch


def _hold(draft: Draft, dispatch: Dispatch, mails: Sequence[Preview], *, now: datetime) -> None:
    """The messages of a dispatch, in a number of statements that does not grow with them."""
    matters = {mail.talent_id: _matter(draft, dispatch, mail) for mail in mails}
    found = threads.open_threads({matters[mail.talent_id]: mail.subject for mail in mails}, now=now)
    common = {
        "dispatch_id": dispatch.id,
        "organization_id": dispatch.organization_id,
        "side": Side.organization,
        "account_id": dispatch.account_id,
        "mail_class": dispatch.mail_class,
        "topic": dispatch.topic,
        "signature": dispatch.signature,
        "state": MessageState.held,
        "reason": "",
        "created_at": now,
        "release_at": dispatch.release_at,
    }
    insert_rows(
        Message,
        [
            common
            | {
                "thread_id": found[matters[mail.talent_id]],
                "talent_id": mail.talent_id,
                "subject": mail.subject,
                "body": mail.body,
            }
            for mail in mails
        ],
    )
    threads.note_sent(found.values(), now=now)
    if draft.file_ids:
        ids = db.session.scalars(select(Message.id).where(Message.dispatch_id == dispatch.id)).all()
        attachments.attach(ids, list(dict.fromkeys(draft.file_ids)))


def _matter(draft: Draft, dispatch: Dispatch, mail: Preview) -> Matter:
    """An application is a matter of its own; so is each entry that an offer is about."""
    entry_id = None if mail.application_id else draft.entry_id
    return Matter(dispatch.organization_id, mail.talent_id, mail.application_id, entry_id)


# ---- afterwards


def find(dispatch_id: int, *, actor: Actor) -> Dispatch:
    dispatch = db.session.scalars(
        select(Dispatch).where(Dispatch.id == dispatch_id, visible(actor, Dispatch))
    ).one_or_none()
    if dispatch is None:
        raise NotFound
    return dispatch


def cancel(dispatch_id: int, *, actor: Actor, now: datetime) -> int:
    """Takes back what is held; returns how many messages. Raises Conflict when its time has come."""
    dispatch = find(dispatch_id, actor=actor)
    require_write(dispatch.mail_class, actor)
    taken = write(
        update(Dispatch)
        .where(Dispatch.id == dispatch.id, Dispatch.cancelled_at.is_(None), Dispatch.release_at > now)
        .values(cancelled_at=now)
        .execution_options(synchronize_session=False)
    )
    if not taken:
        db.session.refresh(dispatch)
        raise Conflict("すでに取り消しています。" if dispatch.cancelled_at else "送信が始まったため、取り消せません。")
    count = write(
        update(Message)
        .where(Message.dispatch_id == dispatch.id, Message.state == MessageState.held)
        .values(state=MessageState.cancelled)
        .execution_options(synchronize_session=False)
    )
    _record("mail.cancel", dispatch, actor=actor, now=now, cancelled=count)
    db.session.refresh(dispatch)
    return count


def send_test(draft: Draft, *, actor: Actor, now: datetime, settings: Settings) -> None:
    """「自分にテスト送信」: the mail with sample values, to the member's own address."""
    mail = _sample_mail(draft, actor=actor, now=now, settings=settings)
    keys = [throttles.key(TESTS, settings.secret_key, "account", actor.account_id)]
    throttles.take(TESTS, keys, now=now, sentence=TOO_MANY_TESTS)
    organization = db.session.get_one(Organization, actor.organization_id)
    params = {
        "subject": mail.subject,
        "message": mail.body,
        "signature": checking.signature_of(organization),
        "mail_class": draft.mail_class,
    }
    email = db.session.get_one(Account, actor.account_id).email
    outbox.queue([Letter("mail_test", email, params, actor.organization_id)], now=now)
    audit.record("mail.test", actor=actor, now=now)


def _sample_mail(draft: Draft, *, actor: Actor, now: datetime, settings: Settings) -> Preview:
    require_write(draft.mail_class, actor)
    if wrong := checking.findings(draft, actor=actor, now=now, settings=settings):
        raise Invalid(wrong)
    people = _people(draft, actor=actor)
    if not people:
        raise Refused(NOBODY)
    mail = _preview(draft, recipients.sample(people[0], name=actor.name), "")
    if empty := empty_placeholders([mail]):
        raise Invalid(empty)
    return mail


def _record(action: str, dispatch: Dispatch, *, actor: Actor, now: datetime, **details: Any) -> None:
    details |= {"mail_class": dispatch.mail_class, "count": dispatch.count}
    audit.record(action, subject="dispatch", subject_id=dispatch.id, details=details, actor=actor, now=now)
