"""The secretariat's door: one Flask-Admin at /desk/. The queue is its first page."""

from flask import Flask
from flask_admin import Admin
from flask_admin.theme import Theme

from models.entries import Version
from models.mail import OutboxMail
from models.messages import MailTemplate
from models.organizations import Organization
from models.records import AuditEvent, ClosedDay, JobStatus, Phrase
from views.doorway import Doorway
from views.secretariat.bulk import BulkView
from views.secretariat.entries import EntriesView
from views.secretariat.panes import waiting_count
from views.secretariat.queue import WAITING, QueueView
from views.secretariat.records import ClosedDays, Jobs, Letters, Organizations, Phrases, Samples, Trail
from views.secretariat.registrations import REGISTRATIONS, RegistrationsView
from views.secretariat.registrations import waiting_count as waiting_registrations
from views.web import csp_nonce

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
        desk, title="事務局", path="/desk/", dark=True, count=count_of
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
        Trail(AuditEvent, name="操作記録", endpoint="desk_trail", url="/desk/trail", menu_icon_value="list"),
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
