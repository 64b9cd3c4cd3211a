"""応募状況: one's own applications, what was asked for again, who read them, and the way out."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.applications import Application
from models.base import db
from models.states import ApplicationState, DocumentState
from portal import clock
from portal.publishing.checks import ERROR, Finding
from portal.recruiting import drafting, following, readings
from views.arguments import LARGEST_ID, page_number
from views.files import send
from views.talent.applying import ACCEPTED, APPLICATION, posted, take_files
from views.talent.room import room
from views.web import current_actor

LAST_PAGE = 200


@room.get("/applications/")
def list_applications() -> str:
    page = following.page_of(page_number(request.args.get("page"), last=LAST_PAGE), actor=current_actor())
    return render_template(
        "talent/applications.html",
        page=page,
        applications=page.rows,
        to=lambda number: url_for("talent.list_applications", page=number if number > 1 else None),
        now=clock.now(),
    )


@room.get(f"/applications/{APPLICATION}")
def show_application(application_id: int) -> Any:
    application = drafting.find(application_id, actor=current_actor())
    if application.state is ApplicationState.draft:
        return redirect(url_for("talent.show_apply", number=application.entry.number))
    return application_page(application)


def application_page(application: Application, findings: Sequence[Finding] = ()) -> str:
    actor, talent = current_actor(), application.talent
    return render_template(
        "talent/application.html",
        application=application,
        course=following.course(application, actor=actor),
        readings=readings.of_talent(actor=actor, application_id=application.id) if talent.shows_readers else [],
        withdrawable=application.state in following.WITHDRAWABLE,
        accepted=ACCEPTED,
        findings=findings,
        now=clock.now(),
    )


@room.post(f"/applications/{APPLICATION}/documents")
def hand_in_documents(application_id: int) -> Any:
    """What was asked for again, one or several at a time."""
    actor, now = current_actor(), clock.now()
    application = drafting.find(application_id, actor=actor)
    findings = take_files(application, now=now) or nothing_chosen(application)
    if not findings:
        following.hand_in_again(application, actor=actor, now=now)
    db.session.commit()
    if findings:
        return application_page(application, findings), 422
    open_still = sum(row.state is DocumentState.reopened for row in application.documents)
    flash(
        _("書類を提出しました。あと%(n)s件の提出をお願いします。", n=open_still)
        if open_still
        else _("書類を提出しました。"),
        "success",
    )
    return redirect(url_for("talent.show_application", application_id=application_id), 303)


def nothing_chosen(application: Application) -> list[Finding]:
    """The button was pressed without a file: told at the first field that waits for one."""
    fields = {f"document-{row.position}": row for row in application.documents}
    if any(given.filename for name, given in request.files.items() if name in fields):
        return []
    return [
        Finding("A-01", ERROR, name, _("「%(name)s」のファイルを選択してください。", name=row.name))
        for name, row in fields.items()
        if row.state is DocumentState.reopened
    ][:1]


@room.get(f"/applications/{APPLICATION}/withdraw")
def ask_withdrawal(application_id: int) -> Any:
    """A page of its own, so that the question comes without scripts too."""
    application = drafting.find(application_id, actor=current_actor())
    if application.state not in following.WITHDRAWABLE:
        return redirect(url_for("talent.show_application", application_id=application_id))
    return render_template("talent/withdraw.html", application=application)


@room.post(f"/applications/{APPLICATION}/withdraw")
def withdraw_application(application_id: int) -> Response:
    following.withdraw(posted(application_id), actor=current_actor(), now=clock.now())
    db.session.commit()
    flash(_("応募を辞退しました。"), "success")
    return redirect(url_for("talent.show_application", application_id=application_id), 303)


@room.post(f"/applications/{APPLICATION}/discard")
def discard_application(application_id: int) -> Response:
    actor = current_actor()
    drafting.discard(drafting.find(application_id, actor=actor), actor=actor, now=clock.now())
    db.session.commit()
    flash(_("入力中の応募を削除しました。"), "success")
    return redirect(url_for("talent.list_applications"), 303)


@room.get(f"/applications/{APPLICATION}/documents/<int(min=1, max={LARGEST_ID}):document_id>")
def own_document(application_id: int, document_id: int) -> Response:
    application = drafting.find(application_id, actor=current_actor())
    return send(drafting.file_of(application, document_id))


@room.get("/readings/")
def list_readings() -> str:
    """Who opened what, for all applications together."""
    actor, page = current_actor(), page_number(request.args.get("page"), last=LAST_PAGE)
    talent = drafting.own_talent(actor)
    found = readings.of_talent(actor=actor, page=page, size=readings.PAGE + 1) if talent.shows_readers else []
    return render_template(
        "talent/readings.html",
        talent=talent,
        readings=found[: readings.PAGE],
        page=page,
        has_more=len(found) > readings.PAGE,
        now=clock.now(),
    )
