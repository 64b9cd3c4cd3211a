"""The organization's door: one Flask-Admin at /mypage/, its menu in the manual's words and order."""

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Theme

from models.states import Kind
from views.doorway import Doorway
from views.organization.applicants import ApplicantsView
from views.organization.home import OrganizationHome
from views.organization.lists import EntriesView
from views.organization.lookup import own_organization
from views.organization.rooms import ROOMS
from views.organization.selection import SelectionView
from views.organization.talents import TalentsView
from views.organization.writing import WritingView
from views.web import csp_nonce

PUT_UP = "情報を掲載する"
LOOK_UP = "掲載した情報を確認する"
THEME = Theme(folder="bootstrap4", base_template="admin/base.html")


def register(app: Flask) -> None:
    door = Admin(
        app,
        name="団体マイページ",
        url="/mypage",
        endpoint="organization",
        theme=THEME,
        index_view=OrganizationHome(
            name="団体マイページ", url="/mypage", endpoint="organization", menu_icon_value="home"
        ),
        csp_nonce_generator=csp_nonce,
    )
    door.door = Doorway(
        door,
        title="団体マイページ",
        path="/mypage/",
        groups=("", PUT_UP, LOOK_UP),
        name=lambda: own_organization().display_name,
    )
    # The manual's menu has two more places, for views that are not built yet: 「登録内容の確認/更新」 here, and before
    # the others the category 「登録人材情報を探す」, which is not for organizations without legal personality.
    for kind in Kind:
        door.add_view(WritingView(ROOMS[kind], category=PUT_UP, menu_icon_value=ROOMS[kind].icon))
    for kind in Kind:
        door.add_view(EntriesView(ROOMS[kind], category=LOOK_UP, menu_icon_value="list"))
    door.add_view(ApplicantsView(category=LOOK_UP, menu_icon_value="inbox"))
    door.add_view(SelectionView())
    door.add_view(TalentsView())
