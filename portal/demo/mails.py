"""What organizations and talents of the demo write to each other, by the services: offers, answers, contact mails."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from flask import current_app
from sqlalchemy import select

from models.applications import Application
from models.base import db
from models.entries import Entry, Version
from models.messages import Dispatch, Message, Thread
from models.states import ApplicationState, Kind, MailClass, MailTopic, Side, State
from models.talents import Talent
from portal.actors import Actor
from portal.demo.cast import House, Person
from portal.demo.life import Act, Life
from portal.demo.mail_texts import ARRANGEMENT, CONFIRMED, HIRING, LATER, OFFERS, REMINDER, Offer, Text
from portal.messaging import dispatching, releasing, replying, threads
from portal.messaging.checking import Draft

S = ApplicationState
MOST = 6  # applicants in one mail
AWAITED = (6, 28)  # who gets what is still to be sent


class Writing:
    """Plans what is written; each act comes at its time among all others."""

    def __init__(self, life: Life) -> None:
        self.life, self.tokens = life, count(1)
        self.house = life.cast.houses["org"]

    def plan(self) -> None:
        for offer in OFFERS:
            self._at(offer.days, partial(self._offer, offer))
        self._at(4, self._arrange)
        self._at(2.6, self._remind)
        self._at(2, self._hire)
        self._at(0.06, self._later)

    def _at(self, days: float, act: Act) -> None:
        """At a busy minute, but not after the present."""
        moment = self.life.now - timedelta(days=days)
        self.life.plan(min(self.life.office_hour(moment), self.life.now - timedelta(days=days / 2)), act)

    # ---- organizations

    def _offer(self, offer: Offer, now: datetime) -> None:
        house, people = self.life.cast.houses[offer.key], [self.life.cast.talents[place] for place in offer.people]
        sent = self._send(_draft(MailClass.offer, offer.text, talent_ids=_talent_ids(people)), house, now)
        for place, (person, words) in enumerate(zip(people, offer.answers, strict=False)):
            if words:
                reply = "" if place else offer.reply
                moment = sent.release_at + timedelta(hours=7 + 9 * place)
                self.life.plan(moment, partial(self._answer, sent.id, person, words, reply, house))

    def _arrange(self, now: datetime) -> None:
        chosen = self._applications(Kind.job, S.interview)
        if chosen:
            sent = self._contact(ARRANGEMENT, MailTopic.arrangement, chosen, now)
            first = next(one for one in self.life.cast.talents if _talent_ids([one]) == [chosen[0].talent_id])
            moment = sent.release_at + timedelta(hours=5)
            self.life.plan(moment, partial(self._answer, sent.id, first, CONFIRMED, "", self.house))

    def _remind(self, now: datetime) -> None:
        if chosen := self._applications(Kind.event, S.received, S.accepted):
            self._contact(REMINDER, MailTopic.reminder, chosen, now)

    def _contact(self, text: Text, topic: MailTopic, chosen: Sequence[Application], now: datetime) -> Dispatch:
        draft = _draft(MailClass.contact, text, topic=topic, application_ids=[one.id for one in chosen])
        return self._send(draft, self.house, now)

    def _hire(self, now: datetime) -> None:
        if chosen := self._applications(Kind.job, S.interview)[:1]:
            self._send(_draft(MailClass.hire, HIRING, application_ids=[chosen[0].id]), self.house, now)

    def _later(self, now: datetime) -> None:
        """Waits to be sent, and can be taken back."""
        people = [self.life.cast.talents[place] for place in AWAITED]
        at = self.life.now + timedelta(days=5)
        self._hold(_draft(MailClass.offer, LATER, talent_ids=_talent_ids(people), release_at=at), self.house, now)

    def _send(self, draft: Draft, house: House, now: datetime) -> Dispatch:
        """Held, and released when the clock would have done so."""
        dispatch = self._hold(draft, house, now)
        ids = db.session.scalars(select(Message.id).where(Message.dispatch_id == dispatch.id)).all()
        self.life.plan(dispatch.release_at, partial(_release, ids))
        return dispatch

    def _hold(self, draft: Draft, house: House, now: datetime) -> Dispatch:
        token, settings = f"demo-{next(self.tokens)}", current_app.config["PORTAL"]
        return dispatching.send(draft, token=token, actor=house.member, now=now, settings=settings)

    def _applications(self, kind: Kind, *states: ApplicationState) -> Sequence[Application]:
        """To what is public now, those that moved last first."""
        return db.session.scalars(
            select(Application)
            .join(Entry, Entry.id == Application.entry_id)
            .join(Version, Version.id == Entry.live_version_id)
            .where(
                Application.organization_id == self.house.organization.id,
                Application.kind == kind,
                Application.state.in_(states),
                Version.state == State.published,
            )
            .order_by(Application.state_at.desc(), Application.id)
            .limit(MOST)
        ).all()

    # ---- talents

    def _answer(self, dispatch_id: int, person: Person, words: str, reply: str, house: House, now: datetime) -> None:
        """Read and answered; the organization reads the answer when it writes back."""
        (talent_id,) = _talent_ids([person])
        thread = db.session.scalars(
            select(Thread)
            .join(Message, Message.thread_id == Thread.id)
            .where(Message.dispatch_id == dispatch_id, Thread.talent_id == talent_id)
        ).one()
        _write(thread, words, Side.talent, person.actor, now)
        if reply:
            act = partial(_write, thread, reply, Side.organization, house.member)
            self.life.plan(now + timedelta(hours=3), act)


def _draft(mail_class: MailClass, text: Text, **values: object) -> Draft:
    return Draft(mail_class, text.subject, text.body, **values)  # type: ignore[arg-type]  # those of Draft


def _release(message_ids: Sequence[int], now: datetime) -> None:
    releasing.release(message_ids, now)


def _write(thread: Thread, words: str, side: Side, actor: Actor, now: datetime) -> None:
    threads.mark_read(thread, side=side, now=now)
    replying.reply(thread.id, words, side=side, actor=actor, now=now)


def _talent_ids(people: Sequence[Person]) -> list[int]:
    accounts = {one.actor.account_id: place for place, one in enumerate(people)}
    rows = db.session.execute(select(Talent.id, Talent.account_id).where(Talent.account_id.in_(accounts)))
    return [row.id for row in sorted(rows, key=lambda row: accounts[row.account_id])]
