"""The secretariat's door: one Flask-Admin at /desk/. The queue is its first page."""

from collections.abc import Iterator

from flask import Flask
from flask_admin import Admin, BaseView
from flask_admin.theme import Theme

from models.entries import Version
from models.mail import OutboxMail
from models.messages import MailTemplate
from models.office import CodeOverride, News, OfficeSetting, RuleOverride
from models.organizations import Organization
from models.people import Account
from models.records import ClosedDay, JobStatus, Phrase
from models.talents import Talent
from views.doorway import Doorway
from views.secretariat.bulk import BulkView
from views.secretariat.codes import CodeLists
from views.secretariat.dashboard import DashboardView
from views.secretariat.entries import EntriesView
from views.secretariat.filters import FilterView
from views.secretariat.finder import FinderView
from views.secretariat.jobs import Jobs
from views.secretariat.letters import Letters
from views.secretariat.members import AccountActs, Members, Secretaries
from views.secretariat.news import NewsView
from views.secretariat.organizations import Organizations, Suspensions
from views.secretariat.panes import waiting_count
from views.secretariat.queue import WAITING, QueueView
from views.secretariat.records import ClosedDays, Phrases, Samples
from views.secretariat.registrations import REGISTRATIONS, RegistrationsView
from views.secretariat.registrations import waiting_count as waiting_registrations
from views.secretariat.retention import RetentionView
from views.secretariat.rules import CheckRules
from views.secretariat.settings import OfficeSettings
from views.secretariat.talents import Talents
from views.secretariat.trail import NAME, TrailExport, TrailView
from views.secretariat.triage import TriageView
from views.web import csp_nonce, current_actor

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
        desk,
        title="事務局",
        path="/desk/",
        visitor=lambda: current_actor().role,
        dark=True,
        groups=("", MANAGED),
        count=count_of,
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
    desk.add_view(FilterView(name="絞り込み", endpoint="desk_filter", url="/desk/filter"))
    desk.add_view(TriageView(name="申請の扱い", endpoint="desk_triage", url="/desk/triage"))
    desk.add_view(FinderView(name="検索", endpoint="desk_find", url="/desk/find"))
    desk.add_view(TrailExport(name="操作記録の書き出し", endpoint="desk_trail_export", url="/desk/trail-export"))
    desk.add_view(Suspensions(name="利用停止", endpoint="desk_suspensions", url="/desk/suspensions"))
    desk.add_view(AccountActs(name="アカウントの操作", endpoint="desk_account_acts", url="/desk/account-acts"))


# Each shows itself to the roles it is for: the view, its model where it has one, its name, address and icon.
MANAGED_VIEWS: tuple[tuple[type[BaseView], type | None, str, str, str], ...] = (
    (Members, Account, "団体の担当者", "members", "users"),
    (Talents, Talent, "登録人材", "talents", "user"),
    (NewsView, News, "お知らせ", "news", "mega"),
    (Jobs, JobStatus, "定期処理", "jobs", "clock"),
    (RetentionView, None, "保存期間", "retention", "box"),
    (Phrases, Phrase, "定型文", "phrases", "pencil"),
    (Samples, MailTemplate, "メールの見本", "mail-samples", "file"),
    (ClosedDays, ClosedDay, "休業日", "closed-days", "cal"),
    (Secretaries, Account, "事務局アカウント", "secretaries", "users"),
    (CodeLists, CodeOverride, "コード表", "codes", "list"),
    (CheckRules, RuleOverride, "点検ルール", "rules", "flag"),
    (OfficeSettings, OfficeSetting, "設定", "settings", "filter"),
)


def managed() -> Iterator[BaseView]:
    for view, model, name, slug, icon in MANAGED_VIEWS:
        yield view(
            *([model] if model else []),
            name=name,
            endpoint=f"desk_{slug.replace('-', '_')}",
            url=f"/desk/{slug}",
            category=MANAGED,
            menu_icon_value=icon,
        )
