"""What the actor's organization has under an id of an address. Foreign and unknown are the same 404."""

from models.base import db
from models.entries import Entry, Version
from models.organizations import Organization
from portal.errors import NotFound
from portal.publishing import drafts, listing
from views.organization.rooms import Room
from views.web import current_actor


def own_organization() -> Organization:
    return db.session.get_one(Organization, current_actor().organization_id)


def own_version(version_id: int, room: Room) -> Version:
    version = drafts.find(version_id, actor=current_actor())
    if version.kind is not room.kind:
        raise NotFound
    return version


def own_entry(entry_id: int, room: Room) -> Entry:
    return listing.find(room.kind, entry_id, actor=current_actor())
