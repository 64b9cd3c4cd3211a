"""What editors and owners do with applications: stages one by one or for many, documents asked for, notes, mail."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response

from models.applications import Application
from models.base import db
from models.states import ApplicationState, DocumentState, MailClass
from portal import clock
from portal.clock import TOKYO, local
from portal.errors import NotFound, Refused
from portal.permissions import EDITORS
from portal.recruiting import decisions, grid, opening
from portal.recruiting.mailer import mailer_links
from portal.recruiting.moves import Moved, SeenApplication
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of, whole_number
from views.forms.inputs import read_moment, read_text, written_moment
from views.organization.applicant_pages import (
    STATES,
    TITLES,
    Picked,
    Typed,
    own_posting,
    query_of,
    read_typed,
    read_wanted,
    render_detail,
    render_list,
)
from views.organization.applicants import APPLICATION, ENTRY, stay
from views.organization.mail_back import way_to
from views.organization.mail_form import address_of
from views.web import current_actor

CLASSES = {each.value: each for each in (MailClass.contact, MailClass.hire)}
JUDGED = {state.value: state for state in decisions.JUDGED}
WEEK, EVENING = timedelta(days=7), time(17, 0)  # what a request for documents proposes


class SelectionView(PageView):
    roles = EDITORS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="選考", endpoint="organization_selection", url="/mypage/selection", **kwargs)

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def index(self) -> Response:
        return redirect(url_for("organization_jobs.index_view"))

    # ---- for those who were chosen in the list

    @expose(f"/{ENTRY}/stage", methods=("POST",))
    def stage(self, entry_id: int) -> Any:
        entry = own_posting(entry_id)
        try:
            to = wanted_stage()
            moved = decisions.set_stage(chosen(), to, kind=entry.kind, actor=current_actor(), now=clock.now())
        except Refused as refusal:
            return list_again(self, entry, refusal)
        db.session.commit()
        return self.results(entry, moved, title=_("選考状態の変更結果"), state=to)

    @expose(f"/{ENTRY}/ask", methods=("POST",))
    def ask(self, entry_id: int) -> Any:
        """Who would be asked for what: all that is needed of those chosen, and just the cells chosen of others."""
        entry, documents = own_posting(entry_id), numbers("document")
        try:
            people = [] if documents and not request.form.get("item") else [item.application_id for item in chosen()]
            needed = needed_of(entry, people, documents)
        except Refused as refusal:
            return list_again(self, entry, refusal)
        until = datetime.combine(local(clock.now()).date() + WEEK, EVENING, TOKYO)
        every = [str(key) for person in needed for key in person.documents]
        return self.plan(entry, needed, Typed(documents=every, until=written_moment(until)))

    @expose(f"/{ENTRY}/ask/send", methods=("POST",))
    def send_request(self, entry_id: int) -> Any:
        """Asks each person for just the documents that are still checked."""
        entry, typed = own_posting(entry_id), read_typed(request.form)
        checked = set(numbers("document"))
        try:
            needed = needed_of(entry, [], numbers("offered"))
        except Refused as refusal:  # all of it was handed in or asked for meanwhile
            return list_again(self, entry, refusal)
        documents = {row.application_id: checked & row.documents.keys() for row in needed}
        try:
            moved = ask_again({key: keys for key, keys in documents.items() if keys}, typed)
        except Wrong as wrong:
            return self.plan(entry, needed, replace(typed, errors=wrong.errors)), 422
        db.session.commit()
        return self.results(entry, moved, title=_("書類の依頼結果"), state=None)

    @expose(f"/{ENTRY}/mailer", methods=("POST",))
    def mailer(self, entry_id: int) -> Any:
        """「メーラーを起動する」: addresses for the person's own program, several of them as Bcc."""
        entry = own_posting(entry_id)
        try:
            found = addresses_of(chosen())
        except Refused as refusal:
            return list_again(self, entry, refusal)
        db.session.commit()
        return self.step("mailer", entry, addresses=found, links=mailer_links(found))

    @expose(f"/{ENTRY}/mail", methods=("POST",))
    def mail(self, entry_id: int) -> Any:
        """「連絡メール」, 「採用通知メール」 or 「メール送信」: on to the form for those who are chosen."""
        entry, mail_class = own_posting(entry_id), one_of(request.form.get("class"), CLASSES, MailClass.contact)
        try:
            people = [str(item.application_id) for item in chosen()]
        except Refused as refusal:
            return list_again(self, entry, refusal)
        listed = url_for("organization_applications.applications", entry_id=entry_id, **query_of(read_wanted()))
        return redirect(address_of(mail_class, people, way_to(listed)), 303)

    def plan(self, entry: Row, needed: Sequence[grid.Needed], typed: Typed) -> str:
        return self.step("applicants_ask", entry, needed=needed, typed=typed, problems=problems_of(typed.errors))

    def results(self, entry: Row, moved: Sequence[Moved], **words: Any) -> str:
        return self.step("applicants_results", entry, moved=moved, **words)

    def step(self, template: str, entry: Row, **words: Any) -> str:
        query = query_of(read_wanted())
        return self.render(
            f"organization/{template}.html", entry=entry, list_title=TITLES[entry.kind], query=query, **words
        )

    # ---- for one application

    @expose(f"/detail/{APPLICATION}/stage", methods=("POST",))
    def stage_one(self, application_id: int) -> Any:
        revision = whole_number(request.form.get("revision", ""), highest=LARGEST_ID)

        def act(application: Application) -> str:
            seen, to, kind = SeenApplication(application.id, revision), wanted_stage(), application.kind
            refuse(decisions.set_stage([seen], to, kind=kind, actor=current_actor(), now=clock.now()), "to")
            return _("選考状態を変更しました。応募者にメールは送っていません。")

        return self.act(application_id, act, saved=("to",))

    @expose(f"/detail/{APPLICATION}/note", methods=("POST",))
    def note(self, application_id: int) -> Any:
        revision = whole_number(request.form.get("note_revision", ""), highest=LARGEST_ID)

        def act(application: Application) -> str:
            text = shaped(request.form.get("note", ""), decisions.LONGEST_NOTE, "note")
            decisions.save_note(application.id, text, revision=revision, actor=current_actor(), now=clock.now())
            return _("メモを保存しました。")

        return self.act(application_id, act, saved=("note",), place="note")

    @expose(f"/detail/{APPLICATION}/documents/<int(min=1, max={LARGEST_ID}):document_id>", methods=("POST",))
    def judge(self, application_id: int, document_id: int) -> Any:
        state = one_of(request.form.get("state"), JUDGED, DocumentState.received)

        def act(application: Application) -> str:
            if document_id not in {document.id for document in application.documents}:
                raise NotFound
            decisions.judge_document(document_id, state, actor=current_actor(), now=clock.now())
            return ""

        return self.act(application_id, act, saved=(), place="document")

    @expose(f"/detail/{APPLICATION}/ask", methods=("POST",))
    def ask_one(self, application_id: int) -> Any:
        documents = numbers("document")

        def act(application: Application) -> str:
            asked = {application.id: documents} if documents else {}
            refuse(ask_again(asked, read_typed(request.form)), "document")
            return _("書類の提出を依頼し、応募者にメールで知らせます。")

        return self.act(application_id, act, saved=("until", "message", "documents"))

    def act(
        self, application_id: int, act: Callable[[Application], str], *, saved: Sequence[str], place: str = "to"
    ) -> Any:
        """Does it and stays on the page. What is wrong is told at its field; nothing typed elsewhere is lost."""
        application = opening.find(application_id, actor=current_actor())
        try:
            told = act(application)
        except NotFound:
            raise
        except Refused as refusal:
            db.session.rollback()
            errors = refusal.errors if isinstance(refusal, Wrong) else {place: str(refusal)}
            application = opening.find(application_id, actor=current_actor())
            return render_detail(self, application, replace(read_typed(request.form), errors=errors)), refusal.status
        db.session.commit()
        if told:
            flash(told, "success")
        return stay(self, application_id, saved=saved)


class Wrong(Refused):
    """A refusal with the fields that it is about."""

    def __init__(self, errors: Mapping[str, str], *, status: int = Refused.status) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors, self.status = errors, status


def ask_again(documents: Mapping[int, Collection[int]], typed: Typed) -> list[Moved]:
    """Raises Wrong with every field that is wrong."""
    errors = {} if documents else {"document": _("依頼する書類を選択してください。")}
    until = None
    try:
        until = read_moment(typed.until)
    except ValueError as error:
        errors["until"] = str(error)
    try:
        read_text(typed.message, decisions.LONGEST_MESSAGE)
    except ValueError as error:
        errors["message"] = str(error)
    if until is None:
        errors.setdefault("until", _("提出の期限を入力してください。"))
    if errors or until is None:
        raise Wrong(errors)
    actor, now = current_actor(), clock.now()
    try:
        return decisions.ask_again(documents, until=until, message=typed.message, actor=actor, now=now)
    except Refused as refusal:
        raise Wrong({"until": str(refusal)}, status=refusal.status) from None


def shaped(text: str, longest: int, name: str) -> str:
    try:
        return read_text(text.replace("\r\n", "\n"), longest)
    except ValueError as error:
        raise Wrong({name: str(error)}) from None


def wanted_stage() -> ApplicationState:
    to = one_of(request.form.get("to"), STATES, None)
    if to is None:
        raise Refused(_("変更後の選考状態を選択してください。"))
    return to


def addresses_of(people: Sequence[SeenApplication]) -> list[str]:
    found = decisions.addresses([item.application_id for item in people], actor=current_actor(), now=clock.now())
    if not found:
        raise Refused(_("宛先にできる応募者を選択してください。"))
    return found


def refuse(moved: Sequence[Moved], name: str) -> None:
    """For one person: the outcome's refusal, at its field."""
    if refusal := moved[0].refusal:
        raise Wrong({name: str(refusal)}, status=refusal.status)


def needed_of(entry: Row, people: Sequence[int], documents: Sequence[int]) -> list[grid.Needed]:
    needed = grid.needed_of(people, documents, entry_id=entry.id, actor=current_actor())
    if not needed:
        raise Refused(_("選択した応募者に、不足している書類はありません。"))
    return needed


def chosen() -> list[SeenApplication]:
    """`item` fields hold id:revision as they were on screen; anything else is a 400."""
    pairs = [text.partition(":") for text in dict.fromkeys(request.form.getlist("item"))]
    if not pairs:
        raise Refused(_("応募者を選択してください。"))
    return [
        SeenApplication(whole_number(key, highest=LARGEST_ID), whole_number(revision, highest=LARGEST_ID))
        for key, _colon, revision in pairs
    ]


def numbers(name: str) -> list[int]:
    return [whole_number(text, highest=LARGEST_ID) for text in request.form.getlist(name)]


def list_again(view: PageView, entry: Row, refusal: Refused) -> tuple[str, int]:
    """The list as it was, with what was chosen in it and what was wrong."""
    db.session.rollback()
    form = request.form
    picked = Picked(form.getlist("item"), form.getlist("document"), form.get("to", ""), str(refusal))
    return render_list(view, own_posting(entry.id), picked), refusal.status


def problems_of(errors: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [("", name, sentence) for name, sentence in errors.items()]
