"""通知先メール: registered addresses hear of decisions and of new applications, and of nothing else."""

from sqlalchemy import select

from models.base import db
from models.mail import OutboxMail
from models.states import Action
from tests.make import Maker
from tests.recruiting import builders
from tests.registry.samples import registered


def test_registered_addresses_are_told_beside_the_members(make: Maker) -> None:
    circle = registered(make, notify_emails=[{"email": "desk@example.org"}, {"email": "saiyo@example.org"}])
    owner = make.member(circle)
    version = make.submitted(actor=owner, documents=[])
    make.move(Action.return_, version, actor=make.secretary(), comment="ご確認ください。")
    published = make.published(actor=owner, documents=[])
    assert published.publish_at is not None
    builders.applied(published, builders.talent(make, "青木 千尋"), now=published.publish_at)

    told: dict[str, set[str]] = {}
    for letter, recipient in db.session.execute(select(OutboxMail.letter, OutboxMail.recipient)):
        told.setdefault(letter, set()).add(recipient)
    extra = {"desk@example.org", "saiyo@example.org"}
    for letter in ("entry_returned", "entry_approved", "application_arrived"):
        assert extra < told[letter], letter
    for letter in ("entry_submitted", "entry_published"):
        assert not extra & told[letter], letter
