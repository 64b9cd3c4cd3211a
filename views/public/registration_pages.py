"""What the pages of a new registration show, worked out for their templates."""

from datetime import datetime
from typing import Any

from flask import url_for

from models.registrations import RegistrationVersion
from portal.publishing.checks import Finding
from portal.publishing.fields import applies
from portal.publishing.wording import show
from portal.registry import applying, rules
from portal.registry.registration_fields import ACCOUNT, SECTIONS

FILES, CONFIRM = "files", "confirm"
STEPS = (
    *((section.key, section.title) for section in (ACCOUNT, *SECTIONS)),
    (FILES, "審査用資料"),
    (CONFIRM, "内容確認"),
)
KEYS = [key for key, _title in STEPS]


def step_after(key: str) -> str:
    return KEYS[KEYS.index(key) + 1]


def step_before(key: str) -> str:
    return KEYS[max(0, KEYS.index(key) - 1)]


def frame(version: RegistrationVersion, here: str, token: str, *, now: datetime) -> dict[str, Any]:
    """The steps at the left, each with whether it is complete."""
    missing = {step_of(finding) for finding in rules.errors_of(applying.check(version, consent=True, now=now))}
    return {
        "version": version,
        "token": token,
        "here": here,
        "steps": [(key, title, path_of(key, token), key not in missing and key != CONFIRM) for key, title in STEPS],
        "now": now,
    }


def path_of(key: str, token: str) -> str:
    if key == FILES:
        return url_for("registration.show_files", token=token)
    if key == CONFIRM:
        return url_for("registration.confirm", token=token)
    return url_for("registration.edit", token=token, key=key)


def step_of(finding: Finding) -> str:
    for section in (ACCOUNT, *SECTIONS):
        if any(field.name == finding.field for field in section.fields):
            return section.key
    return FILES if finding.field == "files" else CONFIRM


def place_of(finding: Finding, token: str) -> str:
    key = step_of(finding)
    path = path_of(key, token)
    return path if key in (FILES, CONFIRM) else f"{path}?check=1#{finding.field}"


def values_of(version: RegistrationVersion) -> dict[str, Any]:
    """Sections with (field, text) of what applies."""
    values = version.content | {"account_name": version.account_name}
    return {
        "shown": [
            (
                section,
                [(field, show(field, values.get(field.name))) for field in section.fields if applies(field, values)],
            )
            for section in (ACCOUNT, *SECTIONS)
        ]
    }
