"""What an organization may register, field by field and together."""

from datetime import datetime
from typing import Any

import pytest

from portal.registry import rules
from portal.registry.registration_fields import SECTIONS
from tests.registry.samples import ACHIEVEMENT, CONTENT


def wrong(now: datetime, **over: Any) -> dict[str, str]:
    found = rules.check(SECTIONS, CONTENT | over, now=now)
    return {finding.field: finding.severity for finding in found}


def test_the_sample_is_right(now: datetime) -> None:
    assert rules.check(SECTIONS, CONTENT, now=now) == []


@pytest.mark.parametrize(
    ("field", "over"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "長" * 101}),
        ("name_kana", {"name_kana": "みずのかい"}),
        ("legal_form", {"org_type": "13"}),
        ("legal_form", {"legal_form": "none", "corporate_no": ""}),
        ("corporate_no", {"corporate_no": ""}),
        ("corporate_no", {"corporate_no": "7000012050003"}),
        ("corporate_no", {"corporate_no": "700001205000"}),
        ("postal", {"postal": "11-0006"}),
        ("postal", {"hq_country": "LA", "postal": "#1"}),
        ("phone", {"phone": "", "public_email": "", "contact_url": ""}),
        ("phone", {"phone": "電話なし"}),
        ("contact_url", {"contact_url": "http://example.org/form"}),
        ("website", {"website": ""}),
        ("website", {"website": "ftp://example.org"}),
        ("website", {"website": "https://facebook.com/mizu"}),
        ("social_links", {"social_links": [{"url": "https://example.org/"}]}),
        ("social_links", {"social_links": [{"url": "javascript://x.com/"}]}),
        ("founded", {"founded": "2026-12"}),
        ("staff_japan", {"staff_japan": 1_000_001}),
        ("summary", {"summary": "短い"}),
        ("contact_kana", {"contact_kana": "たむら"}),
        ("contact_email", {"contact_email": "tamura"}),
        ("notify_emails", {"notify_emails": [{"email": f"a{n}@example.org"} for n in range(6)]}),
        ("notify_emails", {"notify_emails": [{"email": "a@example.org"}, {"email": "A@example.org"}]}),
        ("notify_emails", {"notify_emails": [{"email": "a"}]}),
        ("fields", {"fields": []}),
        ("fields", {"fields": ["01", "02", "03", "04", "05", "06"]}),
        ("countries", {"countries": []}),
        ("achievements", {"achievements": [ACHIEVEMENT | {"end": "2019-03"}]}),
        ("achievements", {"achievements": [ACHIEVEMENT | {"name": ""}]}),
        ("talent_use_plan", {"talent_use_plan": ""}),
    ],
)
def test_what_is_wrong_is_told_at_its_field(field: str, over: dict[str, Any], now: datetime) -> None:
    assert {name for name, severity in wrong(now, **over).items() if severity == "error"} == {field}


@pytest.mark.parametrize(
    "over",
    [
        {"org_type": "13", "legal_form": "none", "corporate_no": "", "website": ""},
        {"hq_country": "LA", "corporate_no": "", "prefecture": "", "postal": "01000"},
        {"org_type": "02", "legal_form": "international", "corporate_no": ""},
        {"website": "http://example.org"},
        {"social_links": [{"url": "https://www.facebook.com/mizu"}, {"url": "https://x.com/mizu"}]},
        {"achievements": [ACHIEVEMENT, ACHIEVEMENT | {"end": ""}]},
        {"corporate_no": "７０００012050002"},
        {"staff_japan": 0},
    ],
)
def test_what_is_right_in_its_circumstances(over: dict[str, Any], now: datetime) -> None:
    assert wrong(now, **over) == {}


@pytest.mark.parametrize(
    ("field", "over"),
    [
        ("phone", {"phone": ""}),
        ("contact_email", {"contact_email": "mizu@gmail.com"}),
        ("contact_email", {"contact_email": "mizu@example.com"}),
    ],
)
def test_what_is_worth_a_second_look_is_a_warning(field: str, over: dict[str, Any], now: datetime) -> None:
    assert wrong(now, **over) == {field: "warning"}


@pytest.mark.parametrize("number", ["7000012050002", "8000012010038", "1000012160153"])
def test_real_corporate_numbers_have_their_check_digit(number: str) -> None:
    assert rules.is_corporate_no(number)
    assert not rules.is_corporate_no(str((int(number[0]) % 9) + 1) + number[1:])
