"""Each declared field by itself: whether it is there, how much it takes, and in which form."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from models.organizations import Organization
from models.states import Kind
from portal.publishing.checks import Finding, check
from portal.publishing.fields import Field, Type, applies, fields_of
from tests.publishing import filing
from tests.publishing.samples import holding, sample

EVENT, NOTICE = Kind.event, Kind.notice


def found(kind: Kind, content: dict[str, Any], now: datetime) -> list[Finding]:
    return check(kind, content, organization=Organization(org_type="07"), now=now)


# ---- presence: every required field of every kind


def asked(kind: Kind) -> Iterator[Field]:
    yield from (field for field in fields_of(kind) if field.required)


@pytest.mark.parametrize(
    ("kind", "field"),
    [(kind, field) for kind in Kind for field in asked(kind)],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_required_field_is_missed_only_where_it_applies(kind: Kind, field: Field, now: datetime) -> None:
    empty = [] if field.type in (Type.choices, Type.languages, Type.documents, Type.sessions, Type.rows) else None
    content = holding(kind, field, now=now) | {field.name: empty}

    told = [finding for finding in found(kind, content, now) if finding.field == field.name]

    assert [finding.rule for finding in told] == ["F-01"]
    assert field.label in told[0].message


@pytest.mark.parametrize(
    ("kind", "field"),
    [(kind, field) for kind in Kind for field in fields_of(kind) if field.when],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_field_that_is_not_there_is_not_judged(kind: Kind, field: Field, now: datetime) -> None:
    """What a hidden input still holds when the form is posted is of no account."""
    condition = field.when[0]
    content = sample(kind, now=now) | {condition.field: "-", field.name: nonsense(field, now)}
    assert not applies(field, content)

    assert [finding for finding in found(kind, content, now) if finding.field == field.name] == []


def nonsense(field: Field, now: datetime) -> Any:
    match field.type:
        case Type.number:
            return -1
        case Type.moment:
            return now.replace(year=2001)
        case Type.day:
            return now.date().replace(year=2001)
        case Type.rows:
            return [{cell.name: "" for cell in field.cells} | {field.cells[0].name: "一"}] * 30
        case Type.sessions:
            return [{"starts_at": now.replace(year=2001), "ends_at": now.replace(year=2000)}]
        case Type.documents | Type.files:
            return [filing.row(words="") | {"name": "本籍", "required": True, "note": ""}] * 30
        case Type.choices:
            return [str(number) for number in range(30)]
    return "https://x.com/ 20代の男性のみ" * 1000


# ---- lengths: every bound of every field, at the bound and one beyond


def bounds() -> Iterator[tuple[Kind, Field, int, int]]:
    for kind in Kind:
        for field in fields_of(kind):
            if field.low is not None:
                yield kind, field, field.low, field.low - 1
            if field.high is not None:
                yield kind, field, field.high, field.high + 1


@pytest.mark.parametrize(
    ("kind", "field", "fits", "exceeds"),
    [bound for bound in bounds() if bound[3] > 0],  # nothing at all is a missing value, not a short one
    ids=lambda value: getattr(value, "name", value),
)
def test_lengths_are_kept_to_the_character(kind: Kind, field: Field, fits: int, exceeds: int, now: datetime) -> None:
    content = holding(kind, field, now=now)

    def told(amount: int) -> list[str]:
        judged = found(kind, content | {field.name: of_size(field, amount, now)}, now)
        return [finding.message for finding in judged if (finding.rule, finding.field) == ("F-02", field.name)]

    assert told(fits) == []
    (message,) = told(exceeds)
    assert f"{fits:,}" in message
    assert f"現在{exceeds:,}" in message


def of_size(field: Field, amount: int, now: datetime) -> Any:
    match field.type:
        case Type.number:
            return amount
        case Type.choices | Type.files:
            return [filing.row() if field.type is Type.files else "01"] * amount
        case Type.languages | Type.rows:
            cells = [cell.name for cell in field.cells] or ["language", "need", "level", "note"]
            return [dict.fromkeys(cells, "水")] * amount
        case Type.documents:
            return [{"name": f"書類{number}", "required": True, "note": ""} for number in range(amount)]
        case Type.sessions:
            return [{"starts_at": now, "ends_at": now}] * amount
        case Type.phone:
            return "0" * amount
        case Type.email:
            return address(amount)
    return "水" * amount


def address(length: int) -> str:
    """An e-mail address that is right but for its length."""
    domain = ".".join(["a" * 40] * 3) + ".example.jp"
    return "b" * (length - len(domain) - 1) + "@" + domain


# ---- the form of single values


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org",
        "javascript:alert(1)//example.org",
        "//example.org",
        "example.org",
        "https://example",
        "https://user@example.org",
        "https://user:secret@example.org/",
        "https://exa mple.org",
        "https://example.org/a b",
        "https://[::1",
        "https://.",
        "https://example..org",
        "https://example.org:99999",
        "https://example.org:port/",
        "https:///path",
        "https://",
    ],
)
def test_addresses_that_lead_nowhere_or_hide_something_are_refused(address: str, now: datetime) -> None:
    (finding,) = found(NOTICE, sample(NOTICE, now=now, link=address), now)

    assert (finding.rule, finding.field) == ("F-02", "link")
    assert "https://" in finding.message


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "https://EXAMPLE.org:8443/a?b=c#d",
        "https://日本語.jp/採用",
        "https://notfacebook.com/",
        "https://example.org/?to=https://x.com/",
        "https://example.org./",
    ],
)
def test_ordinary_addresses_pass(address: str, now: datetime) -> None:
    assert found(NOTICE, sample(NOTICE, now=now, link=address), now) == []


@pytest.mark.parametrize("host", ["x.com", "www.facebook.com", "X.COM", "m.facebook.com", "lin.ee.line.me", "x.com."])
def test_addresses_in_social_media_are_refused(host: str, now: datetime) -> None:
    (finding,) = found(NOTICE, sample(NOTICE, now=now, link=f"https://{host}/partner"), now)

    assert "SNS" in finding.message


@pytest.mark.parametrize(
    "phone", ["03-1234-5678", "+81 3 1234 5678", "(03)1234-5678 内線12", "０３－１２３４－５６７８"]
)
def test_telephone_numbers_as_people_write_them_pass(phone: str, now: datetime) -> None:
    assert found(EVENT, sample(EVENT, now=now, inquiry_phone=phone), now) == []


@pytest.mark.parametrize("phone", ["12345", "なし", "03-1234-5678（代表）", "<script>"])
def test_what_is_no_telephone_number_is_refused(phone: str, now: datetime) -> None:
    (finding,) = found(EVENT, sample(EVENT, now=now, inquiry_phone=phone), now)

    assert finding.field == "inquiry_phone"
