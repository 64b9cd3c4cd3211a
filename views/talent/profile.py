"""プロフィール and the two résumés: forms of declared fields, saved over what was seen."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from models.base import db
from models.states import ResumeType
from models.talents import Talent
from portal import clock, codes
from portal.errors import Conflict, Invalid, Refused
from portal.files import intake
from portal.matching import profiles
from portal.matching.profile_fields import SECTIONS as PROFILE
from portal.publishing.checks import ERROR, Finding, check_fields
from portal.publishing.shapes import Section
from portal.recruiting import resumes
from portal.recruiting.resume_fields import SECTIONS as RESUMES
from views.arguments import LARGEST_ID, one_of, whole_number
from views.forms.entry import DeclaredForm, content_of, form_of, rearrange, shape_findings
from views.talent.room import NUMBER, room
from views.web import current_actor

TYPES = {each.value: each for each in ResumeType}
Save = Callable[[Mapping[str, Any], int], Any]


@room.get("/profile")
def show_profile() -> str:
    talent = profiles.own(current_actor())
    values = {field.name: getattr(talent, field.name, None) for section in PROFILE for field in section.fields}
    return profile_page(form_of(PROFILE)(data=values | {"name": talent.account.name}), talent)


@room.post("/profile")
def take_profile() -> Any:
    actor, now = current_actor(), clock.now()
    form, talent = form_of(PROFILE)(request.form), profiles.own(actor)

    def save(values: Mapping[str, Any], revision: int) -> None:
        profiles.save(values, revision=revision, actor=actor, now=now)

    return take(form, PROFILE, save, lambda told: profile_page(form, talent, told), "talent.show_profile")


def profile_page(form: DeclaredForm, talent: Talent, findings: Sequence[Finding] = ()) -> str:
    revision = request.form.get("revision") or talent.revision
    return sheet(_("プロフィール"), form, PROFILE, revision, findings, photo=talent.photo, code=talent.code)


@room.post("/profile/photo")
def take_photo() -> Any:
    actor, now = current_actor(), clock.now()
    try:
        given = chosen_photo()
        stored = intake.take_in_photo(given.stream, given.filename or "", owner_id=actor.account_id, now=now)
        profiles.set_photo(stored, actor=actor, now=now)
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return redirect(url_for("talent.show_profile", apply=interrupted() or None), 303)
    db.session.commit()
    flash(_("写真を登録しました。"), "success")
    return redirect(url_for("talent.show_profile", apply=interrupted() or None), 303)


def chosen_photo() -> FileStorage:
    given = request.files.get("photo")
    if given is None or not given.filename:
        raise Refused(_("写真のファイルを選択してください。"))
    return given


@room.get("/resumes/<kind>")
def show_resume(kind: str) -> str:
    resume_type = one_of(kind, TYPES, ResumeType.general)
    resume = resumes.find(profiles.own(current_actor()), resume_type)
    form = form_of(RESUMES[resume_type])(data=resumes.content_of(resume, resume_type))
    return resume_page(form, resume_type, resume.revision if resume else 0)


@room.post("/resumes/<kind>")
def take_resume(kind: str) -> Any:
    resume_type, actor, now = one_of(kind, TYPES, ResumeType.general), current_actor(), clock.now()
    form, talent = form_of(RESUMES[resume_type])(request.form), profiles.own(actor)

    def save(values: Mapping[str, Any], revision: int) -> None:
        resumes.save(talent, resume_type, values, revision=revision, actor=actor, now=now)

    def page(told: Sequence[Finding]) -> str:
        return resume_page(form, resume_type, request.form.get("revision", 0), told)

    return take(form, (), save, page, "talent.show_resume", kind=kind)


def resume_page(form: DeclaredForm, resume_type: ResumeType, revision: Any, findings: Sequence[Finding] = ()) -> str:
    intro = _(
        "途中でも保存できます。「必須」は、応募するときに必要な項目です。"
        "氏名、ふりがな、生年月日、性別、現住所、電話番号、写真は、プロフィールのものを使います。"
    )
    title = codes.RESUME_TYPES.label(resume_type)
    return sheet(title, form, RESUMES[resume_type], revision, findings, intro=intro)


# ---- what both share


def take(
    form: DeclaredForm,
    judged: Sequence[Section],
    save: Save,
    page: Callable[[Sequence[Finding]], str],
    endpoint: str,
    **values: Any,
) -> Any:
    """Saves what was posted, or shows it again with what is wrong. `judged` sections must be complete."""
    if rearrange(form, request.form.get("step", "")):
        return page(())
    content = content_of(form)
    wrong = shape_findings(form) or [found for found in check_fields(judged, content) if found.severity == ERROR]
    if wrong:
        return page(wrong), 422
    try:
        save(content, whole_number(request.form.get("revision", ""), highest=LARGEST_ID))
    except Invalid as invalid:
        db.session.rollback()
        return page(invalid.findings), 422
    except Conflict as conflict:
        db.session.rollback()
        return page([Finding("conflict", ERROR, "", str(conflict))]), 409
    db.session.commit()
    flash(_("保存しました。"), "success")
    return redirect(after(endpoint, **values), 303)


def after(endpoint: str, **values: Any) -> str:
    """Back to the application that was interrupted, or to the same page."""
    number = interrupted()
    return url_for("talent.show_apply", number=number) if number else url_for(endpoint, **values)


def interrupted() -> str:
    """The number of the posting whose form sent the person here, if one did."""
    number = request.args.get("apply", "")
    return number if re.fullmatch(NUMBER, number) else ""


def sheet(
    title: str, form: DeclaredForm, sections: Sequence[Section], revision: Any, findings: Sequence[Finding], **more: Any
) -> str:
    errors: dict[str, list[str]] = {}
    for finding in findings:
        errors.setdefault(finding.field, []).append(finding.message)
    return render_template(
        "talent/sheet.html",
        title=title,
        form=form,
        sections=sections,
        revision=revision,
        findings=findings,
        errors=errors,
        interrupted=interrupted(),
        **more,
    )
