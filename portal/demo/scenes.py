"""What the account in the README shows at once: an entry in every state, revisions that wait and that came back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from models.entries import Version
from models.states import Action, Kind, Role
from portal.accounts import invitations
from portal.demo import leaflets
from portal.demo.cast import House
from portal.demo.life import Life, refreshed, seen
from portal.publishing import content, drafts, workflow
from portal.publishing.field_notes import Said

INVITED = "kawamura@example.jp"
RETURNED = (
    "「業務の変更の範囲」が「変更なし」となっていますが、業務の内容には転勤の可能性が書かれています。"
    "どちらが正しいかご確認のうえ、そろえてください。"
)
NOTES = (
    Said("duties", "転勤の可能性が書かれています。勤務地の項目とそろえてください。"),
    Said("inquiry_phone", "電話の受付時間があれば、部署の欄に書き添えてください。"),
)
# What an event asks for that chooses its participants.
ASKED: dict[str, Any] = {
    "resume_type": "general",
    "resume_items": ["education", "work", "appeal"],
    "documents": [{"name": "参加の動機", "required": True, "note": "A4で1枚"}],
}
# What others have public today, so that the site looks lived in.
OTHERS = (
    ("org2", Kind.job),
    ("jica", Kind.job),
    ("jica", Kind.event),
    ("noncorp", Kind.notice),
    ("org2", Kind.event),
    ("tohto", Kind.event),
    ("manabiya", Kind.event),
    ("iryo", Kind.event),
    ("midorinowa", Kind.event),
    ("koutsu", Kind.event),
    ("asia", Kind.job),
    ("kizuna", Kind.event),
)


def play(life: Life) -> None:
    house = life.cast.houses["org"]
    _invited(life, house)
    _drafts(life, house)
    for kind in (Kind.job, Kind.event):
        _waiting(life, house, kind, days=1)
    _returned(life, house)
    _soon(life, house)
    for kind, days in ((Kind.job, 9), (Kind.event, 10), (Kind.notice, 8), (Kind.job, 12)):
        _public(life, house, kind, days=days, filed=kind is not Kind.job)
    _public(life, house, Kind.job, days=18, crowd=26, about="給水施設", filed=True)
    _public(life, house, Kind.event, days=17, crowd=18, about="キャリアセミナー", capacity=10, overflow="waiting")
    _public(life, house, Kind.event, days=11, crowd=8, about="報告会", dates=2, **ASKED)
    _public(life, house, Kind.job, days=14, then=lambda version, now: _revise(life, house, version, now, back=False))
    _public(life, house, Kind.event, days=14, then=lambda version, now: _revise(life, house, version, now, back=True))
    _public(life, house, Kind.job, days=20, then=lambda version, now: _stop(life, version, now))
    _public(life, house, Kind.event, days=18, then=lambda version, now: _end(house, version, now))
    for number, (key, kind) in enumerate(OTHERS):
        _public(life, life.cast.houses[key], kind, days=8 + number % 7)


def _invited(life: Life, house: House) -> None:
    """A colleague who has not set a password yet."""

    def invite(now: datetime) -> None:
        organization_id = house.member.organization_id
        invitations.invite(
            INVITED, "川村 春香", organization_id=organization_id, role=Role.editor, actor=house.member, now=now
        )

    life.plan(life.now - timedelta(days=2), invite)


def _drafts(life: Life, house: House) -> None:
    when = life.now - timedelta(hours=26)
    life.plan(when, lambda now: _half(life, house, now))


def _half(life: Life, house: House, now: datetime) -> None:
    life.write(house, Kind.job, now, must_have="", selection="", publish_at=None, attest=False)
    life.write(house, Kind.notice, now + timedelta(minutes=5), body="", attest=False)


def _waiting(life: Life, house: House, kind: Kind, *, days: int) -> None:
    life.post(house, kind, life.now - timedelta(days=days, hours=6), decided=False)


def _returned(life: Life, house: House) -> None:
    def begin(now: datetime) -> None:
        version = life.write(house, Kind.job, now)
        life.submit(house, version, now + timedelta(minutes=40))
        life.plan(now + timedelta(hours=26), lambda then: give_back(version, then))

    def give_back(version: Version, now: datetime) -> None:
        life.decide(Action.return_, version, now, comment=RETURNED, notes=NOTES)

    life.plan(life.now - timedelta(days=2, hours=4), begin)


def _soon(life: Life, house: House) -> None:
    """Approved, and public in a few days."""

    def begin(now: datetime) -> None:
        version = life.write(house, Kind.event, now)
        life.submit(house, version, now + timedelta(minutes=30))
        life.plan(now + timedelta(hours=20), lambda then: life.decide(Action.approve, version, then))

    life.plan(life.now - timedelta(days=1, hours=3), begin)


def _public(
    life: Life,
    house: House,
    kind: Kind,
    *,
    days: int,
    then: Callable[[Version, datetime], None] | None = None,
    crowd: int = 0,
    about: str = "",
    dates: int = 1,
    filed: bool = False,
    **more: Any,
) -> None:
    """Public since some days, with most of its period ahead; `then` happens a day or two ago.

    `crowd` is how many apply, `about` a word of the title, `dates` the number of an event's sessions; `filed` adds a
    picture and a leaflet; `more` is content.
    """

    def begin(now: datetime) -> None:
        opens = now + timedelta(days=4)
        closes = life.now + timedelta(days=8 + life.dice.randrange(20))
        over = {"publish_at": opens.replace(minute=0, second=0, microsecond=0)}
        if kind is not Kind.notice:
            over |= {
                "open_at": over["publish_at"],
                "close_at": closes.replace(hour=8, minute=0, second=0, microsecond=0),
            }
        version = life.write(house, kind, now, about=about)
        if filed:
            leaflets.put_on(version, actor=house.member, now=now)
        values = {**over, **_sessions(kind, over, dates), **more}
        if crowd:
            life.crowds[version.entry_id] = crowd
        life.revise(version, house, now + timedelta(minutes=10), **values)
        life.submit(house, version, now + timedelta(minutes=30))
        life.plan(now + timedelta(days=2), lambda at: life.decide(Action.approve, version, at))
        if then is not None:
            life.plan(life.now - timedelta(days=1, hours=5), lambda at: then(refreshed(version), at))

    life.plan(life.now - timedelta(days=days), begin)


def _sessions(kind: Kind, over: dict[str, datetime], dates: int) -> dict[str, object]:
    if kind is not Kind.event:
        return {}
    first = over["close_at"] + timedelta(days=5, hours=2)
    starts = [first + timedelta(days=7 * number) for number in range(dates)]
    rows = [{"starts_at": start, "ends_at": start + timedelta(hours=2)} for start in starts]
    return {"schedule_kind": "dated", "sessions": rows}


def _revise(life: Life, house: House, version: Version, now: datetime, *, back: bool) -> None:
    revision = drafts.revise(version.entry_id, actor=house.member, now=now)
    change = (
        {"close_at": version.close_at + timedelta(days=7)}
        if version.close_at and version.kind is Kind.job
        else {"capacity": 120}
    )
    drafts.save(seen(revision), {**content.read(revision), **change}, actor=house.member, now=now)
    life.submit(house, revision, now + timedelta(minutes=25))
    if back:
        comment = "定員の変更に合わせて、会場と申込方法の記載もご確認ください。"
        life.plan(now + timedelta(hours=4), lambda then: life.decide(Action.return_, revision, then, comment=comment))


def _stop(life: Life, version: Version, now: datetime) -> None:
    comment = "連絡先の電話がつながらないとのお問合せがありました。確認できるまで掲載を停止します。"
    life.decide(Action.unpublish, version, now, comment=comment)


def _end(house: House, version: Version, now: datetime) -> None:
    workflow.perform(Action.close, seen(version), actor=house.member, now=now)
