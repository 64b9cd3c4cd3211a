"""The talents' blueprint: whoever is not a talent is kept out of all of it but the registration."""

from typing import Any

from flask import Blueprint, abort, request
from flask_login import login_required

from models.states import Role
from views.web import current_actor

NUMBER = r"[0-9A-Za-z-]{1,20}"  # of a posting, in addresses
room = Blueprint("talent", __name__, url_prefix="/talent")
OPEN = frozenset(
    {
        "talent.show_registration",
        "talent.take_registration",
        "talent.show_confirmation",
        "talent.take_confirmation",
        # by the link of a mail
        "talent.stop_offers",
        "talent.take_stop",
    }
)


@login_required
def _admit() -> None:
    if current_actor().role is not Role.talent:
        abort(403)


@room.before_request
def admit_talents_only() -> Any:
    return None if request.endpoint in OPEN else _admit()
