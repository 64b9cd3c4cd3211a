"""応募する: the form with a field for each document, its confirmation, and the receipt."""

import re
from collections.abc import Sequence
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
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.files import intake
from portal.files.kinds import OF_FORMAT, accept
from portal.publishing.checks import ERROR, Finding
from portal.recruiting import drafting, following, openness, seats, submitting
from portal.recruiting.drafting import Posting
from portal.recruiting.moves import SeenApplication
from portal.recruiting.needs import Filled, needs_of
from portal.recruiting.openness import live_version
from portal.recruiting.submitting import Answers
from views.arguments import LARGEST_ID, whole_number
from views.talent.room import room
from views.web import current_actor

ACCEPTED = {code: accept(kinds) for code, kinds in OF_FORMAT.items()}  # by the format that is asked for
APPLICATION = f"<int(min=1, max={LARGEST_ID}):application_id>"
PLACE = re.compile(r"[0-9]{1,3}")
SHEETS = ("resume", "profile")


@room.get("/apply/<number>")
def show_apply(number: str) -> Any:
    """Nothing is begun by looking: the draft is made with the first input."""
    entry_id = drafting.entry_of(number)
    application = drafting.begun(entry_id, actor=current_actor())
    if application and application.state not in (ApplicationState.draft, ApplicationState.withdrawn):
        return redirect(url_for("talent.show_application", application_id=application.id))
    try:
        version = live_version(entry_id, now=clock.now())
        openness.refuse_level(drafting.own_talent(current_actor()), version)
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        return refused_page(number, application, refusal)
    return render_form(version, application)


def refused_page(number: str, application: Application | None, refusal: Refused) -> tuple[str, int]:
    """Why there is no form, and what can be done instead."""
    page = render_template(
        "talent/apply_refused.html",
        number=number,
        application=application,
        sentence=str(refusal),
        is_level=str(refusal) == openness.LEVEL,
    )
    return page, refusal.status


@room.post("/apply/<number>")
def take_apply(number: str) -> Any:
    """Files are kept at once, so that an error elsewhere loses none of them."""
    actor, now = current_actor(), clock.now()
    entry_id = drafting.entry_of(number)
    try:
        application = drafting.start(entry_id, actor=actor, now=now)
    except (NotFound, Forbidden, Conflict):
        raise
    except Refused as refusal:  # the period ended while the form was being filled in
        db.session.rollback()
        return refused_page(number, drafting.begun(entry_id, actor=actor), refusal)
    db.session.commit()  # judging a file takes a while: nobody else may have to wait for it
    begin_write()
    refused = take_files(application, now=now)
    remove_file(application, request.form.get("remove", ""), now=now)
    version, answers = live_version(application.entry_id, now=now), read_answers()
    drafting.remember(application, session_at=answers.session_at, consent=answers.consent)
    missing = submitting.findings_of(application, version, answers, talent=drafting.own_talent(actor), now=now)
    db.session.commit()
    if refused:
        told = {finding.field for finding in refused}
        wanted = missing if "check" in request.form else []
        findings = [*refused, *(finding for finding in wanted if finding.field not in told)]
        return render_form(version, application, findings), 422
    return redirect_after(number, version) or checked(version, application, missing)


def redirect_after(number: str, version: Posting) -> Response | None:
    """Where a button other than 「確認」 leads: on with the form, or to what the form needs from elsewhere."""
    if "check" in request.form:
        return None
    flash(_("入力した内容を保存しました。"), "success")
    if request.form.get("fill") == "resume" and version.resume_type:
        return redirect(url_for("talent.show_resume", kind=version.resume_type, apply=number), 303)
    if request.form.get("fill") == "profile":
        return redirect(url_for("talent.show_profile", apply=number), 303)
    return redirect(url_for("talent.show_apply", number=number), 303)


def checked(version: Posting, application: Application, missing: Sequence[Finding]) -> Any:
    if missing:
        return render_form(version, application, missing), 422
    return redirect(url_for("talent.confirm_application", application_id=application.id), 303)


def take_files(application: Application, *, now: datetime) -> list[Finding]:
    """Stores each file that was chosen under its document; what is refused is told at its field."""
    refused = []
    for document in list(application.documents):
        given = request.files.get(f"document-{document.position}")
        if given is None or not given.filename:
            continue
        try:
            owner_id, kinds = current_actor().account_id, OF_FORMAT[document.format]
            stored = intake.take_in(given.stream, given.filename, owner_id=owner_id, now=now, kinds=kinds)
            drafting.put_document(document.id, stored, application=application, now=now)
        except Refused as refusal:
            refused.append(Finding("A-05", ERROR, f"document-{document.position}", str(refusal)))
    return refused


def remove_file(application: Application, place: str, *, now: datetime) -> None:
    """「取り消す」 beside a file that was kept; pressed twice, the second time finds nothing to do."""
    position = int(place) if PLACE.fullmatch(place) else 0
    for document in application.documents:
        if document.position == position and document.file_id is not None:
            drafting.remove_document(document.id, application=application, now=now)


def read_answers() -> Answers:
    chosen = request.form.get("session", "")
    try:
        session_at = datetime.fromisoformat(chosen) if chosen else None
    except ValueError:
        session_at = None
    if session_at is not None and session_at.tzinfo is None:
        session_at = None
    return Answers(consent="consent" in request.form, session_at=session_at)


def render_form(version: Posting, application: Application | None, findings: Sequence[Finding] = ()) -> str:
    now, talent = clock.now(), drafting.own_talent(current_actor())
    sessions = seats.open_sessions(version, now=now) if seats.needs_session(version) else []
    filled = Filled(
        drafting.asked_for(version, application),
        submitting.resume_of(version, talent),
        sessions,
        application.session_at if application else None,
        bool(application and application.consent_text),
    )
    return render_template(
        "talent/apply.html",
        version=version,
        entry=version.entry,
        application=application,
        filled=filled,
        needs=needs_of(version, filled),
        full=seats.full_sessions(version),
        consent_text=submitting.consent_text(version),
        accepted=ACCEPTED,
        findings=findings,
        talent=talent,
        now=now,
    )


@room.get(f"/applications/{APPLICATION}/confirm")
def confirm_application(application_id: int) -> Any:
    application = drafting.find(application_id, actor=current_actor())
    if application.state is not ApplicationState.draft:
        return redirect(url_for("talent.show_application", application_id=application_id))
    version = live_version(application.entry_id, now=clock.now())
    waits = application.session_at if seats.needs_session(version) else None
    return render_template(
        "talent/apply_confirm.html",
        application=application,
        version=version,
        entry=version.entry,
        is_full=waits in seats.full_sessions(version),
        consent_text=submitting.consent_text(version),
    )


@room.post(f"/applications/{APPLICATION}/confirm")
def submit_application(application_id: int) -> Any:
    actor, now = current_actor(), clock.now()
    application = drafting.find(application_id, actor=actor)
    number = application.entry.number
    answers = Answers(consent=bool(application.consent_text), session_at=application.session_at)
    try:
        submitting.submit(posted(application_id), answers, actor=actor, now=now)
    except Conflict:
        db.session.rollback()
        if not following.was_submitted(application_id, actor=actor):
            raise
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        told = [finding.message for finding in refusal.findings] if isinstance(refusal, Invalid) else [str(refusal)]
        flash(" ".join(told), "error")
        return redirect(url_for("talent.show_apply", number=number), 303)
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
