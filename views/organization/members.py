"""「メンバー」: the owners of an organization invite people, change their roles, and take them out."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from models.states import Role
from portal import clock
from portal.accounts import members
from portal.accounts.invitations import is_waiting
from portal.accounts.members import MAY_DO, ROLES
from portal.errors import Forbidden, Invalid, NotFound, Refused, Throttled
from portal.wording import ROLE_LABEL
from views.account import require_fresh
from views.admin import PageView
from views.arguments import LARGEST_ID, NUMBER
from views.visitor import origin, settings
from views.web import current_actor

MEMBER = f"<int(min=1, max={LARGEST_ID}):account_id>"
NAMED = {role.value: role for role in ROLES}
LONGEST_TYPED = 300


class MembersView(PageView):
    roles = frozenset({Role.owner})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="メンバー", endpoint="organization_members", url="/mypage/members", **kwargs)

    @expose("/")
    def index(self) -> str:
        rows = members.listed(actor=current_actor())
        return self.render(
            "organization/members.html",
            rows=[(account, is_waiting(account)) for account in rows],
            me=current_actor().account_id,
            roles=ROLES,
            labels=ROLE_LABEL,
            may_do=MAY_DO,
        )

    @expose("/invite/")
    @require_fresh()
    def show_invitation(self) -> str:
        return self.invitation_page({"email": "", "name": "", "role": Role.editor})

    @expose("/invite/", methods=("POST",))
    @require_fresh()
    def invite(self) -> Any:
        typed = {name: request.form.get(name, "")[:LONGEST_TYPED] for name in ("email", "name", "role")}
        role = NAMED.get(typed["role"])
        if role is None:
            return self.invitation_page(typed, {"role": _("権限を選んでください。")}), 422
        try:
            account = members.invite(
                typed["email"], typed["name"], role, actor=current_actor(), now=clock.now(), settings=settings()
            )
        except Invalid as invalid:
            db.session.rollback()
            return self.invitation_page(typed, {found.field: found.message for found in invalid.findings}), 422
        except Throttled as throttled:
            db.session.commit()
            headers = {"Retry-After": str(throttled.retry_after)}
            return self.invitation_page(typed, {"email": str(throttled)}), throttled.status, headers
        flash(_("%(name)sさんに招待のメールを送りました。", name=account.name))
        db.session.commit()
        return redirect(url_for(".index"), 303)

    def invitation_page(self, typed: Any, errors: Any = None) -> str:
        choices = [(role.value, ROLE_LABEL[role], MAY_DO[role]) for role in ROLES]
        return self.render("organization/members_invite.html", typed=typed, errors=errors or {}, choices=choices)

    @expose(f"/{MEMBER}/role", methods=("POST",))
    @require_fresh()
    def role(self, account_id: int) -> Response:
        role = NAMED.get(request.form.get("role", ""))

        def change() -> str:
            if role is None:
                members.find(account_id, actor=current_actor())
                raise Refused(_("権限を選んでください。"))
            account = members.change_role(account_id, role, actor=current_actor(), origin=origin(), now=clock.now())
            return _("%(name)sさんの権限を「%(role)s」にしました。", name=account.name, role=ROLE_LABEL[account.role])

        return self.acted(change)

    @expose(f"/{MEMBER}/again", methods=("POST",))
    @require_fresh()
    def again(self, account_id: int) -> Response:
        def send() -> str:
            account = members.invite_again(account_id, actor=current_actor(), now=clock.now(), settings=settings())
            return _(
                "%(name)sさんに招待のメールをもう一度送りました。前のメールのアドレスは使えません。", name=account.name
            )

        return self.acted(send)

    @expose(f"/{MEMBER}/cancel", methods=("POST",))
    @require_fresh()
    def cancel(self, account_id: int) -> Response:
        def cancel() -> str:
            name = members.cancel_invitation(account_id, actor=current_actor(), now=clock.now())
            return _("%(name)sさんの招待を取り消しました。", name=name)

        return self.acted(cancel)

    @expose(f"/{MEMBER}/remove/")
    @require_fresh()
    def ask_removing(self, account_id: int) -> str:
        account = members.find(account_id, actor=current_actor())
        return self.render(
            "organization/members_remove.html",
            account=account,
            stays=members.what_stays(account),
            successors=members.successors(account, actor=current_actor()),
            me=current_actor().account_id,
        )

    @expose(f"/{MEMBER}/remove/", methods=("POST",))
    @require_fresh()
    def remove(self, account_id: int) -> Response:
        typed = request.form.get("successor", "")
        successor = int(typed) if NUMBER.fullmatch(typed) else 0

        def remove() -> str:
            name = members.remove(account_id, successor_id=successor, actor=current_actor(), now=clock.now())
            return _("%(name)sさんをメンバーから外しました。", name=name)

        return self.acted(remove)

    def acted(self, act: Any) -> Response:
        """Back to the list, which says what was done, or why not."""
        try:
            said, category = act(), "message"
            db.session.commit()
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            db.session.rollback()
            said, category = str(refusal), "error"
        flash(said, category)
        return redirect(url_for(".index"), 303)
