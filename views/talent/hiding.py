"""公開しない団体: found by name, hidden from with one press, shown to again with another."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from models.base import db
from portal import clock
from portal.matching import hiding, profiles
from views.arguments import LARGEST_ID, whole_number
from views.talent.room import room
from views.web import current_actor


@room.get("/hidden-from")
def list_hidden() -> str:
    talent, text = profiles.own(current_actor()), request.args.get("q", "")[: hiding.LONGEST_SEARCH]
    return render_template(
        "talent/hidden_from.html",
        talent=talent,
        hidden=hiding.hidden_from(talent),
        text=text,
        found=hiding.search(text, talent=talent),
        most=hiding.FOUND,
    )


@room.post("/hidden-from")
def change_hidden() -> Any:
    actor, now = current_actor(), clock.now()
    if shown := request.form.get("show"):
        hiding.show(whole_number(shown, highest=LARGEST_ID), actor=actor, now=now)
        flash(_("この団体にも公開します。"), "success")
    else:
        hiding.hide(whole_number(request.form.get("hide", ""), highest=LARGEST_ID), actor=actor, now=now)
        flash(_("この団体には公開しません。"), "success")
    db.session.commit()
    return redirect(url_for("talent.list_hidden"), 303)
