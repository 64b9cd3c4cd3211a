"""What the actor's organization has under an id of an address. Foreign and unknown are the same 404."""

from flask import g, request
from flask_login import current_user

from models.base import db
from models.entries import Entry, Version
from models.organizations import Organization
from portal.codes import may_search_talents
from portal.publishing import drafts, listing
from portal.publishing.workflow import Seen
from views.arguments import LARGEST_ID, whole_number
from views.organization.rooms import Room
from views.web import current_actor

VERSION = f"<int(min=1, max={LARGEST_ID}):version_id>"


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
    return drafts.find(version_id, actor=current_actor(), kind=room.kind)


def own_entry(entry_id: int, room: Room) -> Entry:
    return listing.find(room.kind, entry_id, actor=current_actor())


def read_seen(text: str) -> Seen:
    """A button or a box names the version and the revision it was drawn for: `12.3`."""
    version_id, _dot, revision = text.partition(".")
    return Seen(whole_number(version_id, highest=LARGEST_ID), whole_number(revision, highest=LARGEST_ID))


def posted_revision() -> int:
    """What the form was filled from. On a conflict page the other button names what is saved now."""
    return whole_number(request.form.get("instead") or request.form.get("revision", ""), highest=LARGEST_ID)
