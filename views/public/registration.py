"""団体登録: the mailed address, the sections of the form with saving in between, and what is handed in.

The address is the only key, so it is kept out of caches and other sites' logs (`views.web`), and says nothing about
who is registered.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from models.base import db
from models.registrations import RegistrationVersion
from portal import clock
from portal.database import begin_write
from portal.errors import Conflict, Invalid, NotFound, Refused
from portal.files.kinds import accept
from portal.publishing.checks import Finding, check_fields
from portal.publishing.shapes import Section
from portal.registry import applying, rules
from portal.registry.registration_fields import ACCOUNT, SECTIONS
from views.arguments import LARGEST_ID, one_of, whole_number
from views.forms.boxes import by_field, part_of
from views.forms.entry import DeclaredForm, content_of, form_of, rearrange, shape_findings
from views.public import registration_pages
from views.public.registration_pages import FILES, step_after, step_before
from views.visitor import origin, settings
from views.web import current_actor

room = Blueprint("registration", __name__, url_prefix="/registration")
FORMS = {section.key: section for section in (ACCOUNT, *SECTIONS)}
STEP = f"<any({', '.join(FORMS)}):key>"
MOVES = {"save": "save", "next": "next", "back": "back"}


@room.get("/")
def show_start() -> str:
    return start_page("")


@room.post("/")
def take_start() -> Any:
    """A registered address gets the same answer; what differs is the mail."""
    email = request.form.get("email", "")[:300]
    try:
        applying.begin(email, origin=origin(), now=clock.now(), settings=settings())
    except Invalid as invalid:
        db.session.rollback()
        return start_page(email, invalid.findings), 422
    db.session.commit()
    return render_template("public/registration_sent.html", email=email), 202


def start_page(email: str, findings: Sequence[Finding] = ()) -> str:
    return render_template(
        "public/registration_start.html",
        email=email,
        findings=findings,
        errors=by_field(findings),
        days=approval_days(),
    )


@room.get("/<token>/")
def show(token: str) -> Any:
    """Where it stands: what waits or was decided is shown, what is being filled in goes on."""
    version = opened(token)
    if isinstance(version, tuple):
        return version
    if version.state in applying.EDITABLE:
        return redirect(url_for(".edit", token=token, key=ACCOUNT.key))
    return render_template(
        "public/registration_status.html", version=version, **registration_pages.values_of(version), now=clock.now()
    )


def opened(token: str) -> RegistrationVersion | tuple[str, int]:
    """The registration of the address, or the page that says that it is over."""
    try:
        return applying.find(token, now=clock.now())
    except Refused as refusal:
        return render_template("public/registration_gone.html", refusal=str(refusal)), 410


# ---- the sections


@room.get(f"/<token>/{STEP}/")
def edit(token: str, key: str) -> Any:
    version = opened(token)
    if isinstance(version, tuple):
        return version
    if version.state not in applying.EDITABLE:
        return redirect(url_for(".show", token=token))
    section = FORMS[key]
    values = version.content | {"account_name": version.account_name}
    findings = judged(section, values) if "check" in request.args else []
    return form_page(token, version, section, form_of((section,))(data=values), findings)


@room.post(f"/<token>/{STEP}/")
def save(token: str, key: str) -> Any:
    """Keeps whatever can be read, complete or not."""
    version = opened(token)
    if isinstance(version, tuple):
        return version
    section, step = FORMS[key], request.form.get("step", "")
    form = form_of((section,))(request.form)
    if rearrange(form, step):
        return form_page(token, version, section, form)
    move = one_of(step, MOVES, "save")
    if shaped := shape_findings(form):
        return form_page(token, version, section, form, shaped), 422
    content = content_of(form)
    try:
        applying.save(
            version, whole_number(request.form.get("revision", ""), highest=LARGEST_ID), content, now=clock.now()
        )
    except Conflict as conflict:
        db.session.rollback()
        return form_page(token, version, section, form, [Finding("conflict", "error", "", str(conflict))]), 409
    db.session.commit()
    if move == "next" and judged(section, version.content | content):
        return redirect(
            url_for(".edit", token=token, key=key, check=1), 303
        )  # it is saved; what is missing is told there
    if move == "save":
        flash(_("保存しました。続きは、メールでお送りしたアドレスから入力できます。"), "success")
    return redirect(address_of(token, {"save": key, "next": step_after(key), "back": step_before(key)}[move]), 303)


def judged(section: Section, values: dict[str, Any]) -> list[Finding]:
    found = check_fields((section,), values) if section is ACCOUNT else rules.check((section,), values, now=clock.now())
    return rules.errors_of(found)


def form_page(
    token: str,
    version: RegistrationVersion,
    section: Section,
    form: DeclaredForm,
    findings: Sequence[Finding] = (),
) -> str:
    values = version.content | content_of(form)
    return render_template(
        "public/registration_form.html",
        **registration_pages.frame(version, section.key, token, now=clock.now()),
        part=part_of(section, form, values, by_field(findings)),
        findings=findings,
        revision=request.form.get("revision", "") if request.method == "POST" else version.revision,
        before=step_before(section.key),
    )


def address_of(token: str, step: str) -> str:
    if step in FORMS:
        return url_for(".edit", token=token, key=step)
    return url_for(".show_files" if step == FILES else ".confirm", token=token)


# ---- 審査用資料


@room.get("/<token>/files/")
def show_files(token: str) -> Any:
    version = opened(token)
    if isinstance(version, tuple):
        return version
    if version.state not in applying.EDITABLE:
        return redirect(url_for(".show", token=token))
    return files_page(token, version)


@room.post("/<token>/files/")
def take_files(token: str) -> Any:
    """Each file is kept at once, so that a bad one loses none of the others."""
    version = opened(token)
    if isinstance(version, tuple):
        return version
    if removed := request.form.get("remove"):
        applying.remove_file(version, whole_number(removed, highest=LARGEST_ID), now=clock.now())
        db.session.commit()
        return redirect(url_for(".show_files", token=token), 303)
    given = [file for file in request.files.getlist("files") if file.filename]
    refused: list[Finding] = []
    for file in given[: applying.MOST_FILES]:
        try:
            applying.put_file(
                version, file.stream, file.filename or "", origin=origin(), now=clock.now(), settings=settings()
            )
            db.session.commit()  # judging the next one takes a while: nobody else may have to wait for it
        except (NotFound, Conflict):
            raise
        except Refused as refusal:
            db.session.rollback()
            refused.append(Finding("R-03", "error", "files", f"{file.filename}：{refusal}"))
        begin_write()
    if not given and request.form.get("step") != "next":
        refused.append(Finding("R-03", "error", "files", _("ファイルを選択してください。")))
    if request.form.get("step") == "next" and not refused:
        return redirect(url_for(".confirm", token=token), 303)
    if refused:
        return files_page(token, version, refused), 422
    return redirect(url_for(".show_files", token=token), 303)


def files_page(token: str, version: RegistrationVersion, findings: Sequence[Finding] = ()) -> str:
    return render_template(
        "public/registration_files.html",
        **registration_pages.frame(version, FILES, token, now=clock.now()),
        files=version.files,
        findings=findings,
        errors=by_field(findings),
        most=applying.MOST_FILES,
        accept=accept(applying.FILE_KINDS),
    )


# ---- confirm and hand in


@room.get("/<token>/confirm/")
def confirm(token: str) -> Any:
    version = opened(token)
    if isinstance(version, tuple):
        return version
    if version.state not in applying.EDITABLE:
        return redirect(url_for(".show", token=token))
    return confirm_page(token, version)


@room.post("/<token>/confirm/")
def submit(token: str) -> Any:
    version = opened(token)
    if isinstance(version, tuple):
        return version
    revision = whole_number(request.form.get("revision", ""), highest=LARGEST_ID)
    try:
        applying.submit(
            version,
            revision,
            token,
            consent="consent" in request.form,
            actor=current_actor(),
            now=clock.now(),
            days=approval_days(),
        )
    except Invalid as invalid:
        db.session.rollback()
        return confirm_page(token, version, invalid.findings), 422
    except Conflict as conflict:
        db.session.rollback()
        if version.state not in applying.EDITABLE:  # the second click of two
            return redirect(url_for(".show", token=token), 303)
        return confirm_page(token, version, [Finding("conflict", "error", "", str(conflict))]), 409
    db.session.commit()
    return redirect(url_for(".show", token=token), 303)


def confirm_page(token: str, version: RegistrationVersion, findings: Sequence[Finding] = ()) -> str:
    now = clock.now()
    missing = applying.check(version, consent=True, now=now)
    return render_template(
        "public/registration_confirm.html",
        **registration_pages.frame(version, "confirm", token, now=now),
        **registration_pages.values_of(version),
        missing=[(finding, registration_pages.place_of(finding, token)) for finding in rules.errors_of(missing)],
        warnings=[finding for finding in missing if finding.severity == "warning"],
        findings=findings,
        errors=by_field(findings),
        consent=applying.CONSENT,
        days=approval_days(),
    )


def approval_days() -> int:
    return settings().approval_days
