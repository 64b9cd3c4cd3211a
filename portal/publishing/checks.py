"""Judges a content before it is handed in and on the desk: the same rules, the same ids, the same sentences.

An error blocks 「確認」 and 「登録」; a warning is acknowledged and goes along to the secretariat; a note is its alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from models.organizations import Organization
from models.states import Kind
from portal.clock import local
from portal.codes import JICA
from portal.email_addresses import is_email
from portal.publishing import check_conditions, check_dates, check_files, check_words, rule_book
from portal.publishing.check_words import normalized
from portal.publishing.fields import applies, fields_of, sections_of
from portal.publishing.rule_book import ERROR, WARNING, Row, error
from portal.publishing.shapes import LISTS, Field, Section, Type, is_empty

__all__ = ["APPROVAL_DAYS", "ERROR", "WARNING", "Finding", "check", "check_fields", "host_of", "is_one_line"]

SOCIAL_HOSTS = ("facebook.com", "instagram.com", "x.com", "twitter.com", "tiktok.com", "line.me")
APPROVAL_DAYS = 3
PHONE = re.compile(r"[0-9+()\-ー− 内線]{6,20}")
URL_IN_TEXT = re.compile(r"https?://\S+", re.IGNORECASE)
LEAST_WORDS = 20
NO_APPLICATION = "申込不要"
URL_IN_TITLE = re.compile(r"https?://|www\.", re.IGNORECASE)
COPY_MARK = "【コピー】"

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """`rule` is the id that statistics count; `field` is where the person mends it."""

    rule: str
    severity: str
    field: str
    message: str
    section: str = ""

    @property
    def key(self) -> str:
        """What an acknowledgement names: another sentence is another finding."""
        return f"{self.rule}:{self.field}:{crc32(self.message.encode()):08x}"


def check(
    kind: Kind,
    content: Content,
    *,
    organization: Organization | None,
    now: datetime,
    base: Content | None = None,
    confirmed_at: datetime | None = None,
    days: int = APPROVAL_DAYS,
) -> list[Finding]:
    """All findings in the order of the form. `base` is the public content that this one revises.

    The publication time is judged at `confirmed_at` when given, so that the minute that passes between 「確認」
    and 「登録」 is no error. `days` are the business days that the secretariat takes to decide.
    """
    titles = {field.name: section.title for section in sections_of(kind) for field in section.fields}
    there = {field.name: field for field in fields_of(kind) if applies(field, content)}
    # What a hidden input still holds is not saved either.
    content = {name: value for name, value in content.items() if name in there}
    found = [
        *_fields(there.values(), content),
        *check_dates.findings(kind, content, now=now, base=base, confirmed_at=confirmed_at or now, days=days),
        *_documents(content),
        *_title(content),
        *_texts(content),
        *check_files.findings(there.values(), content),
        *check_conditions.findings(content),
        *check_words.findings(kind, there.values(), content),
    ]
    if content.get("resume_type") == "expert":
        found += _expert_resume(organization)
    order = {name: place for place, name in enumerate(there)}
    placed = [Finding(*row, section=titles.get(row[2], "")) for row in rule_book.judged(found, today=local(now).date())]
    return sorted(placed, key=lambda finding: order.get(finding.field, len(order)))


def check_fields(sections: Sequence[Section], content: Content) -> list[Finding]:
    """What each field says by itself, for declarations that no rule of posting concerns."""
    return [
        Finding(*row, section=section.title)
        for section in sections
        for row in _fields([field for field in section.fields if applies(field, content)], content)
    ]


def _fields(fields: Any, content: Content) -> Iterator[Row]:
    """Presence, length and form of each single field."""
    for field in fields:
        value = content.get(field.name)
        if is_empty(value):
            if field.required:
                yield error("F-01", field.name, _missing(field))
        elif field.name == "how_to_apply" and str(value).strip("。") == NO_APPLICATION:
            continue
        elif problem := _size(field, value) or _form(field, value):
            yield error("F-02", field.name, problem)


def _missing(field: Field) -> str:
    if field.type is Type.flag:
        return f"「{field.label}」を確認し、チェックを入れてください。"
    added = field.type in (Type.languages, Type.rows)
    verb = "選択" if field.type in (Type.choice, Type.choices) else "追加" if added else "入力"
    return f"{field.label}を{verb}してください。"


def _size(field: Field, value: Any) -> str:
    if field.type in (Type.text, Type.prose, Type.email, Type.phone, Type.url):
        return _length(field, len(value))
    if field.type is Type.number:
        return _bounds(field, value, "", "にしてください")
    if field.type in LISTS:
        return _bounds(field, len(value), "件", "にしてください")
    return ""


def _length(field: Field, count: int) -> str:
    if field.low and count < field.low:
        return f"{field.label}は{field.low:,}文字以上で入力してください（現在{count:,}文字）。"
    if field.high and count > field.high:
        return f"{field.label}は{field.high:,}文字以内で入力してください（現在{count:,}文字）。"
    return ""


def _bounds(field: Field, count: int, unit: str, verb: str) -> str:
    if field.low is not None and count < field.low:
        return f"{field.label}は{field.low:,}{unit}以上{verb}（現在{count:,}{unit}）。"
    if field.high is not None and count > field.high:
        return f"{field.label}は{field.high:,}{unit}以内{verb}（現在{count:,}{unit}）。"
    return ""


def is_one_line(text: str) -> bool:
    """By every sign that some program takes for the end of a line, as in the header of a mail."""
    return len(text.splitlines()) <= 1


def _form(field: Field, value: Any) -> str:
    if field.type is Type.text and not is_one_line(value):
        return f"{field.label}は改行を入れずに、1行で入力してください。"
    if field.type is Type.email:
        return _email(field, value)
    if field.type is Type.url:
        return _url(field, value)
    if field.type is Type.phone and not PHONE.fullmatch(normalized(value)):
        return f"{field.label}は数字、+、- で入力してください。"
    if field.type is Type.sessions and any(not row["starts_at"] or not row["ends_at"] for row in value):
        return f"{field.label}の開始と終了を入力してください。"
    return _row_form(field, value) if field.type is Type.rows else ""


def _row_form(field: Field, rows: Any) -> str:
    """What is wrong first; a row without any input is none."""
    for place, row in enumerate(rows, start=1):
        for _rule, _severity, _name, message in _fields(field.cells if any(row.values()) else (), row):
            return f"{field.label}の{place}件目：{message}"
    return ""


def _email(field: Field, value: str) -> str:
    return "" if is_email(value) else f"{field.label}は name@example.jp の形で入力してください。"


def _url(field: Field, value: str) -> str:
    host = host_of(value, plain=field.plain)
    if not host:
        begin = "http:// か https://" if field.plain else "https://"
        return f"{field.label}は {begin} で始まるアドレスを入力してください。"
    if any(host == social or host.endswith(f".{social}") for social in SOCIAL_HOSTS):
        return f"{field.label}にSNSのアドレスは使えません。貴団体のサイトのアドレスを入力してください。"
    return ""


def host_of(address: str, *, plain: bool = False) -> str:
    """Of an ordinary https address, or with `plain` also an http one; empty for any other."""
    try:
        url = urlsplit(address)
        is_ordinary = (
            url.scheme in (("https", "http") if plain else ("https",)) and url.port != 0 and "@" not in url.netloc
        )  # a wrong port raises
    except ValueError:
        return ""
    host = (url.hostname or "").removesuffix(".")
    labels = host.split(".")
    return host if is_ordinary and len(labels) > 1 and all(labels) and not re.search(r"\s", address) else ""


def _documents(content: Content) -> Iterator[Row]:
    rows: Sequence[Mapping[str, Any]] = content.get("documents") or ()
    names = [row["name"].strip() for row in rows]
    for place, name in enumerate(names, start=1):
        if not name:
            yield error("F-01", "documents", f"応募書類{place}の書類名を入力してください。")
        elif len(name) > 60:
            yield error(
                "F-02", "documents", f"応募書類{place}の書類名は60文字以内で入力してください（現在{len(name)}文字）。"
            )
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if doubled:
        yield error("F-03", "documents", f"書類名「{doubled[0]}」が重複しています。1つの書類名につき1ファイルです。")


def _title(content: Content) -> Iterator[Row]:
    title = content.get("title") or ""
    if URL_IN_TITLE.search(title):
        yield error("Q-24", "title", "タイトルにURLは入れられません。")
    if COPY_MARK in title:
        yield error("Q-22", "title", rule_book.RULES["Q-22"].message)
    if title and title in (content.get("duties"), content.get("body")):
        yield error("Q-24", "title", "タイトルと本文を別の文にしてください。")


def _texts(content: Content) -> Iterator[Row]:
    for name in ("duties", "body"):
        text = content.get(name) or ""
        if text and len(URL_IN_TEXT.sub("", text).strip()) < LEAST_WORDS <= len(text):
            yield error("Q-24", name, "URLだけでは掲載できません。内容を文章で入力してください。")
    how = content.get("how_to_apply")
    if how and how in (content.get("duties"), content.get("body")):
        yield error("Q-24", "how_to_apply", "応募方法と本文を別の文にしてください。")


def _expert_resume(organization: Organization | None) -> Iterator[Row]:
    if organization is None or organization.org_type != JICA:
        yield error("F-04", "resume_type", "専門家履歴書は団体種別がJICAの団体だけが選べます。")
