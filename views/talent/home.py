"""人材マイページ: what to do next, then who one is here, and the way to everything else."""

from flask import render_template

from portal import clock
from portal.matching import profiles
from portal.messaging import boxes
from portal.recruiting import following
from portal.recruiting.next_steps import next_steps
from views.talent.room import room
from views.web import current_actor

SHOWN = 5


@room.get("/")
def home() -> str:
    actor, now = current_actor(), clock.now()
    talent, page = profiles.own(actor), following.page_of(actor=actor, size=SHOWN)
    unread = boxes.count_unread(actor)
    return render_template(
        "talent/home.html",
        talent=talent,
        applications=page.rows,
        count=page.total,
        steps=next_steps(talent, following.unfinished(actor=actor), unread=unread, now=now),
        unread=unread,
        now=now,
    )
