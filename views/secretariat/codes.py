"""Code lists: what a choice is called, in which order, and whether it is still offered."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request
from flask_admin import expose

from models.base import db
from portal import clock
from portal.administration import code_lists
from portal.administration.code_lists import Typed
from portal.administration.lists import LISTS, Listed
from portal.errors import NotFound, Refused
from views.secretariat.books import BookView
from views.web import current_actor


class CodeLists(BookView):
    list_template = "secretariat/code_lists.html"
    column_list = ("title", "used", "codes")

    def entries(self) -> Sequence[Listed]:
        return tuple(LISTS.values())

    @expose("/<chosen>/")
    def edit(self, chosen: str) -> str:
        rows = [
            Typed(code.value, code.ja, code.en, str(10 * place), code.active)
            for place, code in enumerate(code_lists.rows(chosen), start=1)
        ]
        return self.page(chosen, rows)

    @expose("/<chosen>/", methods=("POST",))
    def save(self, chosen: str) -> Any:
        rows = posted()
        try:
            code_lists.save(chosen, rows, actor=current_actor(), now=clock.now())
        except NotFound:
            raise
        except Refused as refusal:
            db.session.rollback()
            return self.page(chosen, rows, str(refusal)), refusal.status
        db.session.commit()
        flash(f"「{LISTS[chosen].title}」を保存しました。", "success")
        return redirect(f"/desk/codes/{chosen}/")

    def page(self, name: str, rows: list[Typed], refusal: str = "") -> str:
        listed = code_lists.listed(name)
        there = {code.value for code in code_lists.rows(name)}
        return self.render(
            "secretariat/code_list.html",
            name=name,
            listed=listed,
            rows=[row for row in rows if row.value in there],
            own={code.value: code for code in listed.codes.own},
            new=next((row for row in rows if row.value not in there), NOTHING_NEW),
            refusal=refusal,
        )


NOTHING_NEW = Typed("", "", "", "", active=True)


def posted() -> list[Typed]:
    """A row for each `value`, with what stands under its name; unchecked boxes send nothing. Then the one that is
    added, once anything was typed into it."""
    form = request.form
    value, ja, en, position = (form.get(f"new-{part}", "").strip() for part in ("value", "ja", "en", "position"))
    new = Typed(value, ja, en, position, active=True)
    return [
        Typed(
            value,
            form.get(f"ja-{value}", ""),
            form.get(f"en-{value}", ""),
            form.get(f"position-{value}", ""),
            active=f"active-{value}" in form,
        )
        for value in form.getlist("value")
    ] + [new] * (new != NOTHING_NEW)
