"""Files that go with a message: taken in before it is sent, kept for the form when something else in it is wrong."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import IO

from sqlalchemy import select, update

from models.base import db
from models.files import StoredFile
from models.messages import Message, MessageFile
from portal.actors import Actor
from portal.database import among, insert_rows
from portal.errors import NotFound, Refused
from portal.files import intake
from portal.permissions import visible

MOST = 3
LARGEST = 5 * 1024 * 1024
TOO_MANY = f"添付できるファイルは{MOST}つまでです。不要なものを外してください。"


def take_in(source: IO[bytes], name: str, *, actor: Actor, now: datetime) -> StoredFile:
    """A file for a message that is still being written. One that no message takes goes with the sweep of files."""
    stored = intake.take_in(source, name, owner_id=actor.account_id, now=now, largest=LARGEST)
    stored.dropped_at = now
    db.session.flush()
    return stored


def kept(file_ids: Collection[int], *, actor: Actor) -> Sequence[StoredFile]:
    """Those of the files that the actor took in for a message not sent yet, in the order of their arrival."""
    if not file_ids:
        return []
    return db.session.scalars(
        select(StoredFile)
        .where(
            StoredFile.id.in_(file_ids),
            StoredFile.owner_id == actor.account_id,
            StoredFile.dropped_at.is_not(None),
            ~select(MessageFile.id).where(MessageFile.file_id == StoredFile.id).exists(),
        )
        .order_by(StoredFile.id)
    ).all()


def attach(message_ids: Sequence[int], file_ids: Sequence[int]) -> None:
    """Each message gets all of the files, however many there are, in two statements."""
    if len(file_ids) > MOST:
        raise Refused(TOO_MANY)
    if not file_ids:
        return
    insert_rows(
        MessageFile,
        [
            {"message_id": message_id, "position": position, "file_id": file_id}
            for message_id in message_ids
            for position, file_id in enumerate(file_ids, start=1)
        ],
    )
    db.session.execute(
        update(StoredFile)
        .where(among(StoredFile.id, file_ids))
        .values(dropped_at=None)
        .execution_options(synchronize_session=False)
    )


def find(thread_id: int, file_id: int, *, actor: Actor) -> StoredFile:
    """A file of a message that the actor may read."""
    stored = db.session.scalar(
        select(StoredFile)
        .join(MessageFile, MessageFile.file_id == StoredFile.id)
        .join(Message, Message.id == MessageFile.message_id)
        .where(StoredFile.id == file_id, Message.thread_id == thread_id, visible(actor, Message))
        .limit(1)
    )
    if stored is None:
        raise NotFound
    return stored
