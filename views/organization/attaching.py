"""Files in the form of an entry: those that stand in it already, and those that were chosen with it."""

from collections.abc import Sequence
from datetime import datetime

from flask import request
from werkzeug.datastructures import FileStorage

from models.entries import VersionFile
from portal.actors import Actor
from portal.errors import Forbidden, Refused
from portal.publishing import version_files
from portal.publishing.checks import ERROR, Finding
from portal.publishing.file_fields import FILES
from portal.publishing.shapes import Field
from views.forms.entry import EntryForm

ATTACH = {f"attach:{field.name}": f"attach:{field.name}" for field in FILES.fields}
TAKEN = "F-02"

Chosen = Sequence[tuple[Field, FileStorage]]


def recognize(form: EntryForm, actor: Actor) -> EntryForm:
    """Of the files that a posted form names, those of the actor's organization."""
    inputs = [form[field.name] for field in FILES.fields]
    known = version_files.on_record(set().union(*(given.asked for given in inputs)), actor.organization_id)
    for given in inputs:
        given.recognize({file_id: facts for (name, file_id), facts in known.items() if name == given.name})
    return form


def chosen() -> Chosen:
    """Whatever button was pressed: a file that was chosen is not forgotten."""
    given = [(field, request.files.get(f"{field.name}-file")) for field in FILES.fields]
    return [(field, file) for field, file in given if file is not None and file.filename]


def empty_handed(step: str, files: Chosen) -> list[Finding]:
    """「追加」 without a file."""
    act, _, name = step.partition(":")
    if act != "attach" or any(field.name == name for field, _file in files):
        return []
    return [Finding(TAKEN, ERROR, name, "追加するファイルを選んでください。")]


def take_in(files: Chosen, form: EntryForm, *, actor: Actor, now: datetime) -> tuple[list[VersionFile], list[Finding]]:
    """Rows for the draft, and what was refused, at its field."""
    taken, refused = [], []
    for field, file in files:
        held = len(form[field.name].data)
        try:
            taken.append(
                version_files.take_in(field, file.stream, file.filename or "", held=held, actor=actor, now=now)
            )
        except Forbidden:
            raise
        except Refused as refusal:
            refused.append(Finding(TAKEN, ERROR, field.name, str(refusal)))
    return taken, refused
