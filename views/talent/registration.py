"""人材登録: the form, the mailed address, and the account that it makes."""

import re
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.accounts import registration
from portal.accounts.registration import CONSENT, Request
from portal.errors import Invalid, Refused
from portal.publishing.checks import Finding
from views.talent.room import NUMBER, room
from views.visitor import origin, settings

APPLYING = re.compile(rf"/talent/apply/{NUMBER}")


@room.get("/register")
def show_registration() -> str:
    return page(Request("", "", "", "", consent=False))


@room.post("/register")
def take_registration() -> Any:
    """A known address gets the same answer; what differs is the mail."""
    given = {name: request.form.get(name, "")[:300] for name in ("email", "name", "password", "again")}
    asked = Request(**given, consent="consent" in request.form, wanted=wanted())
    try:
        registration.register(asked, origin=origin(), now=clock.now(), settings=settings())
    except Invalid as invalid:
        db.session.rollback()
        return page(asked, invalid.findings), 422
    db.session.commit()
    return render_template("talent/register_sent.html", email=asked.email, wanted=wanted()), 202


def page(asked: Request, findings: list[Finding] | None = None) -> str:
    errors = {finding.field: [finding.message] for finding in findings or []}
    return render_template(
        "talent/register.html",
        asked=asked,
        findings=findings or [],
        errors=errors,
        consent=CONSENT,
        wanted=wanted(),
    )


def wanted() -> str:
    """The application form that the registration interrupts. No other address is carried on, none off this site."""
    path = request.args.get("next", "")
    return path if APPLYING.fullmatch(path) else ""


@room.get("/register/<token>")
def show_confirmation(token: str) -> Any:
    try:
        waiting = registration.find(token, now=clock.now())
    except Refused as refusal:
        return refused_page(refusal)
    return render_template("talent/register_confirm.html", waiting=waiting, refusal="", wanted=wanted())


def refused_page(refusal: Refused) -> tuple[str, int]:
    page = render_template("talent/register_confirm.html", waiting=None, refusal=str(refusal), wanted=wanted())
    return page, 410


@room.post("/register/<token>")
def take_confirmation(token: str) -> Response | tuple[str, int]:
    try:
        registration.confirm(token, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        return refused_page(refusal)
    db.session.commit()
    return redirect(url_for("login.talent", next=wanted() or None), 303)
