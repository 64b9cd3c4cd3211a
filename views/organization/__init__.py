"""The organization's door: one Flask-Admin at /mypage/, its menu in the manual's words and order."""

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Theme

from models.states import Kind, Role
from portal.administration import memory
from views.doorway import Doorway
from views.organization.account import AccountView
from views.organization.applicants import ApplicantsView
from views.organization.closing import ClosingView
from views.organization.favorites import FavoritesView
from views.organization.home import OrganizationHome
from views.organization.lists import EntriesView
from views.organization.lookup import may_search, name_of_home
from views.organization.mail_templates import TemplatesView
from views.organization.mailbox import AnswersView, MailboxView, ThreadsView, count_of
from views.organization.mails import MailsView
from views.organization.marking import MarkingView
from views.organization.members import MembersView
from views.organization.registration import RegistrationFormView, RegistrationView
from views.organization.rooms import ROOMS
from views.organization.searches import SavingView, SearchesView
from views.organization.seeking import LOOK_FOR
from views.organization.selection import SelectionView
from views.organization.talents import TalentsView
from views.organization.writing import WritingView
from views.web import csp_nonce, current_actor

PUT_UP = "情報を掲載する"
LOOK_UP = "掲載した情報を確認する"
THEME = Theme(folder="bootstrap4", base_template="admin/base.html")


def group_of(category: str) -> str:
    """Of 「登録人材情報を探す」 those without legal personality have mails with applicants alone: things looked up."""
    is_theirs = category != LOOK_FOR or may_search()
    return category if is_theirs else LOOK_UP


def visitor() -> tuple[Role, bool, tuple[bool, ...]]:
    """What decides which places of the menu somebody finds: role, legal personality, and what the desk stopped."""
    actor, stops = current_actor(), memory.decisions().stops
    return actor.role, may_search(), tuple((actor.organization_id, kind) in stops for kind in Kind)


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
        visitor=visitor,
        groups=("", LOOK_FOR, PUT_UP, LOOK_UP),
        regroup=group_of,
        count=count_of,
        name=name_of_home,
    )
    door.add_view(RegistrationView(menu_icon_value="bld"))
    door.add_view(RegistrationFormView())
    door.add_view(TalentsView())
    door.add_view(FavoritesView())
    door.add_view(MailboxView(category=LOOK_FOR, menu_icon_value="mail"))
    door.add_view(TemplatesView(category=LOOK_FOR, menu_icon_value="file"))
    for hidden in (MarkingView(), SearchesView(), SavingView(), ThreadsView(), AnswersView(), MailsView()):
        door.add_view(hidden)
    for kind in Kind:
        door.add_view(WritingView(ROOMS[kind], category=PUT_UP, menu_icon_value=ROOMS[kind].icon))
    for kind in Kind:
        door.add_view(EntriesView(ROOMS[kind], category=LOOK_UP, menu_icon_value="list"))
        door.add_view(ClosingView(ROOMS[kind]))
    door.add_view(ApplicantsView(category=LOOK_UP, menu_icon_value="inbox"))
    door.add_view(SelectionView())
    door.add_view(AccountView())
    door.add_view(MembersView(menu_icon_value="users"))
