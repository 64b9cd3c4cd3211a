"""The blueprint and the three kinds by the path of their lists."""

from collections.abc import Mapping

from flask import Blueprint, abort

from models.states import Kind
from portal.wording import KIND_WORDS

room = Blueprint("public", __name__)

KIND_AT: Mapping[str, Kind] = {words.path: kind for kind, words in KIND_WORDS.items()}
PATHS = "any(jobs, events, notices)"


def kind_at(path: str) -> Kind:
    return KIND_AT[path] if path in KIND_AT else abort(404)
