"""The secretariat's door: one Flask-Admin at /desk/. The queue is its first page."""

from flask import Flask
from flask_admin import Admin, BaseView
from flask_admin.theme import Theme

from models.entries import Version
from models.mail import OutboxMail
from models.messages import MailTemplate
from models.office import News
from models.organizations import Organization
from models.people import Account
from models.records import ClosedDay, JobStatus, Phrase
from models.talents import Talent
from views.doorway import Doorway
from views.secretariat.bulk import BulkView
from views.secretariat.codes import CodesView
from views.secretariat.dashboard import DashboardView
from views.secretariat.entries import EntriesView
from views.secretariat.finder import FinderView
from views.secretariat.members import AccountActs, Members, Secretaries
from views.secretariat.news import NewsView
from views.secretariat.organizations import Organizations, Suspensions
from views.secretariat.panes import waiting_count
from views.secretariat.queue import WAITING, QueueView
from views.secretariat.records import ClosedDays, Jobs, Letters, Phrases, Samples
from views.secretariat.registrations import REGISTRATIONS, RegistrationsView
from views.secretariat.registrations import waiting_count as waiting_registrations
from views.secretariat.rules import RulesView
from views.secretariat.settings import SettingsView
from views.secretariat.talents import Talents
from views.secretariat.trail import NAME, TrailExport, TrailView
from views.web import csp_nonce

MANAGED = "管理"  # what is looked after now and then; the rest stands at the top of every page
THEME = Theme(folder="bootstrap4", base_template="admin/base.html")


def count_of(label: str) -> int:
    counts = {WAITING: waiting_count, REGISTRATIONS: waiting_registrations}
    return counts[label]() if label in counts else 0


def register(app: Flask) -> None:
    desk = Admin(
        app,
        name="事務局",
        url="/desk",
        endpoint="desk",
        theme=THEME,
        index_view=QueueView(name=WAITING, url="/desk", endpoint="desk", menu_icon_value="okc"),
        csp_nonce_generator=csp_nonce,
    )
    desk.door = Doorway(  # what templates/admin/base.html draws
        desk, title="事務局", path="/desk/", dark=True, groups=("", MANAGED), count=count_of
    )
    desk.add_view(BulkView(name="まとめて判断", endpoint="desk_bulk", url="/desk/bulk"))
    desk.add_view(
        RegistrationsView(
            name=REGISTRATIONS, endpoint="desk_registrations", url="/desk/registrations", menu_icon_value="users"
        )
    )
    for view in (
        EntriesView(
            Version, name="掲載中の情報", endpoint="desk_entries", url="/desk/entries", menu_icon_value="globe"
        ),
        Organizations(
            Organization, name="団体", endpoint="desk_organizations", url="/desk/organizations", menu_icon_value="bld"
        ),
        Letters(OutboxMail, name="メール", endpoint="desk_mail", url="/desk/mail", menu_icon_value="mail"),
        DashboardView(name="ダッシュボード", endpoint="desk_dashboard", url="/desk/dashboard", menu_icon_value="dash"),
        TrailView(name=NAME, endpoint="desk_trail", url="/desk/trail", menu_icon_value="list"),
        *managed(),
    ):
        desk.add_view(view)
    desk.add_view(FinderView(name="検索", endpoint="desk_find", url="/desk/find"))
    desk.add_view(TrailExport(name="操作記録の書き出し", endpoint="desk_trail_export", url="/desk/trail-export"))
    desk.add_view(Suspensions(name="利用停止", endpoint="desk_suspensions", url="/desk/suspensions"))
    desk.add_view(AccountActs(name="アカウントの操作", endpoint="desk_account_acts", url="/desk/account-acts"))


def managed() -> tuple[BaseView, ...]:
    """Each shows itself to the roles it is for."""
    place = {"category": MANAGED}
    return (
        Members(
            Account, name="団体の担当者", endpoint="desk_members", url="/desk/members", menu_icon_value="users", **place
        ),
        Talents(Talent, name="登録人材", endpoint="desk_talents", url="/desk/talents", menu_icon_value="user", **place),
        NewsView(News, name="お知らせ", endpoint="desk_news", url="/desk/news", menu_icon_value="mega", **place),
        Jobs(JobStatus, name="定期処理", endpoint="desk_jobs", url="/desk/jobs", menu_icon_value="clock", **place),
        Phrases(Phrase, name="定型文", endpoint="desk_phrases", url="/desk/phrases", menu_icon_value="pencil", **place),
        Samples(
            MailTemplate,
            name="メールの見本",
            endpoint="desk_mail_samples",
            url="/desk/mail-samples",
            menu_icon_value="file",
            **place,
        ),
        ClosedDays(
            ClosedDay,
            name="休業日",
            endpoint="desk_closed_days",
            url="/desk/closed-days",
            menu_icon_value="cal",
            **place,
        ),
        Secretaries(
            Account,
            name="事務局アカウント",
            endpoint="desk_secretaries",
            url="/desk/secretaries",
            menu_icon_value="users",
            **place,
        ),
        CodesView(name="コード表", endpoint="desk_codes", url="/desk/codes", menu_icon_value="list", **place),
        RulesView(name="点検ルール", endpoint="desk_rules", url="/desk/rules", menu_icon_value="flag", **place),
        SettingsView(name="設定", endpoint="desk_settings", url="/desk/settings", menu_icon_value="filter", **place),
    )
