"""What the actor's organization has under an id of an address. Foreign and unknown are the same 404."""

from flask import g
from flask_login import current_user

from models.base import db
from models.entries import Entry, Version
from models.organizations import Organization
from portal.codes import may_search_talents
from portal.errors import NotFound
from portal.publishing import drafts, listing
from views.organization.rooms import Room
from views.web import current_actor


def own_organization() -> Organization:
    """Held for the request: a session forgets what nobody holds, and would read it anew for each part of a page."""
    held: Organization | None = g.get("organization")
    if held is None or held not in db.session:
        held = g.organization = db.session.get_one(Organization, current_actor().organization_id)
    return held


def may_search() -> bool:
    """Whether the actor's organization may search talents: the login has read it, so that a menu costs no statement."""
    return may_search_talents(current_user.org_type)


def name_of_home() -> str:
    return str(current_user.organization)


def own_version(version_id: int, room: Room) -> Version:
    version = drafts.find(version_id, actor=current_actor())
    if version.kind is not room.kind:
        raise NotFound
    return version


def own_entry(entry_id: int, room: Room) -> Entry:
    return listing.find(room.kind, entry_id, actor=current_actor())
