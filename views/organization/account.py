"""「アカウント情報」 at the organization's door, beside the other sections of what is registered."""

from typing import Any

from flask import redirect, url_for
from flask_admin import expose

from portal.permissions import MEMBERS
from views.account import change_password, overview
from views.admin import PageView
from views.visitor import settings


class AccountView(PageView):
    roles = MEMBERS
    stands_at = "登録内容の確認/更新"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="アカウント情報", endpoint="organization_account", url="/mypage/account", **kwargs)

    def is_visible(self) -> bool:
        return False  # a section of 「登録内容の確認/更新」

    @expose("/")
    def index(self) -> str:
        return self.render("organization/account.html", section="account", **overview())

    @expose("/password/")
    def password(self) -> str:
        return self.form_page([])

    @expose("/password/", methods=("POST",))
    def change(self) -> Any:
        findings, status, headers = change_password()
        if findings:
            return self.form_page(findings), status, headers
        return redirect(url_for(".index"), 303)

    def form_page(self, findings: Any) -> str:
        shortest = settings().password_length
        return self.render(
            "organization/account_password.html", section="account", findings=findings, shortest=shortest
        )
