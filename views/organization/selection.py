"""What editors and owners do with applications: stages one by one or for many, documents asked again, notes, mail."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from models.states import ApplicationState, DocumentState
from portal import clock
from portal.errors import Refused
from portal.permissions import EDITORS
from portal.recruiting import applicants, decisions
from portal.recruiting.moves import Moved, SeenApplication
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of, whole_number
from views.forms.inputs import read_moment
from views.organization.applicants import APPLICATION, ENTRY, STATES, own_posting, render_detail
from views.web import current_actor

JUDGED = {state.value: state for state in decisions.JUDGED}
LISTED = "organization_applications.applications"
DETAIL = "organization_applications.detail"


class SelectionView(PageView):
    roles = EDITORS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="選考", endpoint="organization_selection", url="/mypage/selection", **kwargs)

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def index(self) -> Response:
        return redirect(url_for("organization_jobs.index_view"))

    @expose(f"/{ENTRY}/stage", methods=("POST",))
    def stage(self, entry_id: int) -> Response:
        """For all that were chosen in the list; what could not be moved is told by name."""
        entry, to = own_posting(entry_id), one_of(request.form.get("to"), STATES, ApplicationState.received)
        moved = decisions.set_stage(chosen(), to, kind=entry.kind, actor=current_actor(), now=clock.now())
        db.session.commit()
        tell(moved)
        return redirect(url_for(LISTED, entry_id=entry_id), 303)

    @expose(f"/{ENTRY}/ask", methods=("POST",))
    def ask(self, entry_id: int) -> Any:
        """Asks each chosen person for just the documents that are missing or defective."""
        own_posting(entry_id)
        until = moment(request.form.get("until", ""))
        missing = decisions.missing_documents([item.application_id for item in chosen()], actor=current_actor())
        if not missing:
            raise Refused(_("選択した応募者に、不足している書類はありません。"))
        message = request.form.get("message", "")[:2000]
        moved = decisions.ask_again(missing, until=until, message=message, actor=current_actor(), now=clock.now())
        db.session.commit()
        tell(moved)
        return redirect(url_for(LISTED, entry_id=entry_id), 303)

    @expose(f"/{ENTRY}/mailer", methods=("POST",))
    def mailer(self, entry_id: int) -> str:
        """「メーラーを起動する」: addresses for the person's own program, several of them as Bcc."""
        entry = own_posting(entry_id)
        found = decisions.addresses([item.application_id for item in chosen()], actor=current_actor(), now=clock.now())
        db.session.commit()
        if not found:
            raise Refused(_("宛先にできる応募者を選択してください。"))
        address = (
            f"mailto:{quote(found[0], safe='@')}"
            if len(found) == 1
            else f"mailto:?bcc={quote(','.join(found), safe='@,')}"
        )
        return self.render("organization/mailer.html", entry=entry, address=address, count=len(found))

    @expose(f"/detail/{APPLICATION}/stage", methods=("POST",))
    def stage_one(self, application_id: int) -> Response:
        application = applicants.find(application_id, actor=current_actor())
        to = one_of(request.form.get("to"), STATES, ApplicationState.received)
        seen = SeenApplication(application_id, whole_number(request.form.get("revision", ""), highest=LARGEST_ID))
        moved = decisions.set_stage([seen], to, kind=application.kind, actor=current_actor(), now=clock.now())
        if moved[0].refusal:
            raise moved[0].refusal
        db.session.commit()
        flash(_("選考状態を変更しました。"), "success")
        return redirect(url_for(DETAIL, application_id=application_id), 303)

    @expose(f"/detail/{APPLICATION}/note", methods=("POST",))
    def note(self, application_id: int) -> Any:
        actor, note = current_actor(), request.form.get("note", "")
        applicants.find(application_id, actor=actor)
        revision = whole_number(request.form.get("note_revision", ""), highest=LARGEST_ID)
        try:
            decisions.save_note(application_id, note, revision=revision, actor=actor, now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            return render_detail(self, application_id, error=str(refusal), note=note), refusal.status
        db.session.commit()
        flash(_("メモを保存しました。"), "success")
        return redirect(url_for(DETAIL, application_id=application_id), 303)

    @expose(f"/detail/{APPLICATION}/documents/<int(min=1, max={LARGEST_ID}):document_id>", methods=("POST",))
    def judge(self, application_id: int, document_id: int) -> Response:
        applicants.find(application_id, actor=current_actor())
        state = one_of(request.form.get("state"), JUDGED, DocumentState.received)
        decisions.judge_document(document_id, state, actor=current_actor(), now=clock.now())
        db.session.commit()
        return redirect(url_for(DETAIL, application_id=application_id), 303)

    @expose(f"/detail/{APPLICATION}/ask", methods=("POST",))
    def ask_one(self, application_id: int) -> Response:
        application = applicants.find(application_id, actor=current_actor())
        documents = [whole_number(text, highest=LARGEST_ID) for text in request.form.getlist("document")]
        until, message = moment(request.form.get("until", "")), request.form.get("message", "")[:2000]
        asked = {application.id: documents}
        (moved,) = decisions.ask_again(asked, until=until, message=message, actor=current_actor(), now=clock.now())
        if moved.refusal:
            raise moved.refusal
        db.session.commit()
        flash(_("再提出を依頼し、応募者にメールで知らせます。"), "success")
        return redirect(url_for(DETAIL, application_id=application_id), 303)


def chosen() -> list[SeenApplication]:
    """`item` fields hold id:revision as they were on screen; anything else is a 400."""
    pairs = [text.partition(":") for text in dict.fromkeys(request.form.getlist("item"))]
    if not pairs:
        raise Refused(_("応募者を選択してください。"))
    return [
        SeenApplication(whole_number(key, highest=LARGEST_ID), whole_number(revision, highest=LARGEST_ID))
        for key, _colon, revision in pairs
    ]


def moment(text: str) -> Any:
    try:
        found = read_moment(text)
    except ValueError as error:
        raise Refused(str(error)) from None
    if found is None:
        raise Refused(_("再提出の期限を入力してください。"))
    return found


def tell(moved: Sequence[Moved]) -> None:
    done = sum(outcome.done for outcome in moved)
    if done:
        flash(_("%(n)s名を処理しました。", n=done), "success")
    for outcome in moved:
        if isinstance(outcome.refusal, Refused):
            flash(f"{outcome.name or _('（対象外）')}：{outcome.refusal}", "error")
