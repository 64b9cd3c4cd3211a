"""The public page of input that is not saved, as it will look when it appears."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template

from models.organizations import Organization
from models.states import Kind
from portal.publishing import content
from portal.publishing.fields import Type, fields_of
from views.organization.rooms import Room
from views.public.pages import entry_context


def page(room: Room, values: Mapping[str, Any], organization: Organization, *, now: datetime) -> str:
    version = content.transient(room.kind, without_odd_links(room.kind, values), now=now)
    appears = max(now, values["publish_at"] or now)
    return render_template(
        "organization/preview.html",
        **entry_context(version, organization, now=appears, preview=True, files_at=room.files_at),
    )


def without_odd_links(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed as an address was not judged yet; only an ordinary one becomes a link."""
    odd = {
        field.name: ""
        for field in fields_of(kind)
        if field.type is Type.url and not values[field.name].startswith("https://")
    }
    return {**values, **odd}
