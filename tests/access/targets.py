"""What each route is asked for: real objects of a person's, or ids that nothing has."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from models.base import db
from models.desk import SavedView
from models.entries import Version
from models.records import AuditEvent, ClosedDay, Phrase
from models.states import Action, DownloadKind, Kind
from portal import clock
from portal.clock import local
from portal.database import begin_write
from portal.publishing.bulk import decide
from portal.recruiting import downloads
from tests.access import accounts, administration, applications, mailboxes, mails, registrations, seeking
from tests.access.asked import Asked, Target
from tests.access.world import World
from tests.make import seen
from tests.publishing import filing
from tests.views.posting import posted

NOWHERE = 2_000_000_000  # an id that no object has
KINDS = {"jobs": Kind.job, "events": Kind.event, "notices": Kind.notice}


def nothing(_world: World, _who: str) -> Asked:
    return Asked()


# ---- entries of an organization: the state that the route is made for


def named(version: Version) -> str:
    return f"{version.id}.{version.revision}"


def draft(kind: Kind) -> Target:
    return lambda world, who: Asked({"version_id": world.make.draft(kind, actor=world.actors[who]).id})


def page_of_entry(kind: Kind) -> Target:
    return lambda world, who: Asked({"entry_id": world.ago.published(kind, actor=world.actors[who]).entry_id})


def file_of_draft(kind: Kind) -> Target:
    """Not handed in: nobody but the organization knows of it."""

    def ask(world: World, who: str) -> Asked:
        version = world.make.draft(kind, actor=world.actors[who])
        row = filing.attach(version, "images", actor=world.actors[who], make=world.make)
        return Asked({"file_id": row.file_id})

    return ask


def file_of_public(world: World, _who: str) -> Asked:
    version = filing.published(Kind.event, actor=world.actors["owner"], make=world.ago)
    return Asked({"path": "events", "number": version.entry.number, "file_id": version.files[0].file_id})


def file_handed_in(world: World, _who: str) -> Asked:
    owner = world.actors["owner"]
    version = world.make.submit(filing.draft(Kind.notice, actor=owner, make=world.make), actor=owner)
    return Asked({"version_id": version.id, "file_id": version.files[0].file_id})


def done(kind: Kind) -> Target:
    return lambda world, who: Asked({"version_id": world.make.submitted(kind, actor=world.actors[who]).id})


def new(kind: Kind) -> Target:
    return lambda world, _who: Asked(data=posted(kind, now=world.now, step="save"))


def saved(kind: Kind) -> Target:
    def ask(world: World, who: str) -> Asked:
        version = world.make.draft(kind, actor=world.actors[who])
        return Asked(
            {"version_id": version.id},
            posted(kind, now=world.now, step="save", revision=version.revision, title="直したタイトル"),
        )

    return ask


def submitted(kind: Kind) -> Target:
    def ask(world: World, who: str) -> Asked:
        version = world.make.draft(kind, actor=world.actors[who])
        return Asked({"version_id": version.id}, {"revision": version.revision})

    return ask


def by_entry(kind: Kind) -> Target:
    return lambda world, who: Asked(data={"entry": world.ago.published(kind, actor=world.actors[who]).entry_id})


def withdrawn(kind: Kind) -> Target:
    return lambda world, who: Asked(data={"seen": named(world.make.submitted(kind, actor=world.actors[who]))})


def closed(kind: Kind) -> Target:
    return lambda world, who: Asked(data={"seen": named(world.ago.published(kind, actor=world.actors[who]))})


def closed_together(kind: Kind) -> Target:
    return lambda world, who: Asked(data={"item": named(world.ago.published(kind, actor=world.actors[who]))})


def discarded(kind: Kind) -> Target:
    return lambda world, who: Asked(data={"seen": named(world.make.draft(kind, actor=world.actors[who]))})


# ---- the desk


def waiting(world: World) -> Version:
    return world.make.submitted(actor=world.actors["owner"])


def reviewed(world: World, _who: str) -> Asked:
    return Asked({"version_id": waiting(world).id})


def decided(world: World, _who: str) -> Asked:
    version = waiting(world)
    return Asked({"version_id": version.id}, {"action": "approve", "revision": version.revision})


def extended(world: World, _who: str) -> Asked:
    version = world.ago.published(actor=world.actors["owner"])
    until = local(world.now).replace(year=local(world.now).year + 1)
    return Asked(
        {"version_id": version.id},
        {"revision": version.revision, "until": f"{until:%Y-%m-%dT%H:%M}", "comment": "団体の希望による"},
    )


def assigned(world: World, _who: str) -> Asked:
    version = waiting(world)
    return Asked({"version_id": version.id}, {"revision": version.revision, "take": "1"})


def put_aside(world: World, _who: str) -> Asked:
    version = waiting(world)
    return Asked({"version_id": version.id}, {"revision": version.revision, "reason": "団体に確認中", "until": ""})


def noted(world: World, _who: str) -> Asked:
    return Asked({"version_id": waiting(world).id}, {"text": "電話で確認した。"})


def saved_view(world: World, _who: str) -> Asked:
    return Asked({"lamp": "clean"}, {"name": f"問題なし {world.next_number()}"})


def own_view(world: World, who: str) -> Asked:
    actor = world.actors[who if world.actors[who].is_secretariat else "reviewer"]
    values = {"account_id": actor.account_id, "query": "lamp=clean", "created_at": world.now}
    return Asked({"view_id": world.keep(SavedView(name=f"問題なし {world.next_number()}", **values)).id})


def undone(world: World, _who: str) -> Asked:
    version = world.make.approved(actor=world.actors["owner"], office=world.actors["reviewer"])
    return Asked({"batch": version.batch})


def chosen(world: World, _who: str) -> Asked:
    version = waiting(world)
    return Asked(data={"action": "approve", "item": f"{version.id}:{version.revision}"})


def decided_together(world: World, who: str) -> Asked:
    """A result is shown to who decided."""
    office = world.actors[who if world.actors[who].is_secretariat else "reviewer"]
    version = waiting(world)
    begin_write()
    batch = decide(Action.approve, [seen(version)], actor=office, now=world.now, hold=world.hold)
    db.session.commit()
    return Asked({"batch": batch})


def recorded(world: World, _who: str) -> Asked:
    """An event of the trail; making anything leaves one."""
    world.make.draft(actor=world.actors["owner"])
    return Asked({"event_id": db.session.scalar(select(func.max(AuditEvent.id)))})


def export_asked(world: World, _who: str) -> Asked:
    """An export of the trail that the administrator waits for."""
    begin_write()
    params = {"number": str(world.next_number())}
    actor = world.actors["administrator"]
    download = downloads.queue(DownloadKind.trail_csv, params, total=0, actor=actor, now=world.now)
    db.session.commit()
    return Asked({"download_id": download.id})


def exported(world: World, who: str) -> Asked:
    asked = export_asked(world, who)
    downloads.work(clock.now())
    return asked


def phrase(world: World) -> Phrase:
    return world.keep(Phrase(title="確認のお願い", text="期間をご確認ください。", position=world.next_number()))


def closed_day(world: World) -> ClosedDay:
    return world.keep(ClosedDay(day=date(2030, 1, 1) + timedelta(days=world.next_number()), name="臨時休業"))


def new_phrase(world: World, _who: str) -> Asked:
    return Asked(data={"title": "期間の確認", "text": "ご確認ください。", "position": "3"})


def new_closed_day(world: World, _who: str) -> Asked:
    day = date(2040, 1, 1) + timedelta(days=world.next_number())
    return Asked(data={"day": day.isoformat(), "name": "創立記念日"})


def changed(make: Callable[[World], Any], new: Target) -> Target:
    return lambda world, who: Asked({"id": make(world).id}, new(world, who).data)


def removed(make: Callable[[World], Any]) -> Target:
    return lambda world, _who: Asked(data={"id": make(world).id})


# ---- everyone


def number(kind: Kind) -> Target:
    def ask(world: World, _who: str) -> Asked:
        version = world.ago.published(kind, actor=world.actors["owner"])
        return Asked({"path": f"{kind}s", "number": version.entry.number})

    return ask


def calendar(world: World, who: str) -> Asked:
    return Asked({"number": number(Kind.event)(world, who).values["number"]})


TARGETS: dict[str, Target] = (
    applications.TARGETS
    | mailboxes.TARGETS
    | mails.TARGETS
    | seeking.TARGETS
    | accounts.TARGETS
    | administration.TARGETS
    | registrations.TARGETS
    | {
        "static": lambda _world, _who: Asked({"filename": "portal.css"}),
        "public.listing": lambda _world, _who: Asked({"path": "jobs"}),
        "public.feed": lambda _world, _who: Asked({"path": "jobs"}),
        "public.entry": number(Kind.job),
        "public.entry_file": file_of_public,
        "desk.file": file_handed_in,
        "public.calendar": calendar,
        "public.organization": lambda world, _who: Asked({"organization_id": world.house_id}),
        "demo_mail.detail": lambda world, _who: Asked({"letter_id": world.letter_id}),
        "login.staff_check": lambda _world, _who: Asked(data={"email": "nobody@example.jp", "password": "wrong"}),
        "login.talent_check": lambda _world, _who: Asked(data={"email": "nobody@example.jp", "password": "wrong"}),
        "login.take_second_step": lambda _world, _who: Asked(data={"code": "123456"}),
        "account.end_session": lambda world, _who: Asked({"session_id": world.another_session("owner")}),
        "desk.review": reviewed,
        "desk.decide": decided,
        "desk.extend": extended,
        "desk.assign": assigned,
        "desk.undo": undone,
        "desk_triage.look": reviewed,
        "desk_triage.aside": put_aside,
        "desk_triage.take_up": put_aside,
        "desk_triage.note": noted,
        "desk_filter.save": saved_view,
        "desk_filter.delete": own_view,
        "desk_bulk.plan": chosen,
        "desk_bulk.run": chosen,
        "desk_bulk.result": decided_together,
        "desk_trail.event": recorded,
        "desk_trail_export.fetch": exported,
        "desk_trail_export.cancel": export_asked,
        "desk_phrases.create_view": new_phrase,
        "desk_phrases.edit_view": changed(phrase, new_phrase),
        "desk_phrases.delete_view": removed(phrase),
        "desk_mail_samples.create_view": mails.new_template,
        "desk_mail_samples.edit_view": changed(mails.template, mails.new_template),
        "desk_mail_samples.delete_view": removed(mails.template),
        "desk_news.edit_view": changed(administration.news, administration.new_news),
        "desk_news.delete_view": removed(administration.news),
        "desk_closed_days.create_view": new_closed_day,
        "desk_closed_days.edit_view": changed(closed_day, new_closed_day),
        "desk_closed_days.delete_view": removed(closed_day),
    }
)
for slug, kind in KINDS.items():
    TARGETS |= {
        f"organization_{slug}.entry": page_of_entry(kind),
        f"organization_{slug}.file": file_of_draft(kind),
        f"organization_{slug}.sheet": lambda _world, _who: Asked({"end": "csv"}),
        f"organization_{slug}_closing.ask": closed_together(kind),
        f"organization_{slug}_closing.end": closed_together(kind),
        f"organization_{slug}_form.create": new(kind),
        f"organization_{slug}_form.edit": draft(kind),
        f"organization_{slug}_form.save": saved(kind),
        f"organization_{slug}_form.keep_new": new(kind),
        f"organization_{slug}_form.keep_draft": saved(kind),
        f"organization_{slug}_form.here": draft(kind),
        f"organization_{slug}_form.preview": new(kind),
        f"organization_{slug}_form.check": new(kind),
        f"organization_{slug}_form.confirm": draft(kind),
        f"organization_{slug}_form.submit": submitted(kind),
        f"organization_{slug}_form.done": done(kind),
        f"organization_{slug}_form.revise": by_entry(kind),
        f"organization_{slug}_form.copy": by_entry(kind),
        f"organization_{slug}_form.withdraw": withdrawn(kind),
        f"organization_{slug}_form.close": closed(kind),
        f"organization_{slug}_form.discard": discarded(kind),
    }


def target_of(endpoint: str) -> Target:
    return TARGETS.get(endpoint, nothing)


def unknown(asked: Asked) -> Asked:
    """The same request for ids that nothing has."""
    values = {name: NOWHERE if isinstance(value, int) else f"{value}-X" for name, value in asked.values.items()}
    data = dict(asked.data.items(multi=True)) if hasattr(asked.data, "getlist") else dict(asked.data)
    for name in ("entry", "id"):
        data |= {name: NOWHERE} if name in data else {}
    for name in data.keys() & {"seen", "item"}:
        sign = ":" if ":" in str(data[name]) else "."
        data |= {name: f"{NOWHERE}{sign}1"}
    return Asked(values, data)
