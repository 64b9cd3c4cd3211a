"""求人応募一覧 / 研修・イベント・セミナー応募一覧 and 応募編集: who applied, with what, and where the selection stands.

Reading is every member's; what changes something stands in SelectionView, which viewers do not enter.
"""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from models.entries import Entry
from models.states import ApplicationState, DownloadKind, Kind
from portal import clock
from portal.errors import Refused
from portal.permissions import MEMBERS, may
from portal.publishing import listing
from portal.recruiting import applicants, downloads, drafting, history, resume_pdf
from portal.recruiting.applicants import SIZES, SORTS, Wanted
from portal.recruiting.stages import STAGES, choosable
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of, whole_number
from views.files import send
from views.organization.rooms import ROOMS
from views.web import current_actor

ENTRY = f"<int(min=1, max={LARGEST_ID}):entry_id>"
APPLICATION = f"<int(min=1, max={LARGEST_ID}):application_id>"
DOWNLOAD = f"<int(min=1, max={LARGEST_ID}):download_id>"
STATES = {state.value: state for state in ApplicationState if state is not ApplicationState.draft}
MADE = {kind.value: kind for kind in (DownloadKind.posting, DownloadKind.xlsx, DownloadKind.csv)}
TITLES = {Kind.job: "求人応募一覧", Kind.event: "研修・イベント・セミナー応募一覧"}
EDIT = {Kind.job: "応募編集（求人）", Kind.event: "応募編集（研修・イベント・セミナー）"}


class ApplicantsView(PageView):
    roles = MEMBERS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="応募一覧", endpoint="organization_applications", url="/mypage/applications", **kwargs)

    def is_visible(self) -> bool:
        return False  # reached from 「応募件数」

    @expose("/")
    def index(self) -> Response:
        return redirect(url_for("organization_jobs.index_view"))

    @expose(f"/{ENTRY}/")
    def applications(self, entry_id: int) -> str:
        actor, now, entry = current_actor(), clock.now(), own_posting(entry_id)
        wanted = read_wanted()
        return self.render(
            "organization/applicants.html",
            entry=entry,
            title=TITLES[entry.kind],
            room=ROOMS[entry.kind],
            page=applicants.page_of(entry.id, wanted, actor=actor),
            counts=applicants.counts(entry.id, actor=actor),
            wanted=wanted,
            choosable=choosable(entry.kind),
            stages=STAGES[entry.kind],
            downloads=[row for row in downloads.recent(actor=actor, now=now) if row.params.get("target") == entry.id],
            may_decide=may(actor, "application.decide"),
            sizes=SIZES,
            query=request.query_string.decode(),
            now=now,
        )

    @expose(f"/detail/{APPLICATION}/")
    def detail(self, application_id: int) -> str:
        """Reading it is on record before it is shown."""
        actor, now = current_actor(), clock.now()
        application = applicants.find(application_id, actor=actor)
        applicants.record_reading(application, "read", actor=actor, now=now)
        db.session.commit()
        return render_detail(self, application_id)

    @expose(f"/detail/{APPLICATION}/documents/<int(min=1, max={LARGEST_ID}):document_id>")
    def document(self, application_id: int, document_id: int) -> Response:
        actor, now = current_actor(), clock.now()
        application = applicants.find(application_id, actor=actor)
        stored = drafting.file_of(application, document_id)
        applicants.record_reading(application, "file", actor=actor, now=now, document=document_id)
        db.session.commit()
        return send(stored)

    @expose(f"/detail/{APPLICATION}/resume", methods=("POST",))
    def resume(self, application_id: int) -> Any:
        """The PDF at once when it is made; else it is being made, and the page says so."""
        actor, now = current_actor(), clock.now()
        application = applicants.find(application_id, actor=actor)
        stored = resume_pdf.request(application, actor=actor, now=now)
        db.session.commit()
        if stored is not None:
            return send(stored, f"{application.number}_{application.name}_履歴書.pdf")
        flash(_("履歴書PDFを作成しています。数秒後にもう一度「履歴書PDF出力」を押してください。"), "info")
        return redirect(url_for(".detail", application_id=application_id))

    @expose(f"/{ENTRY}/download", methods=("POST",))
    def download(self, entry_id: int) -> Response:
        kind = one_of(request.form.get("kind"), MADE, DownloadKind.xlsx)
        downloads.request(kind, own_posting(entry_id).id, actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(_("作成を始めました。この画面を離れても続きます。"), "info")
        return redirect(url_for(".applications", entry_id=entry_id))

    @expose(f"/downloads/{DOWNLOAD}")
    def fetch(self, download_id: int) -> Response:
        made = downloads.fetch(download_id, actor=current_actor(), now=clock.now())
        db.session.commit()
        if made.file is None:
            raise Refused(_("このダウンロードは期限が切れました。もう一度作成してください。"))
        return send(made.file)


def own_posting(entry_id: int) -> Entry:
    """The actor's own job or event; everything else is not there."""
    return listing.find_posting(entry_id, actor=current_actor())


def read_wanted() -> Wanted:
    values = request.args
    state = one_of(values.get("state"), STATES, None)
    size = one_of(values.get("size"), {str(size): size for size in SIZES}, SIZES[0])
    return Wanted(
        states=(state,) if state else (),
        incomplete=values.get("incomplete") == "1",
        unread=values.get("unread") == "1",
        text=values.get("q", "").strip()[: applicants.LONGEST_SEARCH],
        sort=one_of(values.get("sort"), {name: name for name in SORTS}, "applied"),
        upward=values.get("up") == "1",
        size=size,
        after=edge(values.get("after")),
        before=edge(values.get("before")),
    )


def edge(text: str | None) -> int | None:
    return whole_number(text, highest=LARGEST_ID) if text else None


def render_detail(view: PageView, application_id: int, *, error: str = "", note: str | None = None) -> str:
    actor, now = current_actor(), clock.now()
    application = applicants.find(application_id, actor=actor)
    earlier, later = applicants.neighbours(application, read_wanted(), actor=actor)
    return view.render(
        "organization/applicant.html",
        application=application,
        title=EDIT[application.kind],
        list_title=TITLES[application.kind],
        choosable=choosable(application.kind),
        history=history.history_of(application.id, actor=actor),
        earlier=earlier,
        later=later,
        may_decide=may(actor, "application.decide"),
        query=request.query_string.decode(),
        error=error,
        note=application.note if note is None else note,
        now=now,
    )
