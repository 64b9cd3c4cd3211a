"""Who applies for what in the demo, and what the organizations make of it, by the services at working hours."""

import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from sqlalchemy import select

from models.applications import Application, ApplicationDocument
from models.base import db
from models.entries import Entry, EventVersion, JobVersion, Version
from models.organizations import Organization
from models.states import ApplicationState, ApplyVia, DocumentState, Kind
from portal.actors import Actor
from portal.demo.cast import Person
from portal.demo.contents import at
from portal.demo.life import SEED, Life
from portal.demo.papers import paper
from portal.files import intake
from portal.recruiting import decisions, drafting, following, opening, seats, submitting
from portal.recruiting.moves import SeenApplication
from portal.recruiting.openness import takes_applications
from portal.recruiting.stages import ENDED
from portal.recruiting.submitting import Answers

S = ApplicationState
# How many apply, by the organization's key, while a posting runs and in the past; who is not named has few.
CROWDS: Mapping[str, tuple[int, int]] = {"org": (4, 2), "org2": (3, 1), "jica": (3, 1), "noncorp": (2, 1)}
# With whom the first talent of the README has nothing to do, so that both sides can be tried as strangers.
UNKNOWN_TO_THE_FIRST = frozenset({"jica"})
RECENT = timedelta(days=90)
SELDOM = 12  # of the other organizations' postings one in so many has an applicant
# What becomes of one application after the other: the steps below, each some working hours after the one before.
RUNNING: Mapping[Kind, Sequence[str]] = {
    Kind.job: (
        "read receive again",
        "read receive screen note interview",
        "read receive",
        "read receive again resend",
        "read receive screen",
        "draft",
        "read receive fail_documents",
        "read receive screen interview fail_interview",
        "read withdraw",
        "read reject",
        "read note receive again resend screen",
        "",
    ),
    Kind.event: ("read receive", "read receive accept", "read", "read withdraw", "read receive accept note", ""),
}
OVER: Mapping[Kind, Sequence[str]] = {
    Kind.job: (
        "read receive screen note interview hire",
        "read receive fail_documents",
        "read receive screen interview fail_interview",
        "read receive again resend screen interview fail_interview",
        "read receive withdraw",
        "read reject",
        "read receive again fail_documents",
    ),
    Kind.event: (
        "read receive accept attend",
        "read receive accept absent",
        "read receive lose",
        "read receive accept note attend",
    ),
}
STAGES = {
    "receive": S.received,
    "screen": S.screened,
    "interview": S.interview,
    "hire": S.hired,
    "fail_documents": S.declined_documents,
    "fail_interview": S.declined_interview,
    "reject": S.rejected,
    "accept": S.accepted,
    "lose": S.lost,
    "attend": S.attended,
    "absent": S.absent,
}
AFTER_DEADLINE = ("hire",)
AFTER_SESSION = ("attend", "absent")
NOTES = (
    "現地での経験が募集の内容とよく合っている。面接で報告書の作成について詳しく聞く。",
    "着任の時期について本人に確認する（6月以降の希望）。",
    "前回の募集にも応募あり。経歴の追記を確認した。",
    "語学の証明書の取得日が古いため、面接の中で英語の受け答えを確かめる。",
)
MESSAGES = (
    "提出いただいたファイルの2ページ目が読み取れませんでした。お手数ですが、もう一度ご提出ください。",
    "証明書の取得日が確認できませんでした。日付の入ったものをご提出ください。",
)


class Applying:
    """Follows a life: whenever a posting is approved, people begin to plan their applications to it."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.dice = Random(SEED + 1)  # noqa: S311  # data, not secrets
        self.keys = {house.organization.id: key for key, house in life.cast.houses.items()}
        self.paths: defaultdict[tuple[int, Kind, bool], Iterator[int]] = defaultdict(count)
        self.others = count()
        self.followed: set[int] = set()
        self.applying: list[Person] = []

    def follow(self, version: Version, _when: datetime) -> None:
        if (
            not isinstance(version, JobVersion | EventVersion)
            or version.apply_via is not ApplyVia.web
            or version.open_at is None
            or version.close_at is None
            or version.entry_id in self.followed
        ):
            return
        self.followed.add(version.entry_id)
        first = max(version.open_at, version.publish_at or version.open_at) + timedelta(hours=2)
        last = min(version.close_at, self.life.now) - timedelta(hours=1)
        running = version.close_at > self.life.now
        if last <= first:
            return
        people = self._people(version, self._wanted(version, running=running))
        self.applying += people
        moments = sorted(first + (last - first) * self.dice.random() ** 2 for _ in people)  # most come early
        begun = self.paths[version.organization_id, version.kind, running]
        paths = count() if version.entry_id in self.life.crowds else begun
        offered = (RUNNING if running else OVER)[version.kind]
        for person, when in zip(people, moments, strict=True):
            self._plan(version.entry_id, person, offered[next(paths) % len(offered)].split(), when)

    def _wanted(self, version: Version, *, running: bool) -> int:
        if version.entry_id in self.life.crowds:
            return self.life.crowds[version.entry_id]
        if version.close_at is not None and version.close_at < self.life.now - RECENT:
            return 0
        key = self.keys[version.organization_id]
        if key in CROWDS:
            return CROWDS[key][0 if running else 1]
        return 1 if next(self.others) % SELDOM == 0 else 0

    def _people(self, version: JobVersion | EventVersion, wanted: int) -> list[Person]:
        """Those whose field it is before the others, and first of each those who applied nowhere yet: so nobody is left
        over, at whatever hour the demo is loaded. Where many apply, the talents that the README names are among them:
        the first for a job, the last for an event."""
        named, others = self.life.cast.talents[:2], self.life.cast.talents[2:]
        people = [
            person
            for person in self.life.cast.talents
            if (version.resume_type != "expert" or person.registered.career.ability)
            and (person is not named[0] or self.keys[version.organization_id] not in UNKNOWN_TO_THE_FIRST)
        ]
        self.dice.shuffle(people)
        people.sort(
            key=lambda person: (
                not set(person.registered.career.fields) & set(version.fields),
                person in self.applying and person not in named,
            )
        )
        if version.entry_id not in self.life.crowds:
            return people[:wanted]
        rest = [person for person in people if person in others][: wanted - len(named)]
        return [*named, *rest] if version.kind is Kind.job else [*rest, *named]

    # ---- the talent's side

    def _plan(self, entry_id: int, person: Person, path: list[str], when: datetime) -> None:
        self.life.plan(when, lambda now: self._apply(entry_id, person, path, now))

    def _apply(self, entry_id: int, person: Person, path: list[str], now: datetime) -> None:
        if not _is_open(entry_id, now):
            return
        application = drafting.start(entry_id, actor=person.actor, now=now)
        for document in application.documents[: 1 if "draft" in path else None]:
            if document.required or self.dice.random() < 0.6:
                _hand_in(application, document, person, now=now)
        version = application.version
        if "draft" in path or not isinstance(version, JobVersion | EventVersion):
            return
        offered = seats.open_sessions(version, now=now) if seats.needs_session(version) else []
        answers = Answers(consent=True, session_at=self.dice.choice(offered) if offered else None)
        submitting.submit(_seen(application), answers, actor=person.actor, now=now)
        self._go_on(application.id, person, path, now)

    def _go_on(self, application_id: int, person: Person, path: list[str], after: datetime) -> None:
        if not path:
            return
        step, *rest = path
        earliest = after + timedelta(hours=self.dice.randrange(8, 30))
        application = db.session.get_one(Application, application_id)
        if step in AFTER_DEADLINE and application.version.close_at:
            earliest = max(earliest, application.version.close_at)
        if step in AFTER_SESSION and isinstance(application.version, EventVersion):
            earliest = max(earliest, *(row.ends_at for row in application.version.sessions if row.ends_at))

        def act(now: datetime) -> None:
            self._step(step, application_id, person, now)
            self._go_on(application_id, person, rest, now)

        self.life.plan(self.life.office_hour(earliest), act)

    # ---- the organization's side

    def _step(self, step: str, application_id: int, person: Person, now: datetime) -> None:
        application = db.session.get_one(Application, application_id, populate_existing=True)
        member = self.life.cast.houses[self.keys[application.organization_id]].member
        if application.state in ENDED and step not in AFTER_SESSION:
            return
        if step in STAGES:
            _set_stage(application, STAGES[step], actor=member, now=now)
        else:
            acts: Mapping[str, Callable[[], None]] = {
                "read": lambda: opening.record_reading(application, "read", actor=member, now=now),
                "note": lambda: self._note(application, actor=member, now=now),
                "again": lambda: self._ask_again(application, actor=member, now=now),
                "resend": lambda: _resend(application, person, now=now),
                "withdraw": lambda: following.withdraw(_seen(application), actor=person.actor, now=now),
            }
            acts[step]()

    def _note(self, application: Application, *, actor: Actor, now: datetime) -> None:
        note = self.dice.choice(NOTES)
        decisions.save_note(application.id, note, revision=application.note_revision, actor=actor, now=now)

    def _ask_again(self, application: Application, *, actor: Actor, now: datetime) -> None:
        handed = [document for document in application.documents if document.file_id]
        if not handed:
            return
        document = handed[0]
        decisions.judge_document(document.id, DocumentState.defective, actor=actor, now=now)
        until = at(now, days=14, hour=17)
        message = self.dice.choice(MESSAGES)
        decisions.ask_again({application.id: [document.id]}, until=until, message=message, actor=actor, now=now)


def _is_open(entry_id: int, now: datetime) -> bool:
    query = select(Version.id).join(Entry, Entry.live_version_id == Version.id).join(Organization)
    return db.session.scalar(query.where(Entry.id == entry_id, takes_applications(now))) is not None


def _seen(application: Application) -> SeenApplication:
    return SeenApplication(application.id, application.revision)


def _hand_in(application: Application, document: ApplicationDocument, person: Person, *, now: datetime) -> None:
    """Past the inspection of what strangers hand in: the demo wrote it itself, and hundreds of them must go quickly."""
    name, kind, made = paper(document.name, person.registered, _lines(person))
    owner_id = person.actor.account_id
    stored = intake.keep_made(io.BytesIO(made), name, kind.media_type, owner_id=owner_id, now=now)
    drafting.put_document(document.id, stored, application=application, now=now)


def _lines(person: Person) -> list[str]:
    career, (first, second) = person.registered.career, person.registered.countries
    words = {"a": first.name, "b": second.name, "year": 10}
    tests = [f"{test}　{score}" for _language, _level, test, score in career.languages if test]
    return [*tests, *(span.duties.format(**words) for span in reversed(career.spans)), career.appeal.format(**words)]


def _set_stage(application: Application, to: ApplicationState, *, actor: Actor, now: datetime) -> None:
    if application.state is S.waitlisted and to is not S.lost:
        return  # who waits gets a place when one becomes free, not out of turn
    decisions.set_stage([_seen(application)], to, kind=application.kind, actor=actor, now=now)
    if to is S.received:
        for document in application.documents:
            if document.file_id:
                decisions.judge_document(document.id, DocumentState.received, actor=actor, now=now)


def _resend(application: Application, person: Person, *, now: datetime) -> None:
    if application.state is not S.resubmit_wait:
        return
    for document in application.documents:
        if document.state is DocumentState.reopened:
            _hand_in(application, document, person, now=now)
    following.hand_in_again(application, actor=person.actor, now=now)
