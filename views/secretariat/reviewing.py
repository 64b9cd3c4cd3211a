"""One entry before the reviewer: its page, or its pane where a script keeps the rest, and refusals on it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice, zip_longest
from typing import Any

from flask import request

from models.base import db
from models.states import State
from portal import clock
from portal.errors import Conflict, NotFound, Refused
from portal.publishing import queue, triage
from portal.publishing.field_notes import MOST, NotesRefused, Said
from portal.publishing.review import AGAINST, review
from portal.publishing.workflow import Seen
from views.arguments import LARGEST_ID, one_of, whole_number
from views.secretariat.panes import is_pane, pane_context, queue_context, read_filter, review_context, toast
from views.web import current_actor

VERSION = f"<int(min=1, max={LARGEST_ID}):version_id>"
SIDES = {side: side for side in AGAINST}
GONE = "この申請は見つかりません。団体が取り下げた可能性があります。何も実行していません。"


def show_review(view: Any, version_id: int, *, refusal: Refused | None = None, at: str = "", **typed: Any) -> str:
    """`at` names the form that was refused, `typed` is what stood in it; `typed["noting"]` a note to go on with."""
    actor, now, wanted = current_actor(), clock.now(), read_filter()
    found = review(version_id, actor=actor, now=now, against=one_of(request.args.get("against"), SIDES, ""))
    waits = found.version.state is State.submitted
    sentence = str(refusal) if refusal else ""
    is_conflict = isinstance(refusal, Conflict)
    if is_conflict:
        sentence = triage.overtaken(version_id, actor=actor, now=now)
    page: str = view.render(
        f"secretariat/{'pane' if is_pane() else 'review'}.html",
        **(pane_context(wanted) if is_pane() else queue_context(wanted, current=version_id) | toast()),
        **review_context(found, now=now),
        neighbours=queue.neighbours(found.version, wanted, actor=actor) if waits else (None, None),
        conflict=sentence if is_conflict else "",
        error="" if is_conflict else sentence,
        at=at,
        typed=typed,
        note_problems=refusal.problems if isinstance(refusal, NotesRefused) else None,
    )
    return page


def refused(view: Any, version_id: int, refusal: Refused, *, at: str = "", **typed: Any) -> tuple[str, int]:
    """Nothing was done: the entry as it stands now, why, and what was typed."""
    db.session.rollback()
    if isinstance(refusal, NotFound):
        page = view.render("secretariat/queue.html", **queue_context(read_filter()), **toast(), refusal=GONE)
    else:
        page = show_review(view, version_id, refusal=refusal, at=at, **typed)
    return page, refusal.status


def notes_posted() -> list[Said]:
    """The rows of the form, text areas' lines as they are written; of more than may be sent one too many."""
    pairs = zip_longest(request.form.getlist("note_field"), request.form.getlist("note_text"), fillvalue="")
    return [Said(field, text.replace("\r\n", "\n").strip()) for field, text in islice(pairs, MOST + 1)]


def rearranged(rows: Sequence[Said], step: str) -> tuple[list[Said], int | None]:
    """What the buttons of the notes do where no script does it: a row more or less, and which one to go on with."""
    act, _colon, name = step.partition(":")
    if act == "drop":
        place = whole_number(name, highest=LARGEST_ID)
        return [row for number, row in enumerate(rows) if number != place], None
    there = next((place for place, row in enumerate(rows) if name and row.field == name), None)
    if there is None and len(rows) < MOST:
        return [*rows, Said(name, "")], len(rows)
    return list(rows), there


def seen(version_id: int) -> Seen:
    return Seen(version_id, whole_number(request.form.get("revision", ""), highest=LARGEST_ID))


def read_moment(text: str) -> datetime | None:
    """A date and time as a browser's field gives it, in Tokyo; None for what is no moment."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=clock.TOKYO)
    except ValueError:
        return None
