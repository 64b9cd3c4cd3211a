"""A form that was sent while its sender has to prove themselves first: held, signed, in the page that asks.

Nothing of it is stored. The signature keeps anybody else from putting words into the form, and names the account; the
form's own address judges it like any other when it is sent on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from views.visitor import safe_path
from views.web import current_actor

SECONDS = 1800
LEFT_OUT = ("csrf_token",)  # the page that sends it on has one of its own


@dataclass(frozen=True)
class HeldForm:
    path: str
    fields: Sequence[tuple[str, str]]


def hold(path: str, form: MultiDict[str, str]) -> str:
    fields = [pair for pair in form.items(multi=True) if pair[0] not in LEFT_OUT]
    signed: str = _signer().dumps([current_actor().account_id, path, fields])
    return signed


def opened(held: str) -> HeldForm | None:
    """None for what was not held here, was somebody else's, or has lain too long."""
    try:
        account_id, path, fields = _signer().loads(held, max_age=SECONDS)
    except BadData:
        return None
    if account_id != current_actor().account_id or not safe_path(path):
        return None
    return HeldForm(path, fields)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["PORTAL"].secret_key, salt="held form")
