"""Half a year in the demo, lived by the services: written, handed in, returned, approved, published, ended.

Time is a heap of acts, those of the clock among them, so that nothing differs from a portal that lived.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, select, update

from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.states import Action, Kind, Lane, MailState, State
from portal.clock import local
from portal.demo.cast import Cast, House
from portal.demo.contents import at, make
from portal.demo.people import PHRASES
from portal.publishing import content, drafts, publication, rule_counts, submission, workflow
from portal.publishing.business_days import add_business_days, is_business_day
from portal.publishing.field_notes import Said
from portal.publishing.review import assign
from portal.publishing.workflow import Seen

SEED = 20031001
DAYS = 182
APPROVAL_DAYS = 3
MOST_IDEAS = 12
# Asks for a letter that the documents do not list: the desk sees the finding.
LETTER = "応募フォームに必要事項を入力し、推薦状を添えて送信してください。結果は2週間以内にお知らせします。"
KINDS = (Kind.job, Kind.job, Kind.event, Kind.job, Kind.notice)
# What an organization adds when it announces the same once more.
AGAIN = {Kind.job: "（第{n}次募集）", Kind.event: "（第{n}回）", Kind.notice: "（第{n}報）"}

Act = Callable[[datetime], None]
Follower = Callable[[Version, datetime], None]  # told of each version that was approved


class Life:
    """What is still to happen, and how it is done."""

    def __init__(self, cast: Cast, *, now: datetime) -> None:
        self.cast, self.now, self.dice = cast, now, Random(SEED)  # noqa: S311  # data, not secrets
        self.acts: list[tuple[datetime, int, Act]] = []
        self.numbers = count()
        self.followers: list[Follower] = []
        self.crowds: dict[int, int] = {}  # how many apply, by entry, where it must be so many
        self.turns: dict[tuple[str, Kind], int] = {}
        self.titles: set[str] = set()

    def plan(self, when: datetime, act: Act) -> None:
        heapq.heappush(self.acts, (when, next(self.numbers), act))

    def run(self) -> None:
        while self.acts:
            when, _order, act = heapq.heappop(self.acts)
            if when >= self.now:
                continue
            act(when)
        self.publish_due(self.now)
        self.close_due(self.now)

    def publish_due(self, when: datetime) -> None:
        """What the clock had done by then, each at its own time."""
        self._each(publication.due_for_publication(when), Version.publish_at, publication.publish)

    def close_due(self, when: datetime) -> None:
        self._each(publication.due_for_closing(when), Version.unpublish_at, publication.close)

    def _each(self, due: ColumnElement[bool], moment: Any, act: Callable[[list[int], datetime], int]) -> None:
        rows = db.session.execute(select(Version.id, moment, Version.hold_until).where(due).order_by(moment)).all()
        for version_id, time, held in rows:
            act([version_id], max(time, held or time))

    # ---- what people do

    def office_hour(self, moment: datetime) -> datetime:
        """The same day at a busy minute, or the next business day."""
        day = local(moment).date()
        if not is_business_day(day):
            day = add_business_days(day, 1)
        return at(
            moment,
            days=(day - local(moment).date()).days,
            hour=self.dice.randrange(9, 18),
            minute=self.dice.randrange(60),
        )

    def write(self, house: House, kind: Kind, when: datetime, *, about: str = "", **over: Any) -> Version:
        """`about` is a word of the title."""
        values = next(self.ideas(house, kind, when, about)) | over
        self.titles.add(values["title"])
        return drafts.create(kind, values, actor=house.member, now=when)

    def ideas(self, house: House, kind: Kind, when: datetime, about: str) -> Iterator[dict[str, Any]]:
        """Postings of this house, those with a title that nobody had before first; then one is announced again."""
        tried = []
        for _ in range(MOST_IDEAS):
            turn = self.turns.get((house.registered.key, kind), 0)
            self.turns[house.registered.key, kind] = turn + 1
            values = make(kind, house.registered.key, turn, house.organization, submitted=when, dice=self.dice)
            if about not in values["title"]:
                continue
            if values["title"] not in self.titles:
                yield values
            tried.append(values)
        values = self.dice.choice(tried)
        again = (f"{values['title']}{AGAIN[kind].format(n=number)}" for number in count(2))
        yield values | {"title": next(title for title in again if title not in self.titles)}

    def submit(self, house: House, version: Version, when: datetime) -> None:
        told = submission.findings_of(version, now=when, days=APPROVAL_DAYS)
        rule_counts.fired(told, now=when)
        read = {finding.key: "募集の目的から必要なため。" for finding in told}
        submission.submit(seen(version), actor=house.member, now=when, days=APPROVAL_DAYS, acknowledged=read)

    def decide(
        self, action: Action, version: Version, when: datetime, *, comment: str = "", notes: Sequence[Said] = ()
    ) -> None:
        reviewer = self.dice.choice(self.cast.reviewers)
        workflow.perform(action, seen(version), actor=reviewer, now=when, comment=comment, notes=notes)
        if action is Action.approve:
            self.approved(refreshed(version), when)

    def approved(self, version: Version, when: datetime) -> None:
        """The clock will do its part, and whoever follows theirs."""
        self.plan(max(version.publish_at or when, version.hold_until or when, when), self.publish_due)
        if version.unpublish_at:
            self.plan(version.unpublish_at, self.close_due)
        for follow in self.followers:
            follow(version, when)

    def post(
        self, house: House, kind: Kind, when: datetime, *, returned: bool = False, decided: bool = True, **over: Any
    ) -> None:
        """From the draft to the approval, with a return on the way for some."""

        def begin(now: datetime) -> None:
            version = self.write(house, kind, now, **over)
            self.plan(
                now + timedelta(minutes=self.dice.randrange(20, 200)),
                lambda then: self.hand_in(house, version, then, returned, decided),
            )

        self.plan(when, begin)

    def hand_in(self, house: House, version: Version, when: datetime, returned: bool, decided: bool) -> None:  # noqa: FBT001  # plan of one life
        self.submit(house, version, when)
        later = self.office_hour(when + timedelta(hours=self.dice.randrange(20, 60)))
        if returned:
            self.plan(later, lambda then: self.give_back(house, version, then, decided=decided))
        elif decided:
            self.plan(later, lambda then: self.decide(Action.approve, version, then))

    def give_back(self, house: House, version: Version, when: datetime, *, decided: bool) -> None:
        self.decide(Action.return_, version, when, comment=self.dice.choice(PHRASES)[1])

        def mend(then: datetime) -> None:
            self.revise(version, house, then)
            self.hand_in(house, version, then, returned=False, decided=decided)

        self.plan(self.office_hour(when + timedelta(hours=self.dice.randrange(18, 40))), mend)

    def revise(self, version: Version, house: House, when: datetime, **over: Any) -> None:
        values: Mapping[str, Any] = content.read(refreshed(version))
        if not over and version.kind is Kind.job:
            over = {"duties": f"{values['duties']}業務の詳しい進め方は、面接のときに資料をお渡しして説明します。"}
        drafts.save(seen(version), postponed({**values, **over}, when), actor=house.member, now=when)


def postponed(values: Mapping[str, Any], when: datetime) -> dict[str, Any]:
    """The same content with all its dates later, when the wished time has passed meanwhile."""
    publish_at = values["publish_at"]
    if publish_at is None or publish_at > when + timedelta(hours=2):
        return dict(values)
    later = timedelta(days=(when - publish_at).days + 4)
    moved = {name: values[name] + later for name in ("publish_at", "open_at", "close_at") if values.get(name)}
    if values.get("sessions"):
        moved["sessions"] = [{end: row[end] + later for end in ("starts_at", "ends_at")} for row in values["sessions"]]
    return {**values, **moved}


def seen(version: Version) -> Seen:
    refreshed(version)
    return Seen(version.id, version.revision)


def refreshed(version: Version) -> Version:
    db.session.refresh(version)
    return version


def live(life: Life) -> None:
    """The ordinary half year of all organizations, up to what waits on the desk today."""
    for house in life.cast.houses.values():
        for number in range(house.registered.posts):
            when = life.now - timedelta(days=12 + (DAYS - 12) * (number + life.dice.random()) / house.registered.posts)
            kind = KINDS[number % len(KINDS)]
            life.post(house, kind, life.office_hour(when), returned=life.dice.random() < 0.18)


def fill_queue(life: Life) -> None:
    """What was handed in during the last days and waits."""
    houses = [house for key, house in life.cast.houses.items() if key != "org"]
    for number in range(40):
        ago = life.dice.choice((0.1, 0.4, 1.0, 1.2, 2.0, 2.3, 3.1, 4.2, 5.1, 6.3, 8.3, 9.2))
        house = houses[number % len(houses)]
        over: dict[str, Any] = {}
        kind = KINDS[number % len(KINDS)]
        if kind is Kind.job and number % 4 == 1:
            over = {"how_to_apply": LETTER}
        if kind is Kind.job and number % 7 == 3:
            over = {"nice_to_have": "30代までの方を歓迎します。海外で暮らした経験があるとなお良いです。"}
        returned = number % 9 == 5 and ago > 3
        life.post(
            house,
            kind,
            life.now - timedelta(days=ago, minutes=life.dice.randrange(240, 500)),
            returned=returned,
            decided=False,
            **over,
        )


def finish() -> None:
    """Letters of the past were read long ago: none of them leaves now, and none keeps a secret."""
    sent = (OutboxMail.lane == Lane.login) & (OutboxMail.state == MailState.queued)
    db.session.execute(update(OutboxMail).where(sent).values(params={}).execution_options(synchronize_session=False))
    db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.state == MailState.queued)
        .values(state=MailState.sent, sent_at=OutboxMail.next_at, attempts=1)
        .execution_options(synchronize_session=False)
    )


def share_out(life: Life) -> None:
    waiting = db.session.execute(
        select(Version.id, Version.revision).where(Version.state == State.submitted).order_by(Version.due_at).limit(9)
    ).all()
    for number, row in enumerate(waiting[::3]):
        reviewer = life.cast.reviewers[number % len(life.cast.reviewers)]
        assign([Seen(row.id, row.revision)], to=reviewer.account_id, actor=reviewer, now=life.now)
