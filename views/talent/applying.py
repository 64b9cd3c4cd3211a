"""応募する: the form with a field for each document, its confirmation, and what became of it."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.applications import Application
from models.base import db
from models.states import ApplicationState
from portal import clock
from portal.database import begin_write
from portal.errors import Conflict, Invalid, Refused
from portal.files import intake
from portal.publishing.checks import ERROR, Finding
from portal.recruiting import drafting, following, submitting
from portal.recruiting.moves import SeenApplication
from portal.recruiting.openness import live_version
from portal.recruiting.submitting import Answers
from views.arguments import LARGEST_ID, whole_number
from views.files import send
from views.talent.room import room
from views.web import current_actor

APPLICATION = f"<int(min=1, max={LARGEST_ID}):application_id>"


@room.get("/apply/<number>")
def show_apply(number: str) -> Any:
    """Nothing is begun by looking: the draft is made with the first input."""
    entry_id = drafting.entry_of(number)
    application = drafting.begun(entry_id, actor=current_actor())
    if application and application.state not in (ApplicationState.draft, ApplicationState.withdrawn):
        return redirect(url_for("talent.show_application", application_id=application.id))
    return render_form(entry_id, application)


@room.post("/apply/<number>")
def take_apply(number: str) -> Any:
    """Files are kept at once, so that an error elsewhere loses none of them."""
    actor, now = current_actor(), clock.now()
    application = drafting.start(drafting.entry_of(number), actor=actor, now=now)
    db.session.commit()  # judging a file takes a while: nobody else may have to wait for it
    begin_write()
    refused = take_files(application, now=now)
    version = live_version(application.entry_id, now=now)
    answers = read_answers()
    drafting.remember(application, session_at=answers.session_at, consent=answers.consent)
    talent = drafting.own_talent(actor)
    missing = submitting.findings_of(application, version, answers, talent=talent, now=now)
    db.session.commit()
    if "check" not in request.form and not refused:
        flash(_("入力した内容を保存しました。"), "success")
        return redirect(url_for("talent.show_apply", number=number), 303)
    if refused or missing:
        told = {finding.field for finding in refused}
        findings = [*refused, *(finding for finding in missing if finding.field not in told)]
        return render_form(application.entry_id, application, findings=findings), 422
    return redirect(url_for("talent.confirm_application", application_id=application.id), 303)


def take_files(application: Application, *, now: datetime) -> list[Finding]:
    """Stores each file that was chosen under its document; what is refused is told at its field."""
    refused = []
    for document in list(application.documents):
        given = request.files.get(f"document-{document.position}")
        if given is None or not given.filename:
            continue
        try:
            stored = intake.take_in(given.stream, given.filename, owner_id=current_actor().account_id, now=now)
            drafting.put_document(document.id, stored, application=application, now=now)
        except Refused as refusal:
            refused.append(Finding("A-05", ERROR, f"document-{document.position}", str(refusal)))
    return refused


def read_answers() -> Answers:
    chosen = request.form.get("session", "")
    try:
        session_at = datetime.fromisoformat(chosen) if chosen else None
    except ValueError:
        session_at = None
    if session_at is not None and session_at.tzinfo is None:
        session_at = None
    return Answers(consent="consent" in request.form, session_at=session_at)


def render_form(entry_id: int, application: Application | None, *, findings: list[Finding] | None = None) -> str:
    now = clock.now()
    version = live_version(entry_id, now=now)
    return render_template(
        "talent/apply.html",
        version=version,
        entry=version.entry,
        application=application,
        documents=drafting.asked_for(version, application),
        sessions=submitting.open_sessions(version, now=now) if submitting.needs_session(version) else [],
        consent_text=submitting.consent_text(version),
        findings=findings or [],
        resume=submitting.resume_of(version, drafting.own_talent(current_actor())),
        now=now,
    )


@room.get(f"/applications/{APPLICATION}/confirm")
def confirm_application(application_id: int) -> Any:
    application = drafting.find(application_id, actor=current_actor())
    if application.state is not ApplicationState.draft:
        return redirect(url_for("talent.show_application", application_id=application_id))
    version = live_version(application.entry_id, now=clock.now())
    return render_template("talent/apply_confirm.html", application=application, version=version, entry=version.entry)


@room.post(f"/applications/{APPLICATION}/confirm")
def submit_application(application_id: int) -> Any:
    actor, now = current_actor(), clock.now()
    application = drafting.find(application_id, actor=actor)
    number = application.entry.number
    answers = Answers(consent=bool(application.consent_text), session_at=application.session_at)
    try:
        submitting.submit(posted(application_id), answers, actor=actor, now=now)
    except Invalid as invalid:
        db.session.rollback()
        flash(" ".join(finding.message for finding in invalid.findings), "error")
        return redirect(url_for("talent.show_apply", number=number), 303)
    except Conflict:
        db.session.rollback()
        if not following.was_submitted(application_id, actor=actor):
            raise
    db.session.commit()
    return redirect(url_for("talent.done_application", application_id=application_id), 303)


def posted(application_id: int) -> SeenApplication:
    return SeenApplication(application_id, whole_number(request.form.get("revision", ""), highest=LARGEST_ID))


@room.get(f"/applications/{APPLICATION}/done")
def done_application(application_id: int) -> Any:
    application = drafting.find(application_id, actor=current_actor())
    if application.applied_at is None:
        return redirect(url_for("talent.confirm_application", application_id=application_id))
    return render_template("talent/apply_done.html", application=application)


# ---- afterwards


@room.get("/applications/")
def list_applications() -> str:
    return render_template(
        "talent/applications.html", applications=following.mine(actor=current_actor()), now=clock.now()
    )


@room.get(f"/applications/{APPLICATION}")
def show_application(application_id: int) -> Any:
    actor = current_actor()
    application = drafting.find(application_id, actor=actor)
    if application.state is ApplicationState.draft:
        return redirect(url_for("talent.show_apply", number=application.entry.number))
    readers = following.readers(application, actor=actor)
    return render_template(
        "talent/application.html", application=application, readers=readers, now=clock.now(), errors={}
    )


@room.post(f"/applications/{APPLICATION}/documents")
def hand_in_documents(application_id: int) -> Any:
    """What was asked for again, one or several at a time."""
    actor, now = current_actor(), clock.now()
    application = drafting.find(application_id, actor=actor)
    refused = take_files(application, now=now)
    following.hand_in_again(application, actor=actor, now=now)
    db.session.commit()
    if refused:
        errors = {finding.field: finding.message for finding in refused}
        page = render_template("talent/application.html", application=application, readers=[], now=now, errors=errors)
        return page, 422
    flash(_("書類を提出しました。"), "success")
    return redirect(url_for("talent.show_application", application_id=application_id), 303)


@room.post(f"/applications/{APPLICATION}/withdraw")
def withdraw_application(application_id: int) -> Response:
    following.withdraw(posted(application_id), actor=current_actor(), now=clock.now())
    db.session.commit()
    flash(_("応募を辞退しました。"), "success")
    return redirect(url_for("talent.show_application", application_id=application_id), 303)


@room.get(f"/applications/{APPLICATION}/documents/<int(min=1, max={LARGEST_ID}):document_id>")
def own_document(application_id: int, document_id: int) -> Response:
    application = drafting.find(application_id, actor=current_actor())
    return send(drafting.file_of(application, document_id))
