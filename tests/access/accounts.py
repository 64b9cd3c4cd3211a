"""What the routes of accounts, of mailed addresses and of members are asked for."""

from datetime import timedelta
from typing import Any

from models.base import db
from models.people import Account
from models.states import AddressPurpose, Role
from portal.accounts import addresses, invitations
from portal.actors import Actor
from portal.database import begin_write
from tests.access.applications import member_of
from tests.access.asked import Asked, Target
from tests.access.world import World


def door(_world: World, _who: str) -> Asked:
    return Asked({"door": "organization"}, {"email": "nobody@example.jp"})


def mailed(purpose: AddressPurpose) -> Target:
    """An address that waits in the mailbox of somebody else, who nobody is logged in as."""

    def ask(world: World, _who: str) -> Asked:
        account = world.make.account(Role.talent)
        new_email = f"new{world.next_number()}@example.jp"
        if purpose is AddressPurpose.email_undo:
            new_email = account.email
        begin_write()
        token = addresses.issue(
            purpose,
            account.id,
            "before@example.jp" if purpose is AddressPurpose.email_undo else account.email,
            password_version=account.password_version,
            now=world.now,
            life=timedelta(hours=1),
            new_email=new_email,
        )
        db.session.commit()
        if purpose is AddressPurpose.email_undo:
            free_before(world)
        return Asked({"token": token})

    return ask


def free_before(_world: World) -> None:
    """The address that an undoing goes back to is free each time."""
    begin_write()
    for account in db.session.query(Account).filter(Account.email == "before@example.jp"):
        account.email = f"back{account.id}@example.jp"
    db.session.commit()


def colleague(world: World, who: str) -> Account:
    owner = member_of(world, who)
    begin_write()
    account = Account(
        email=f"colleague{world.next_number()}@example.jp",
        name="新しい 担当",
        role=Role.editor,
        organization_id=owner.organization_id,
        password_hash="set",
        created_at=world.now,
    )
    db.session.add(account)
    db.session.commit()
    return account


def member(**data: Any) -> Target:
    return lambda world, who: Asked({"account_id": colleague(world, who).id}, data)


def leaving(world: World, who: str) -> Asked:
    return Asked({"account_id": colleague(world, who).id}, {"successor": member_of(world, who).account_id})


def invited(world: World, who: str) -> Asked:
    owner: Actor = member_of(world, who)
    begin_write()
    account = invitations.invite(
        f"invited{world.next_number()}@example.jp",
        "新しい 担当",
        organization_id=owner.organization_id,
        role=Role.viewer,
        actor=owner if owner.role is Role.owner else world.actors["owner"],
        now=world.now,
    )
    db.session.commit()
    return Asked({"account_id": account.id})


TARGETS: dict[str, Target] = {
    "reissue.show_request": door,
    "reissue.take_request": door,
    "reissue.show_sent": door,
    "reissue.show_done": door,
    "reissue.take_address": mailed(AddressPurpose.reissue),
    "reissue.show_email": mailed(AddressPurpose.email_new),
    "reissue.take_email": mailed(AddressPurpose.email_new),
    "reissue.show_undo": mailed(AddressPurpose.email_undo),
    "reissue.take_undo": mailed(AddressPurpose.email_undo),
    "organization_members.invite": lambda _world, _who: Asked(data={"email": "x", "name": "", "role": "editor"}),
    "organization_members.role": member(role="viewer"),
    "organization_members.again": invited,
    "organization_members.cancel": invited,
    "organization_members.ask_removing": member(),
    "organization_members.remove": leaving,
}
