"""人材マイページ: who one is here, what to do next, and the way to everything else."""

from flask import render_template

from portal import clock
from portal.matching import profiles
from portal.recruiting import following
from views.talent.room import room
from views.web import current_actor


@room.get("/")
def home() -> str:
    actor = current_actor()
    return render_template(
        "talent/home.html",
        talent=profiles.own(actor),
        applications=following.mine(actor=actor)[:5],
        waiting=following.count_open(actor=actor),
        now=clock.now(),
    )
