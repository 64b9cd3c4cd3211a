"""The page of HTML that the press sets: a snapshot in words, and nothing that is not in it."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app

from models.states import ResumeType
from portal import codes
from portal.clock import local
from portal.publishing import wording
from portal.publishing.shapes import Field
from portal.recruiting import careers
from portal.recruiting.resume_fields import items_of, section_of
from portal.recruiting.snapshot import refuse_large

TITLES = {ResumeType.general: "履歴書", ResumeType.expert: "専門家履歴書"}


@dataclass(frozen=True)
class Sheet:
    """What the templates draw."""

    type: ResumeType
    snapshot: Mapping[str, Any]
    number: str
    applied_at: datetime
    photo: str  # its address, or empty

    @property
    def title(self) -> str:
        return TITLES[self.type]

    @property
    def name(self) -> str:
        return self.snapshot["name"]

    @property
    def items(self) -> Sequence[str]:
        return items_of(self.type, self.snapshot["items"])

    def has(self, item: str) -> bool:
        return item in self.snapshot["items"]

    def label(self, item: str) -> str:
        return codes.RESUME_ITEMS.label(item)

    def value(self, item: str, name: str) -> Any:
        return self.snapshot["items"][item].get(name) or ""

    def fields(self, item: str) -> Sequence[Field]:
        section = section_of(self.type, item)
        return section.fields if section else ()

    def filled(self, item: str) -> bool:
        return any(self.snapshot["items"][item].values())

    def word(self, item: str, name: str) -> str:
        """One value as people read it; empty when there is none."""
        return self._shown(next(field for field in self.fields(item) if field.name == name), self.value(item, name))

    def rows(self, item: str, name: str = "") -> list[dict[str, str]]:
        """Each row with its cells in words."""
        field = next(field for field in self.fields(item) if field.name == (name or item))
        return [
            {cell.name: self._shown(cell, row.get(cell.name)) for cell in field.cells}
            for row in self.value(item, field.name)
        ]

    def _shown(self, field: Field, value: Any) -> str:
        return wording.show(field, value) if value else ""

    @property
    def as_of(self) -> str:
        return wording.day(local(self.applied_at).date())

    @property
    def birthdate(self) -> str:
        """With the age on the day of application, which is what the snapshot is of."""
        text = self.value("birthdate", "birthdate")
        if not text:
            return ""
        born, day = date.fromisoformat(text), local(self.applied_at).date()
        age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        return f"{wording.day(born)}（満{age}歳）"

    def length(self, item: str) -> str:
        """How long in all, and in which countries."""
        rows, until = self.value(item, item), f"{local(self.applied_at):%Y-%m}"
        if not rows:
            return ""
        countries = "、".join(
            f"{codes.COUNTRIES.label(country)} {careers.spell(months)}"
            for country, months in careers.by_country(rows, until=until)
            if months
        )
        return f"通算 {careers.spell(careers.total(rows, until=until))}" + (f"（{countries}）" if countries else "")


def html(snapshot: Mapping[str, Any], *, number: str, applied_at: datetime, photo: bytes) -> str:
    """Raises TooLarge for what is beyond any résumé. `photo` is a JPEG, or empty."""
    refuse_large(snapshot)
    kind = ResumeType(snapshot["type"])
    address = "data:image/jpeg;base64," + base64.b64encode(photo).decode() if photo else ""
    sheet = Sheet(kind, snapshot, number, applied_at, address)
    return current_app.jinja_env.get_template(f"documents/resume_{kind.value}.html").render(sheet=sheet)
