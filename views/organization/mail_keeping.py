"""The form of a mail over a login that ran out: what was posted is kept, and stands in the form after the next one."""

from flask import request
from werkzeug.datastructures import MultiDict

from views import lost_login
from views.lost_login import Written
from views.organization.mail_form import CLASSES, Typed, address_of, read_keys, read_typed

FORM = "mail"
LONGEST_WAY_BACK = 1500


def written() -> Written | None:
    path = way_back()
    return Written(FORM, read_typed(request.form).fields, path) if path else None


def brought_back(typed: Typed) -> tuple[Typed, str]:
    """What was written to the same people before the login ran out."""
    fields = lost_login.kept_fields(FORM)
    begun = read_typed(MultiDict(fields)) if fields else typed
    if (begun.mail_class, begun.listed) != (typed.mail_class, typed.listed) or not fields:
        return typed, ""
    return begun, lost_login.brought_back()


def way_back() -> str:
    """The form for the people of a posted form, if their keys fit into an address."""
    mail_class = CLASSES.get(request.form.get("class", ""))
    keys = read_keys(request.form.getlist("listed"))
    if mail_class is None or not keys:
        return ""
    path = address_of(mail_class, keys, request.form.get("back", ""))
    return path if len(path) <= LONGEST_WAY_BACK else ""
