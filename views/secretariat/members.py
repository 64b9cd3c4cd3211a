"""People who log in, at the desk: members of organizations, colleagues, and what administrators do about an account."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy.orm import Query, joinedload
from werkzeug.wrappers import Response

from models.base import db
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account
from models.states import MEMBER_ROLES, SECRETARIAT_ROLES, Role
from portal import clock
from portal.administration import organizations, secretaries, suspension, talents
from portal.dates import moment_short
from portal.errors import NotFound, Refused
from portal.permissions import may
from portal.wording import ROLE_LABEL
from views.account import require_fresh
from views.admin import PageView, ScopedView
from views.arguments import LARGEST_ID, one_of
from views.forms.office import SECRETARY_FIELDS, SECRETARY_RULES
from views.secretariat import talents as talent_pages
from views.secretariat.organizations import any_like, in_use
from views.secretariat.records import ADMINISTRATORS, RecordsView, when
from views.visitor import settings
from views.web import current_actor

NUMBER = f"<int(min=1, max={LARGEST_ID}):account_id>"
OFFICE_ROLES = {role.value: role for role in SECRETARIAT_ROLES}
LABELS = {
    "name": "氏名",
    "email": "メールアドレス",
    "organization": "団体",
    "role": "役割",
    "last_login_at": "最後のログイン",
    "suspended_at": "利用状況",
}


def name_of(path: str) -> Any:
    return lambda _view, _context, row, _name: Markup('<a class="title" href="/desk/{}/{}/">{}</a>').format(
        path, row.id, row.name
    )


def house_of() -> Any:
    return lambda _view, _context, row, _name: Markup('<a href="/desk/organizations/{}/">{}</a>').format(
        row.organization_id, row.organization.name
    )


def last_login(_view: Any, _context: Any, row: Any, _name: str) -> str:
    return moment_short(row.last_login_at, clock.now()) if row.last_login_at else "まだありません"


FORMATTERS: Mapping[str, Any] = {
    "role": lambda _view, _context, row, _name: ROLE_LABEL[row.role],
    "last_login_at": last_login,
    "suspended_at": lambda _view, _context, row, _name: in_use(row),
    "created_at": when,
}


class Members(RecordsView):
    column_list = ("name", "email", "organization", "role", "last_login_at", "suspended_at")
    column_labels = LABELS
    column_searchable_list = ("name", "email")
    column_sortable_list = ("name", "last_login_at")
    narrowed_by = "role"
    choices = {role.value: ROLE_LABEL[role] for role in MEMBER_ROLES}
    own_arguments = ("role",)
    column_formatters = {
        **FORMATTERS,
        "name": name_of("members"),
        "organization": house_of(),
    }

    def search_placeholder(self) -> str:
        return "氏名・メールアドレス・団体名"

    def get_query(self) -> Query[Any]:
        return super().get_query().options(joinedload(Account.organization))

    def _narrowed(self, query: Query[Any]) -> Query[Any]:
        return super()._narrowed(query.filter(Account.role.in_(MEMBER_ROLES)))

    def _apply_search(self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str) -> Any:
        named = Account.organization_id.in_(
            db.session.query(Organization.id).filter(any_like((Organization.name,), search))
        )
        found = any_like((Account.name, Account.email), search) | named
        return query.filter(found), count_query.filter(found), joins, count_joins

    @expose(f"/{NUMBER}/")
    def detail(self, account_id: int) -> str:
        return account_page(self, secretaries.find(account_id, MEMBER_ROLES, actor=current_actor()))


class Secretaries(ScopedView):
    """Colleagues: invited, moved between the two roles, shut out when they leave."""

    roles = ADMINISTRATORS
    can_create = True
    column_list = ("name", "email", "role", "last_login_at", "suspended_at")
    form_columns = ("email", "name", "role")
    column_labels = LABELS
    column_searchable_list = ("name", "email")
    column_sortable_list = ("name", "last_login_at")
    column_default_sort = ("id", False)
    column_formatters = {**FORMATTERS, "name": name_of("secretaries")}
    form_overrides, form_args = SECRETARY_FIELDS, SECRETARY_RULES
    list_note = "追加すると、パスワードを設定するためのメールを本人に送ります。"

    def get_query(self) -> Query[Any]:
        return super().get_query().filter(Account.role.in_(SECRETARIAT_ROLES))

    def get_count_query(self) -> Query[Any]:
        return super().get_count_query().filter(Account.role.in_(SECRETARIAT_ROLES))

    @expose("/new/", methods=("GET", "POST"))
    @require_fresh()
    def create_view(self) -> Any:
        return super().create_view()

    def write(self, form: Any, model: Any) -> Any:
        return secretaries.invite(
            form.email.data or "",
            form.name.data or "",
            Role(form.role.data),
            actor=current_actor(),
            now=clock.now(),
        )

    @expose(f"/{NUMBER}/")
    def detail(self, account_id: int) -> str:
        return account_page(self, secretaries.find(account_id, SECRETARIAT_ROLES, actor=current_actor()))


class AccountActs(PageView):
    """What administrators do about any account; each leads back to the page of the person."""

    roles = ADMINISTRATORS

    def is_visible(self) -> bool:
        return False

    @expose("/", methods=("GET",))
    def index(self) -> Response:
        return redirect("/desk/members/")

    @expose(f"/{NUMBER}/suspend", methods=("POST",))
    @require_fresh()
    def suspend(self, account_id: int) -> Any:
        return self.act(account_id, suspension.suspend_account, "アカウントの利用を停止しました。", reason=self.reason)

    @expose(f"/{NUMBER}/restore", methods=("POST",))
    @require_fresh()
    def restore(self, account_id: int) -> Any:
        return self.act(account_id, suspension.restore_account, "アカウントの利用を再開しました。", reason=self.reason)

    @expose(f"/{NUMBER}/role", methods=("POST",))
    @require_fresh()
    def role(self, account_id: int) -> Any:
        role = one_of(request.form.get("role"), OFFICE_ROLES, None) or abort(400, "役割を選んでください。")
        return self.act(account_id, secretaries.change_role, "役割を変更しました。", role=role)

    @expose(f"/{NUMBER}/password-mail", methods=("POST",))
    @require_fresh()
    def password_mail(self, account_id: int) -> Any:
        told = "パスワード設定のメールを送ります。"
        return self.act(account_id, secretaries.send_password_mail, told, settings=settings())

    @expose(f"/{NUMBER}/sessions", methods=("POST",))
    def sessions(self, account_id: int) -> Any:
        return self.act(account_id, secretaries.end_sessions, "すべての端末からログアウトさせました。")

    @expose(f"/talents/<int(min=1, max={LARGEST_ID}):talent_id>/erase", methods=("POST",))
    @require_fresh()
    def erase(self, talent_id: int) -> Any:
        code = request.form.get("code", "")
        try:
            talents.erase(talent_id, code, actor=current_actor(), now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            return talent_pages.talent_page(self, talent_id, refusal=refusal, at="code", typed=code), refusal.status
        db.session.commit()
        flash("個人情報を消去しました。ファイルもまもなく消えます。", "success")
        return redirect(f"/desk/talents/{talent_id}/")

    @property
    def reason(self) -> str:
        return request.form.get("reason", "")

    def act(self, account_id: int, service: Any, told: str, **values: Any) -> Any:
        try:
            service(account_id, *values.values(), actor=current_actor(), now=clock.now())
        except NotFound:
            raise
        except Refused as refusal:
            db.session.rollback()
            return page_of(self, account_id, refusal=refusal, typed=self.reason), refusal.status
        db.session.commit()
        flash(told, "success")
        return redirect(address_of(account_id))


def address_of(account_id: int) -> str:
    account = db.session.get_one(Account, account_id)
    if account.role is Role.talent:
        return f"/desk/talents/{talent_pages.talent_of(account_id)}/"
    return f"/desk/{'secretaries' if account.role in SECRETARIAT_ROLES else 'members'}/{account_id}/"


def page_of(view: Any, account_id: int, *, refusal: Refused, typed: str) -> str:
    account = db.session.get(Account, account_id) or abort(404)
    if account.role is Role.talent:
        return talent_pages.talent_page(
            view, talent_pages.talent_of(account_id), refusal=refusal, at="use", typed=typed
        )
    return account_page(view, account, refusal=refusal, typed=typed)


def account_page(view: Any, account: Account, *, refusal: Refused | None = None, typed: str = "") -> str:
    actor = current_actor()
    is_colleague = account.role in SECRETARIAT_ROLES
    shown: Mapping[str, Any] = {
        "account": account,
        "is_colleague": is_colleague,
        "is_oneself": account.id == actor.account_id,
        "others": [role for role in SECRETARIAT_ROLES if role is not account.role] if is_colleague else [],
        "may_administer": may(actor, "desk.administer"),
        "lost": organizations.lost_mails(OutboxMail.recipient == account.email),
        "suspensions_of": suspension.history(account_id=account.id),
        "listed": ("/desk/secretaries/", "事務局アカウント") if is_colleague else ("/desk/members/", "団体の担当者"),
        "refusal": str(refusal) if refusal else "",
        "typed": typed,
        "now": clock.now(),
    }
    page: str = view.render("secretariat/account.html", **shown)
    return page
