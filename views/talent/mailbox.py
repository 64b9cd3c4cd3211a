"""メールボックス of a talent: what organizations wrote, and the answer."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from models.states import Side
from portal import clock
from portal.database import begin_write
from portal.matching import profiles
from portal.messaging import attachments, boxes, finding, replying, stops, threads
from portal.messaging.boxes import Box, Wanted
from views import answering
from views.answering import Typed
from views.arguments import LARGEST_ID, page_number, whole_number
from views.files import send
from views.talent.room import room
from views.web import current_actor

THREAD = f"<int(min=1, max={LARGEST_ID}):thread_id>"


@room.get("/mailbox/")
def mailbox() -> str:
    actor = current_actor()
    wanted = Wanted(
        Box.both,
        unread=request.args.get("unread") == "1",
        text=request.args.get("q", "").strip()[: finding.LONGEST_SEARCH],
        page=page_number(request.args.get("page"), last=boxes.LAST_PAGE),
    )
    found = boxes.page_of(wanted, actor=actor)
    if found.page > found.last:
        abort(404)
    return render_template(
        "talent/mailbox.html",
        found=found,
        wanted=wanted,
        talent=profiles.own(actor),
        now=clock.now(),
    )


@room.get(f"/mailbox/{THREAD}/")
def thread(thread_id: int) -> str:
    """What is new counts as 「開封済み」 from now on."""
    found = boxes.find(thread_id, actor=current_actor())
    if found.unread_talent:
        begin_write()
        threads.mark_read(boxes.find(thread_id, actor=current_actor()), side=Side.talent, now=clock.now())
        db.session.commit()
    text = request.args.get("before")
    return thread_page(thread_id, answering.blank(), before=whole_number(text, highest=LARGEST_ID) if text else None)


def thread_page(thread_id: int, typed: Typed, *, before: int | None = None) -> str:
    actor = current_actor()
    found = boxes.find(thread_id, actor=actor)
    return render_template(
        "talent/thread.html",
        thread=found,
        reading=boxes.read(found, actor=actor, before=before),
        why_not=replying.why_not(found, side=Side.talent),
        is_offer=found.application_id is None,
        is_stopped=stops.is_stopped(found.talent_id, found.organization_id),
        talent=found.talent,
        typed=typed,
        problems=[("", name, sentence) for name, sentence in typed.errors.items()],
        is_newest=before is None,
        now=clock.now(),
    )


@room.post(f"/mailbox/{THREAD}/")
def reply(thread_id: int) -> Any:
    typed = answering.take(boxes.find(thread_id, actor=current_actor()), side=Side.talent)
    if typed is None:
        flash(_("送信しました。"), "success")
        return redirect(url_for("talent.thread", thread_id=thread_id), 303)
    page = thread_page(thread_id, typed)
    return page, typed.status, {"Retry-After": str(typed.retry_after)} if typed.retry_after else {}


@room.get(f"/mailbox/{THREAD}/files/<int(min=1, max={LARGEST_ID}):file_id>")
def message_file(thread_id: int, file_id: int) -> Response:
    return send(attachments.find(thread_id, file_id, actor=current_actor()))
