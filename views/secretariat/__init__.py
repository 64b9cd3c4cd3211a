"""The secretariat's door: one Flask-Admin at /desk/. The queue is its first page."""

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Theme

from models.entries import Version
from models.mail import OutboxMail
from models.messages import MailTemplate
from models.organizations import Organization
from models.records import ClosedDay, JobStatus, Phrase
from views.doorway import Doorway
from views.secretariat.bulk import BulkView
from views.secretariat.dashboard import DashboardView
from views.secretariat.entries import EntriesView
from views.secretariat.finder import FinderView
from views.secretariat.panes import waiting_count
from views.secretariat.queue import WAITING, QueueView
from views.secretariat.records import ClosedDays, Jobs, Letters, Organizations, Phrases, Samples
from views.secretariat.trail import NAME, TrailExport, TrailView
from views.web import csp_nonce

THEME = Theme(folder="bootstrap4", base_template="admin/base.html")


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
        desk, title="事務局", path="/desk/", dark=True, count=lambda label: waiting_count() if label == WAITING else 0
    )
    desk.add_view(BulkView(name="まとめて判断", endpoint="desk_bulk", url="/desk/bulk"))
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
        Jobs(JobStatus, name="定期処理", endpoint="desk_jobs", url="/desk/jobs", menu_icon_value="clock"),
        Phrases(Phrase, name="定型文", endpoint="desk_phrases", url="/desk/phrases", menu_icon_value="pencil"),
        Samples(
            MailTemplate,
            name="メールの見本",
            endpoint="desk_mail_samples",
            url="/desk/mail-samples",
            menu_icon_value="file",
        ),
        ClosedDays(
            ClosedDay, name="休業日", endpoint="desk_closed_days", url="/desk/closed-days", menu_icon_value="cal"
        ),
    ):
        desk.add_view(view)
    desk.add_view(FinderView(name="検索", endpoint="desk_find", url="/desk/find"))
    desk.add_view(TrailExport(name="操作記録の書き出し", endpoint="desk_trail_export", url="/desk/trail-export"))
