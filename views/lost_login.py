"""Views to which people post what they wrote: if the login ran out meanwhile, the form has it after the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import redirect, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from models.states import Role
from portal import clock
from portal.accounts import keeping
from portal.database import begin_write
from views.admin import PageView
from views.visitor import login_of
from views.web import current_actor


@dataclass(frozen=True)
class Written:
    form: str  # which one, among all that somebody may write in
    fields: Sequence[tuple[str, str]]
    path: str  # where it is shown


class KeepsInput(PageView):
    def written(self, name: str, **kwargs: Any) -> Written | None:
        """What a request to the method `name` carries; None where nothing would be lost."""
        raise NotImplementedError

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Response:
        if request.method == "POST" and current_actor().role is Role.anonymous:
            written = self.written(name, **kwargs)
            if written is not None:
                begin_write()
                keeping.keep(session.get("_user_id", ""), written.form, written.fields, now=clock.now())
                db.session.commit()
                return redirect(f"{login_of(current_actor())}?next={quote(written.path)}")
        return super().inaccessible_callback(name, **kwargs)


def kept_fields(form: str) -> Sequence[tuple[str, str]]:
    return keeping.kept(form, actor=current_actor(), now=clock.now())


def brought_back() -> str:
    return _("入力の途中だった内容を戻しました。")
