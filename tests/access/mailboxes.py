"""What the routes of the mailboxes are asked for."""

import io

from models.base import db
from models.messages import Message
from portal.accounts.tokens import new_token
from portal.database import begin_write
from portal.messaging import attachments, stops
from portal.messaging.replying import newest_id
from tests.access.applications import applied, member_of, talent_of
from tests.access.asked import Asked, Target
from tests.access.world import World
from tests.messaging import builders
from tests.recruiting.builders import profile_of
from tests.recruiting.pages import pdf


def sent(world: World, who: str, *, files: tuple[int, ...] = ()) -> Message:
    """About an application, as organizations without legal personality have it too."""
    application = applied(world, who)
    return builders.sent(
        member_of(world, who), talent_of(world, who), now=world.now, application=application, files=files
    )


def thread(world: World, who: str) -> Asked:
    return Asked({"thread_id": sent(world, who).thread_id})


def answer(world: World, who: str) -> Asked:
    thread_id = sent(world, who).thread_id
    typed = {"body": "承知しました。", "token": new_token(), "seen": newest_id(thread_id), "send": "1"}
    return Asked({"thread_id": thread_id}, typed)


def attached(world: World, who: str) -> Asked:
    begin_write()
    stored = attachments.take_in(io.BytesIO(pdf("案内")), "案内.pdf", actor=member_of(world, who), now=world.now)
    db.session.commit()
    message = sent(world, who, files=(stored.id,))
    return Asked({"thread_id": message.thread_id, "file_id": message.files[0].file_id})


def stopped(world: World, _who: str) -> Asked:
    return Asked(data={"act": "stop", "organization": world.house_id})


def link(world: World, who: str) -> Asked:
    secret_key = world.app.config["PORTAL"].secret_key
    talent_id = profile_of(talent_of(world, who)).id
    return Asked({"token": stops.token_of(talent_id, world.house_id, secret_key=secret_key)}, {"act": "stop"})


TARGETS: dict[str, Target] = {
    "organization_threads.thread": thread,
    "organization_threads.file": attached,
    "organization_answers.reply": answer,
    "talent.thread": thread,
    "talent.reply": answer,
    "talent.message_file": attached,
    "talent.change_stops": stopped,
    "talent.stop_offers": link,
    "talent.take_stop": link,
}
