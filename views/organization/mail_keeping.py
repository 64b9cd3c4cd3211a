"""The form of a mail over a login that ran out: what was posted is kept, and stands in the form after the next one."""

from flask import request, session
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from models.base import db
from portal import clock
from portal.accounts import keeping
from portal.database import begin_write
from views.organization.mail_form import CLASSES, Typed, address_of, read_keys, read_typed
from views.web import current_actor

FORM = "mail"
LONGEST_WAY_BACK = 1500


def keep_input() -> None:
    """Without scripts nobody else does."""
    begin_write()
    keeping.keep(session.get("_user_id", ""), FORM, read_typed(request.form).fields, now=clock.now())
    db.session.commit()


def brought_back(typed: Typed) -> tuple[Typed, str]:
    """What was written to the same people before the login ran out."""
    fields = keeping.kept(FORM, actor=current_actor(), now=clock.now())
    written = read_typed(MultiDict(fields)) if fields else typed
    if (written.mail_class, written.listed) != (typed.mail_class, typed.listed) or not fields:
        return typed, ""
    return written, _("入力の途中だった内容を戻しました。")


def way_back() -> str:
    """The form for the people of a posted form, if their keys fit into an address."""
    mail_class = CLASSES.get(request.form.get("class", ""))
    keys = read_keys(request.form.getlist("listed"))
    if mail_class is None or not keys:
        return ""
    path = address_of(mail_class, keys, request.form.get("back", ""))
    return path if len(path) <= LONGEST_WAY_BACK else ""
