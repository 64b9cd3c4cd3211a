"""What the routes of the administration are asked for: always about somebody made for it, so that the others stay."""

from models.mail import OutboxMail
from models.office import News
from models.people import Account
from models.states import Audience, Lane, MailState, Role
from portal.administration.code_lists import rows
from scheduler.jobs import record
from scheduler.timetable import TIMETABLE
from tests.access.asked import Asked, Target
from tests.access.world import World
from tests.recruiting.builders import profile_of, talent

REASON = {"reason": "利用規約の確認のため"}


def organization(world: World, _who: str) -> Asked:
    return Asked({"organization_id": world.house_id})


def noted(world: World, _who: str) -> Asked:
    return Asked({"organization_id": world.make.organization().id}, {"text": "電話で確認した。"})


def stopped(world: World, _who: str) -> Asked:
    return Asked({"organization_id": world.make.organization().id}, REASON | {"kind": "event", "act": "stop"})


def shut_out(world: World, _who: str) -> Asked:
    return Asked({"organization_id": world.make.organization().id}, REASON)


def let_in(world: World, _who: str) -> Asked:
    return Asked({"organization_id": world.make.organization(suspended_at=world.now).id}, REASON)


def someone(world: World, role: Role = Role.editor, *, out: bool = False) -> Account:
    house = None if role in (Role.reviewer, Role.administrator) else world.make.organization()
    return world.make.account(role, house, suspended_at=world.now if out else None)


def member(world: World, _who: str) -> Asked:
    return Asked({"account_id": someone(world).id}, REASON)


def former(world: World, _who: str) -> Asked:
    return Asked({"account_id": someone(world, out=True).id}, REASON)


def colleague(world: World, _who: str) -> Asked:
    return Asked({"account_id": someone(world, Role.reviewer).id}, {"role": "administrator"})


def invited(world: World, _who: str) -> Asked:
    return Asked(
        data={"email": f"new-colleague{world.next_number()}@example.jp", "name": "木村 遥", "role": "reviewer"}
    )


def person(world: World, _who: str) -> Asked:
    return Asked({"talent_id": profile_of(world.actors["talent"]).id})


def leaving(world: World, _who: str) -> Asked:
    profile = profile_of(talent(world.make, "去る 人"))
    return Asked({"talent_id": profile.id}, {"code": profile.code})


def news(world: World) -> News:
    return world.keep(
        News(
            title="保守のお知らせ",
            body="日曜の夜に停止します。",
            audience=Audience.talents,
            starts_at=world.now,
            created_at=world.now,
            updated_at=world.now,
        )
    )


WORDS = {"title": "年末の営業", "body": "12月29日から休みます。", "audience": "organizations"}


def new_news(_world: World, _who: str) -> Asked:
    return Asked(data=WORDS | {"starts_at": "2026-12-01T09:00", "ends_at": "2027-01-04T09:00"})


def setting(_world: World, _who: str) -> Asked:
    return Asked({"setting": "approval_days"}, {"value": "3"})


def code_list(_world: World, _who: str) -> Asked:
    typed = {"value": []}
    for place, code in enumerate(rows("fee_kinds")):
        typed["value"].append(code.value)
        typed |= {f"ja-{code.value}": code.ja, f"position-{code.value}": str(place), f"active-{code.value}": "1"}
    return Asked({"chosen": "fee_kinds"}, typed)


def rule(_world: World, _who: str) -> Asked:
    return Asked({"key": "Q-09"}, {"active": "1", "severity": "warning", "message": ""})


def letter(state: MailState) -> Target:
    def ask(world: World, _who: str) -> Asked:
        mail = OutboxMail(
            message_id=f"<{world.next_number()}@example.jp>",
            lane=Lane.normal,
            letter="entry_submitted",
            params={"title": "水の専門家"},
            recipient="a@example.jp",
            state=state,
            next_at=world.now,
            created_at=world.now,
        )
        return Asked({"mail_id": world.keep(mail).id})

    return ask


def held(world: World, _who: str) -> Asked:
    version = world.ago.published(actor=world.actors["owner"])
    return Asked({"entry_id": version.entry_id})


def holding(world: World, who: str) -> Asked:
    return Asked(held(world, who).values | {"act": "hold"}, {"reason": "係争中のため"})


def job(world: World, _who: str) -> Asked:
    record(TIMETABLE[-1], now=world.now, seconds=0, done=0, error="")
    return Asked({"job": TIMETABLE[-1].id})


def asked_for(world: World, who: str) -> Asked:
    return Asked(job(world, who).values | {"order": "ask"})


TARGETS: dict[str, Target] = {
    "desk_mail.resend": letter(MailState.failed),
    "desk_mail.stop": letter(MailState.queued),
    "desk_retention.detail": held,
    "desk_retention.act": holding,
    "desk_jobs.detail": job,
    "desk_jobs.order": asked_for,
    "desk_organizations.detail": organization,
    "desk_organizations.note": noted,
    "desk_organizations.posting": stopped,
    "desk_suspensions.begin": shut_out,
    "desk_suspensions.end": let_in,
    "desk_members.detail": member,
    "desk_secretaries.detail": colleague,
    "desk_secretaries.create_view": invited,
    "desk_account_acts.suspend": member,
    "desk_account_acts.restore": former,
    "desk_account_acts.role": colleague,
    "desk_account_acts.password_mail": member,
    "desk_account_acts.sessions": member,
    "desk_account_acts.erase": leaving,
    "desk_talents.detail": person,
    "desk_news.create_view": new_news,
    "desk_settings.save": setting,
    "desk_settings.reset": setting,
    "desk_codes.edit": code_list,
    "desk_codes.save": code_list,
    "desk_rules.edit": rule,
    "desk_rules.save": rule,
}
