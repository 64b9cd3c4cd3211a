"""Judges what an organization registers: each field by itself, and what must agree between them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from portal.clock import local
from portal.codes import NO_LEGAL_PERSONALITY, WITHOUT_LEGAL_FORM
from portal.publishing.check_words import normalized
from portal.publishing.checks import ERROR, WARNING, Finding, check_fields, host_of
from portal.publishing.fields import applies
from portal.publishing.shapes import Section, is_empty
from portal.registry.registration_fields import REACHED_BY

Content = Mapping[str, Any]

KATAKANA = re.compile(r"[ァ-ヺー・＝\u3000 ]+")
POSTAL_OF_JAPAN = re.compile(r"[0-9]{3}-?[0-9]{4}")
POSTAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z -]{1,11}")
CORPORATE_NO = re.compile(r"[0-9]{13}")
SOCIAL_HOSTS = (
    *("facebook.com", "x.com", "twitter.com", "instagram.com", "youtube.com", "linkedin.com", "note.com"),
    *("line.me", "lin.ee", "tiktok.com", "threads.net"),
)
FREE_MAIL = ("gmail.com", "googlemail.com", "yahoo.co.jp", "ymail.ne.jp", "outlook.com", "outlook.jp", "hotmail.com",
             "hotmail.co.jp", "live.jp", "icloud.com", "me.com", "aol.com")  # fmt: skip


def check(sections: Sequence[Section], content: Content, *, now: datetime) -> list[Finding]:
    """All findings in the order of the form. An error keeps the content from being saved; a warning goes along.

    `content` may hold more than the sections ask for: fields that are not in the form now have their say in what
    must agree.
    """
    found = check_fields(sections, content)
    judged = {finding.field for finding in found}
    there = {field.name: section for section in sections for field in section.fields if applies(field, content)}
    for rule, severity, name, message in _across(content, now=now):
        if name in there and name not in judged:
            found.append(Finding(rule, severity, name, message, section=there[name].title))
    order = {name: place for place, name in enumerate(there)}
    return sorted(found, key=lambda finding: order[finding.field])


def errors_of(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == ERROR]


Row = tuple[str, str, str, str]


def _across(content: Content, *, now: datetime) -> Iterator[Row]:
    yield from _names(content)
    yield from _kind(content)
    yield from _place(content)
    yield from _reached_by(content)
    yield from _contact(content)
    yield from _dates(content, now=now)


def _names(content: Content) -> Iterator[Row]:
    for name, label in (("name_kana", "団体名（カナ）"), ("contact_kana", "担当者氏名（カナ）")):
        if content.get(name) and not KATAKANA.fullmatch(content[name]):
            yield "O-01", ERROR, name, f"{label}は全角カタカナで入力してください。"


def _kind(content: Content) -> Iterator[Row]:
    is_group, has_none = (
        content.get("org_type") == NO_LEGAL_PERSONALITY,
        content.get("legal_form") == WITHOUT_LEGAL_FORM,
    )
    if content.get("org_type") and content.get("legal_form") and is_group != has_none:
        yield (
            "O-02",
            ERROR,
            "legal_form",
            "団体種別が「国際協力実施団体（法人格無）」の場合は「法人格なし（任意団体）」を、それ以外の場合は法人格を選択してください。",
        )
    number = normalized(content.get("corporate_no") or "")
    if number and not is_corporate_no(number):
        yield (
            "O-03",
            ERROR,
            "corporate_no",
            "法人番号は13桁の数字で入力してください。番号に誤りがないか確認してください。",
        )
    if content.get("legal_form") and not has_none and not content.get("website"):
        yield "O-04", ERROR, "website", "WebサイトURLを入力してください。法人は必須です。"


def is_corporate_no(number: str) -> bool:
    """13 digits of which the first is the check digit of the others."""
    return bool(CORPORATE_NO.fullmatch(number)) and number == numbered(number[1:])


def numbered(digits: str) -> str:
    """12 digits with their check digit before them (法人番号の指定等に関する省令)."""
    rest = sum(int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return f"{9 - rest % 9}{digits}"


def _place(content: Content) -> Iterator[Row]:
    postal = normalized(content.get("postal") or "")
    if content.get("hq_country") == "JP":
        if postal and not POSTAL_OF_JAPAN.fullmatch(postal):
            yield "O-05", ERROR, "postal", "郵便番号は7桁の数字で入力してください。"
    elif postal and not POSTAL.fullmatch(postal):
        yield "O-05", ERROR, "postal", "郵便番号は英数字とハイフンで入力してください。"


def _reached_by(content: Content) -> Iterator[Row]:
    if not any(content.get(name) for name in ("phone", "public_email", "contact_url")):
        yield "O-06", ERROR, "phone", REACHED_BY
    elif not content.get("phone"):
        yield "O-06", WARNING, "phone", "電話番号が入力されていません。電話で連絡を受ける場合は入力してください。"
    for place, row in enumerate(content.get("social_links") or (), start=1):
        host = host_of(row.get("url") or "")
        if row.get("url") and not any(host == known or host.endswith(f".{known}") for known in SOCIAL_HOSTS):
            message = f"SNSの{place}件目：SNSの https:// で始まるアドレスを入力してください。"
            yield "O-07", ERROR, "social_links", message
            return


def _contact(content: Content) -> Iterator[Row]:
    address = (content.get("contact_email") or "").lower()
    domain, site = address.rpartition("@")[2], host_of(content.get("website") or "", plain=True)
    if address and domain in FREE_MAIL:
        yield (
            "O-08",
            WARNING,
            "contact_email",
            "担当者メールがフリーメールです。できるだけ団体のアドレスを登録してください。",
        )
    elif address and site and not _are_related(domain, site):
        message = "担当者メールのドメインが、WebサイトURLと異なります。誤りがないか確認してください。"
        yield "O-08", WARNING, "contact_email", message
    given = [row["email"].lower() for row in content.get("notify_emails") or () if row.get("email")]
    if len(given) != len(set(given)):
        yield "O-09", ERROR, "notify_emails", "通知先メール（追加）に同じアドレスがあります。"


def _are_related(domain: str, site: str) -> bool:
    one, other = domain.removeprefix("www."), site.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _dates(content: Content, *, now: datetime) -> Iterator[Row]:
    if (content.get("founded") or "") > f"{local(now):%Y-%m}":
        yield "O-10", ERROR, "founded", "設立年月は今月までの年月を入力してください。"
    for place, row in enumerate(content.get("achievements") or (), start=1):
        if not is_empty(row.get("end")) and row["end"] < (row.get("begin") or ""):
            message = f"活動実績の{place}件目：終わりの年月を、始まりの年月より後にしてください。"
            yield "O-11", ERROR, "achievements", message
            return
