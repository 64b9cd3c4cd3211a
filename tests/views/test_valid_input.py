"""Input that keeps the rules is taken and comes back as it was typed: refusing everything would be no safety (G27)."""

import os
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.states import Kind
from portal.codes import DOCUMENT_FORMATS, LANGUAGE_NEEDS, PAID
from portal.publishing.content import read
from portal.publishing.fields import Field, Type, applies, choices_for, fields_of
from portal.working_codes import CONTRACTS_OF, INSURANCES, PAY_KINDS
from tests.make import Maker
from tests.views.login import log_in
from tests.views.pages import Page, text_of
from tests.views.posting import pairs_of

SLUGS = {Kind.job: "jobs", Kind.event: "events", Kind.notice: "notices"}
EACH = int(os.environ.get("PORTAL_VALID", "25"))
SEED = 20261124
SIGNS = "水と衛生の専門家を募集します髙﨑𠮷①㈱～−ー・「」（）ABCabc xyz0123１２３ｱｶﾞ　<>&\"'\\%_{}🌏👨‍👩‍👧e\u0301"
EMPTY: dict[Type, Any] = {Type.number: None, Type.moment: None, Type.day: None, Type.flag: False}
LISTS = (Type.choices, Type.documents, Type.sessions, Type.languages, Type.rows)


class Writer:
    """Fills every field with a random value that its declaration and the table of dates allow."""

    def __init__(self, kind: Kind, now: datetime, seed: int) -> None:
        self.kind, self.random = kind, random.Random(seed)
        self.start = (now + timedelta(days=self.random.randint(1, 20))).replace(second=0, microsecond=0)
        self.organization = Organization(org_type="01")

    def content(self) -> dict[str, Any]:
        given = {field.name: self.value(field) for field in fields_of(self.kind)} | self.dates()
        given["age_min"], given["age_max"] = sorted((self.random.randint(15, 99), self.random.randint(15, 99)))[:2]
        if self.kind is Kind.job:
            given |= self.agreeing(given)
        return {field.name: given[field.name] for field in fields_of(self.kind)}

    def agreeing(self, given: dict[str, Any]) -> dict[str, Any]:
        """What one choice in a job says of another."""
        kind = given["employment_kind"]
        low, high = sorted(self.random.randint(1, 5000) for _ in range(2))
        return {
            "contract_type": self.random.choice(sorted(CONTRACTS_OF[kind] - {"permanent"})),
            "term_note": "着任から1年間",
            "pay_kind": "month" if kind in PAID else self.random.choice(PAY_KINDS.values),
            "pay_min": low,
            "pay_max": high,
            "fixed_overtime_excess": "yes",
            "insurances": [self.random.choice(INSURANCES.values)],
            "smoking": self.random.choice(("none", "room", "outside", "other")),
            "nationality_reason": "公用旅券で渡航するため",
            "age_code": "3ha",
        }

    def value(self, field: Field) -> Any:
        one = self.random
        choices = choices_for(field, self.organization)
        if field.type is Type.choice and choices:
            return one.choice(choices.values if field.required else ("", *choices.values))
        if field.type is Type.choices and choices:
            count = one.randint(field.low or 0, min(field.high or 5, len(choices.values)))
            chosen = set(one.sample(choices.values, count))
            return [code for code in choices.values if code in chosen]
        if field.type is Type.number:
            return one.randint(field.low or 1, min(field.high or 99, 5000))
        fixed: dict[Type, list[Any]] = {
            Type.flag: [True],
            Type.email: ["saiyo@example.org", "o'neil+jobs@sub.example.co.jp", "a@xn--wgv71a119e.jp"],
            Type.phone: ["03-1234-5678", "+81 3 1234 5678", "090ー1234ー5678 内線 12"],
            Type.url: ["https://example.org/", "https://example.org/a?b=c&d=%E6%B0%B4#e", "https://日本語.jp/道"],
            Type.documents: [self.documents()],
            Type.languages: [self.languages()],
            Type.time: ["09:00", "00:00", "24:00"],
            Type.day: [None],
            Type.files: [[]],
            Type.rows: [[], [{cell.name: "手当 <1>" for cell in field.cells}] * 3],
        }
        return one.choice(fixed[field.type]) if field.type in fixed else self.text(field)

    def text(self, field: Field) -> str:
        if not field.required and self.random.random() < 0.4:
            return ""
        longest = min(field.high or 200, (field.low or 1) + 300)
        count = self.random.choice((field.low or 1, self.random.randint(field.low or 1, longest), longest))
        signs = "".join(self.random.choice(SIGNS) for _ in range(count))
        if field.type is Type.prose and count > 20:
            signs = f"{signs[:9]}\n\n　{signs[12:]}"
        return signs.strip().ljust(field.low or 1, "水")

    def documents(self) -> list[dict[str, Any]]:
        return [
            {
                "name": f"書類 {place} <様式>",
                "required": self.random.random() < 0.5,
                "note": "A4で2枚まで" * (place % 2),
                "format": self.random.choice(DOCUMENT_FORMATS.values),
            }
            for place in range(self.random.randint(0, 20))
        ]

    def languages(self) -> list[dict[str, Any]]:
        return [
            {"language": code, "need": self.random.choice(LANGUAGE_NEEDS.values), "level": "", "note": "TOEIC 800"}
            for code in self.random.sample(("en", "fr", "es", "ja"), self.random.randint(1, 4))
        ]

    def dates(self) -> dict[str, Any]:
        publish, close = self.start, self.start + timedelta(days=self.random.randint(1, 60))
        opens = publish + timedelta(hours=self.random.randint(0, 12))
        ends = self.random.choice((None, close + timedelta(minutes=1), close + timedelta(days=30)))
        starts = close + timedelta(days=3)
        sessions = [
            {"starts_at": starts + timedelta(days=day), "ends_at": starts + timedelta(days=day, minutes=90)}
            for day in range(self.random.randint(1, 20))
        ]
        if self.kind is Kind.notice:
            ends = self.random.choice((None, close))
        return {"publish_at": publish, "open_at": opens, "close_at": close, "unpublish_at": ends, "sessions": sessions}


def as_kept(kind: Kind, content: dict[str, Any]) -> dict[str, Any]:
    """What does not apply to what was chosen is not kept."""
    return {
        field.name: content[field.name]
        if applies(field, content)
        else ([] if field.type in LISTS else EMPTY.get(field.type, ""))
        for field in fields_of(kind)
    }


@pytest.mark.parametrize("kind", Kind)
def test_what_keeps_the_rules_is_taken_and_comes_back_unchanged(
    kind: Kind, client: FlaskClient, make_here: Maker
) -> None:
    log_in(client, make_here.member(make_here.organization(org_type="01")))
    refused, changed = [], []
    for number in range(EACH):
        content = Writer(kind, make_here.now, SEED + number).content()
        sent = MultiDict([*pairs_of(kind, content), ("step", "confirm")])
        answer = client.post(f"/mypage/{SLUGS[kind]}/new/", data=sent)
        if answer.status_code != 302:
            page = Page(answer.text)
            refused.append([text_of(part) for part in page.all("div") if part.get("class") == "errsum"])
            continue
        db.session.rollback()
        version = db.session.scalars(select(Version).order_by(Version.id.desc())).first()
        assert version is not None
        kept, meant = read(version), as_kept(kind, content)
        changed += [(name, meant[name], kept[name]) for name in meant if kept[name] != meant[name]]
        assert client.get(answer.location).status_code == 200
        assert client.get(f"/mypage/{SLUGS[kind]}/{version.entry_id}/").status_code == 200

    print(f"\n{db.engine.name} {kind}: {EACH - len(refused)} of {EACH} valid contents taken")
    assert len(refused) <= EACH * 0.05, refused
    assert changed == []
