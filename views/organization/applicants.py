"""求人応募一覧 / 研修・イベント・セミナー応募一覧 and 応募編集: who applied, with what, and where the selection stands.

Reading is every member's; what changes something stands in SelectionView, which viewers do not enter.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, session, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from models.states import DownloadKind
from portal import clock
from portal.database import begin_read, begin_write
from portal.errors import Refused
from portal.permissions import MEMBERS
from portal.recruiting import downloads, drafting, opening, resume_pdf
from portal.recruiting.making import FAVORITES
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of
from views.files import send
from views.organization.applicant_pages import (
    DETAIL,
    LISTED,
    NOTHING_TYPED,
    OF_A_POSTING,
    own_posting,
    query_of,
    read_typed,
    read_wanted,
    render_all,
    render_detail,
    render_list,
)
from views.organization.lookup import may_search
from views.web import current_actor

ENTRY = f"<int(min=1, max={LARGEST_ID}):entry_id>"
APPLICATION = f"<int(min=1, max={LARGEST_ID}):application_id>"
DOWNLOAD = f"<int(min=1, max={LARGEST_ID}):download_id>"
MADE = {kind.value: kind for kind in OF_A_POSTING}


class ApplicantsView(PageView):
    roles = MEMBERS
    stands_at = "気になる/応募一覧"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="応募一覧", endpoint="organization_applications", url="/mypage/applications", **kwargs)

    def is_visible(self) -> bool:
        """Others come here by the second tab of 「気になる/応募一覧」."""
        return self.is_accessible() and not may_search()

    @expose("/")
    def index(self) -> str:
        """「応募一覧」: all that came in, whatever it was for."""
        put_on_record(None)
        return render_all(self)

    @expose(f"/{ENTRY}/")
    def applications(self, entry_id: int) -> str:
        entry = own_posting(entry_id)
        put_on_record(entry.id)
        return render_list(self, entry)

    @expose(f"/detail/{APPLICATION}/")
    def detail(self, application_id: int) -> str:
        """Reading it is on record before it is shown."""
        actor, now = current_actor(), clock.now()
        begin_write()
        opening.record_reading(opening.identify(application_id, actor=actor), "read", actor=actor, now=now)
        db.session.commit()
        return render_detail(self, opening.find(application_id, actor=actor))

    @expose(f"/detail/{APPLICATION}/documents/<int(min=1, max={LARGEST_ID}):document_id>")
    def document(self, application_id: int, document_id: int) -> Response:
        actor, now = current_actor(), clock.now()
        begin_write()
        application = opening.find(application_id, actor=actor)
        stored = drafting.file_of(application, document_id)
        opening.record_reading(application, "file", actor=actor, now=now, document=document_id)
        db.session.commit()
        return send(stored)

    @expose(f"/detail/{APPLICATION}/resume", methods=("POST",))
    def resume(self, application_id: int) -> Any:
        """The PDF at once when it is made; else it is being made, and the page says so."""
        actor, now = current_actor(), clock.now()
        application = opening.find(application_id, actor=actor)
        stored = resume_pdf.request(application, actor=actor, now=now)
        db.session.commit()
        if stored is not None:
            return send(stored, f"{application.number}_{application.name}_履歴書.pdf")
        flash(_("履歴書PDFを作成しています。数秒後にもう一度「履歴書PDF出力」を押してください。"), "info")
        return stay(self, application_id)

    @expose(f"/detail/{APPLICATION}/download", methods=("POST",))
    def download_person(self, application_id: int) -> Any:
        downloads.request(DownloadKind.person, application_id, actor=current_actor(), now=clock.now())
        db.session.commit()
        return stay(self, application_id)

    @expose(f"/{ENTRY}/download", methods=("POST",))
    def download(self, entry_id: int) -> Response:
        kind = one_of(request.form.get("kind"), MADE, DownloadKind.xlsx)
        downloads.request(kind, own_posting(entry_id).id, actor=current_actor(), now=clock.now())
        db.session.commit()
        return to_list(entry_id)

    @expose(f"/downloads/{DOWNLOAD}")
    def fetch(self, download_id: int) -> Response:
        actor, now = current_actor(), clock.now()
        begin_write()
        made = downloads.fetch(download_id, actor=actor, now=now)
        db.session.commit()
        if made.file is None:
            raise Refused(_("このダウンロードは期限が切れました。もう一度作成してください。"))
        return send(made.file)

    @expose(f"/downloads/{DOWNLOAD}/cancel", methods=("POST",))
    def cancel(self, download_id: int) -> Response:
        """「中止」. Who presses it when the file is there already finds the file."""
        download = downloads.find(download_id, actor=current_actor())
        kind, target = download.kind, download.params.get("target", 0)
        if downloads.cancel(download_id, actor=current_actor()):
            flash(_("作成を中止しました。"))
        db.session.commit()
        if kind is DownloadKind.person:
            return to_detail(target)
        if kind in FAVORITES:
            return redirect(url_for("organization_favorites.index"), 303)
        return to_list(target) if kind in OF_A_POSTING else redirect(url_for("organization.index"), 303)


def put_on_record(entry_id: int | None) -> None:
    """Names are read here, too: on record before they are shown. The signed cookie knows what is."""
    now = clock.now()
    told = opening.after_list(entry_id, session.get("lists_read"), now=now)
    if told is not None:
        begin_write()
        opening.record_list(entry_id, actor=current_actor(), now=now)
        db.session.commit()
        begin_read()
        session["lists_read"] = told


def to_list(entry_id: int) -> Response:
    return redirect(url_for(LISTED, entry_id=entry_id, **query_of(read_wanted())), 303)


def to_detail(application_id: int) -> Response:
    return redirect(url_for(DETAIL, application_id=application_id, **query_of(read_wanted())), 303)


def stay(view: PageView, application_id: int, *, saved: Sequence[str] = ()) -> Any:
    """Back to the application; at once when something stands in its other fields, which a redirect would lose."""
    application, typed = opening.find(application_id, actor=current_actor()), read_typed(request.form)
    typed = replace(typed, **{name: getattr(NOTHING_TYPED, name) for name in saved})
    return render_detail(view, application, typed) if typed.is_left(application) else to_detail(application_id)
