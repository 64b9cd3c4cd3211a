"""What the routes of mails and of their templates are asked for."""

from typing import Any

from models.base import db
from models.messages import MailTemplate
from models.states import MailClass, MailTopic
from portal.database import begin_write
from portal.messaging import dispatching, templates
from portal.messaging.checking import Draft
from portal.messaging.templates import Written
from tests.access.applications import applied, item, member_of
from tests.access.asked import Asked, Target
from tests.access.world import World

WORDS = {"subject": "面接のご案内", "body": "{{氏名}} 様\n日程をご相談します。", "topic": "other"}


def begun(world: World, who: str) -> Asked:
    return Asked({"class": "contact", "applications": applied(world, who).id})


def written(world: World, who: str) -> Asked:
    """A form that is ready to be sent; each has a token of its own."""
    key = str(applied(world, who).id)
    token = f"token-of-a-form-{world.next_number():06}"
    return Asked(data=WORDS | {"class": "contact", "token": token, "listed": key, "send": key})


def chosen(world: World, who: str) -> Asked:
    application = applied(world, who)
    return Asked({"entry_id": application.entry_id}, {"item": item(application), "class": "contact"})


def sent(world: World, who: str) -> Asked:
    application, actor = applied(world, who), member_of(world, who)
    draft = Draft(MailClass.contact, WORDS["subject"], WORDS["body"], MailTopic.other, application_ids=[application.id])
    token, settings = f"sent-{world.next_number()}", world.app.config["PORTAL"]
    begin_write()
    dispatch = dispatching.send(draft, token=token, actor=actor, now=world.now, settings=settings)
    db.session.commit()
    return Asked({"dispatch_id": dispatch.id})


def template(world: World, **columns: Any) -> MailTemplate:
    values = Written(f"ひな型{world.next_number()}", MailClass.contact, "ご案内", "本文です。").values
    return world.keep(MailTemplate(updated_at=world.now, **values | columns))


def own_template(world: World, who: str) -> Asked:
    """Before the fiftieth, which is the last."""
    actor = member_of(world, who)
    for old in templates.listed(actor=actor)[10:]:
        begin_write()
        if old.organization_id is not None:
            templates.remove(old.id, actor=actor, now=world.now)
        db.session.commit()
    found = template(world, organization_id=actor.organization_id)
    return Asked({"template_id": found.id}, new_template(world, who).data | {"revision": found.revision})


def new_template(world: World, _who: str) -> Asked:
    name = f"新しいひな型{world.next_number()}"
    return Asked(
        data={"name": name, "mail_class": "contact", "topic": "other", "subject": "ご案内", "body": "本文です。"}
    )


TARGETS: dict[str, Target] = {
    "organization_selection.mail": chosen,
    "organization_mails.compose": begun,
    "organization_mails.write": written,
    "organization_mails.choose": written,
    "organization_mails.confirm": written,
    "organization_mails.test": written,
    "organization_mails.send": written,
    "organization_mails.result": sent,
    "organization_mails.cancel": sent,
    "organization_templates.create": new_template,
    "organization_templates.edit": own_template,
    "organization_templates.save": own_template,
    "organization_templates.ask_deleting": own_template,
    "organization_templates.delete": own_template,
}
