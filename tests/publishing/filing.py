"""Drafts with files. That uploads are looked into is tested where they come in."""

import io
from typing import Any

from models.base import db
from models.entries import Version, VersionFile
from models.states import Action, Kind
from portal.actors import Actor
from portal.database import begin_write
from portal.files import intake
from portal.files.kinds import JPEG, PDF
from portal.publishing import publication, version_files
from tests.files.pdfs import pdf
from tests.files.pictures import picture
from tests.make import Maker

ALT = "井戸のポンプを点検する職員"
WORDS = {"attachments": "募集要項", "images": ALT}
IMAGE = picture(size=(120, 160), form="JPEG")
MADE: dict[str, tuple[bytes, str, dict[str, Any]]] = {
    "attachments": (pdf(), "募集要項.pdf", {"media_type": PDF.media_type}),
    "images": (IMAGE, "写真.jpg", {"media_type": JPEG.media_type, "width": 120, "height": 160}),
}


def row(**over: Any) -> dict[str, Any]:
    """What a content says of an image; of an attachment without `caption`, and without measures."""
    facts = {"file_id": 1, "media_type": "image/jpeg", "size": 120_000, "width": 800, "height": 600}
    return facts | {"words": ALT, "caption": ""} | over


def attach(version: Version, name: str, *, actor: Actor, make: Maker, words: str = "") -> VersionFile:
    """One more file in this field of the draft, as one that was taken in."""
    data, called, facts = MADE[name]
    begin_write()
    stored = intake.keep_made(io.BytesIO(data), called, facts["media_type"], owner_id=actor.account_id, now=make.now)
    row = VersionFile(field=name, file_id=stored.id, size=stored.size, words=words or WORDS[name], **facts)
    version_files.add(version, row)
    db.session.commit()
    return row


def draft(kind: Kind, *, actor: Actor, make: Maker) -> Version:
    version = make.draft(kind, actor=actor)
    for name in MADE:
        attach(version, name, actor=actor, make=make)
    return version


def published(kind: Kind, *, actor: Actor, make: Maker) -> Version:
    version = make.submit(draft(kind, actor=actor, make=make), actor=actor)
    make.move(Action.approve, version, actor=make.secretary())
    publication.publish_due(version.publish_at)
    db.session.rollback()
    return version
