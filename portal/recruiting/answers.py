"""What an applicant answered, as the application's page tells it: the items of the résumé that were asked for."""

from models.applications import Application
from portal.publishing import wording
from portal.recruiting.resume_page import Sheet

CONTACT = ("postal", "address", "phone", "email")  # of the profile, beside what the item's own fields hold


def answers_of(application: Application) -> list[tuple[str, str]]:
    """(item, text) as they were at the moment of application; a photo is in the PDF alone."""
    if not application.resume_type or not application.resume or application.applied_at is None:
        return []
    sheet = Sheet(application.resume_type, application.resume, application.number, application.applied_at, "")
    return [(sheet.label(item), _text(sheet, item) or wording.EMPTY) for item in sheet.items if item != "photo"]


def _text(sheet: Sheet, item: str) -> str:
    if item == "birthdate":
        return sheet.birthdate
    if item == "gender":
        return str(sheet.value("gender", "gender_text"))
    contact = (
        [str(sheet.value(item, name)) for name in ("postal", "address", "phone", "email")] if item == "contact" else []
    )
    fields = [(field, sheet.value(item, field.name)) for field in sheet.fields(item)]
    filled = [(field.label, wording.show(field, value)) for field, value in fields if value]
    lines = [text if label == sheet.label(item) or len(fields) == 1 else f"{label}：{text}" for label, text in filled]
    return "\n".join(line for line in (*contact, *lines) if line)
