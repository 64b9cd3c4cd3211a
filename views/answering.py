"""The form of an answer, the same at both doors: what was typed and attached so far, and the press of 「送信」."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import request
from flask_babel import gettext as _

from models.base import db
from models.files import StoredFile
from models.messages import Thread
from models.states import Side
from portal import clock
from portal.accounts.tokens import new_token
from portal.errors import Forbidden, Invalid, NotFound, Refused
from portal.messaging import attachments, replying
from views.arguments import LARGEST_ID, NUMBER, whole_number
from views.web import current_actor


@dataclass(frozen=True)
class Typed:
    """An answer that is not sent yet."""

    token: str
    body: str = ""
    kept: Sequence[StoredFile] = ()
    errors: Mapping[str, str] = field(default_factory=dict)  # sentence by field
    status: int = 200
    retry_after: int = 0


def blank() -> Typed:
    return Typed(new_token()[:32])


def take(thread: Thread, *, side: Side) -> Typed | None:
    """Sends what the form says; None when it is sent, else the form with what is to be mended. Commits.

    Files are kept as soon as they are here, so that an error elsewhere loses none of them.
    """
    thread_id, actor, now, body = thread.id, current_actor(), clock.now(), request.form.get("body", "")
    token = request.form.get("token", "")
    token = token if replying.TOKEN.fullmatch(token) else blank().token
    seen = whole_number(request.form.get("seen", "0"), highest=LARGEST_ID)
    problem = take_files(kept_ids())
    ids = [*kept_ids(), *problem.taken]
    errors = dict(problem.errors)
    if not errors and "send" in request.form:
        try:
            replying.reply(thread_id, body, ids, side=side, actor=actor, now=now, token=token, seen=seen)
            db.session.commit()
            return None
        except (NotFound, Forbidden):
            raise
        except Invalid as wrong:
            errors |= {finding.field: finding.message for finding in wrong.findings}
        except Refused as refusal:
            kept = keep(ids)
            wait = getattr(refusal, "retry_after", 0)
            return Typed(token, body, kept, {"body": str(refusal)}, refusal.status, wait)
    elif errors:
        errors |= {finding.field: finding.message for finding in replying.check(body)}
    return Typed(token, body, keep(ids), errors, 422 if errors else 200)


def kept_ids() -> list[int]:
    """The files of the form so far, without the one whose 「取り消す」 was pressed."""
    said = [text for text in request.form.getlist("kept") if NUMBER.fullmatch(text)]
    removed = request.form.get("remove", "")
    return [int(text) for text in said if text != removed and int(text) <= LARGEST_ID][: attachments.MOST]


@dataclass(frozen=True)
class Taken:
    taken: Sequence[int]
    errors: Mapping[str, str]


def take_files(kept: Sequence[int]) -> Taken:
    """Takes in what was chosen; one that is refused, or is one too many, is told at the field."""
    actor, now = current_actor(), clock.now()
    given = [file for file in request.files.getlist("files") if file.filename]
    if len(given) + len(kept) > attachments.MOST:
        return Taken([], {"files": attachments.TOO_MANY})
    taken, refused = [], []
    for file in given:
        try:
            taken.append(attachments.take_in(file.stream, file.filename or "", actor=actor, now=now).id)
        except Refused as refusal:
            refused.append(_("「%(name)s」：%(why)s", name=file.filename, why=str(refusal)))
    return Taken(taken, {"files": " ".join(refused)} if refused else {})


def keep(ids: Sequence[int]) -> Sequence[StoredFile]:
    """What was taken in stays, whatever else was wrong."""
    db.session.commit()
    return attachments.kept(ids, actor=current_actor())
