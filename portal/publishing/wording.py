"""The value of a field as a person reads it: confirm page, desk and public page say it alike."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from portal import codes, working_codes
from portal.clock import local
from portal.codes import ANY_FORMAT
from portal.dates import moment
from portal.files.kinds import BY_MEDIA_TYPE
from portal.publishing.shapes import Field, Type

EMPTY = "（未記入）"
NAMELESS_FILE = "（説明なし）"


def show(field: Field, value: Any) -> str:
    """Plain Japanese text; several rows are lines. An empty value is told as such."""
    if value in (None, "", []):
        return EMPTY
    return SHOWN.get(field.type, lambda _field, text: str(text))(field, value)


def day(value: date) -> str:
    """2026年12月1日."""
    return f"{value.year}年{value.month}月{value.day}日"


def month(value: str) -> str:
    """2026年12月, of "2026-12"."""
    year, _, number = value.partition("-")
    return f"{int(year)}年{int(number)}月"


def pay(values: Mapping[str, Any]) -> str:
    """月給 320,000〜420,000円; the kind alone where no amount is given."""
    kind = working_codes.PAY_KINDS.label(values.get("pay_kind") or "")
    low, high, currency = values.get("pay_min"), values.get("pay_max"), values.get("currency") or ""
    if low is None:
        return kind
    amount = f"{low:,}〜{high:,}" if high and high != low else f"{low:,}"
    return f"{kind} {amount}{'円' if currency == 'JPY' else f' {currency}'}".strip()


def _choice(field: Field, value: str) -> str:
    return field.choices.label(value) if field.choices else value


def _choices(field: Field, value: list[str]) -> str:
    return "、".join(_choice(field, code) for code in value)


def _number(field: Field, value: int) -> str:
    return f"{value:,}{field.unit}"


def _flag(_field: Field, value: Any) -> str:
    return "確認済み" if value else "未確認"


def _language(row: Mapping[str, Any]) -> str:
    name = codes.LANGUAGES.label(row["language"])
    level = codes.LANGUAGE_LEVELS.label(row.get("level") or "")
    words = " ".join(word for word in (name, level, row.get("note")) if word)
    return f"{words}（{codes.LANGUAGE_NEEDS.label(row['need'])}）"


def _document(row: Mapping[str, Any]) -> str:
    note = f" {row['note']}" if row.get("note") else ""
    words = ["必須" if row["required"] else "任意"]
    if row.get("format", ANY_FORMAT) != ANY_FORMAT:
        words.append(codes.DOCUMENT_FORMATS.label(row["format"]))
    return f"{row['name']}（{'、'.join(words)}）{note}"


def _session(row: Mapping[str, Any]) -> str:
    starts, ends = row["starts_at"], row["ends_at"]
    if starts is None or ends is None:
        return EMPTY
    same_day = local(starts).date() == local(ends).date()
    return f"{moment(starts)} 〜 {format(local(ends), '%H:%M') if same_day else moment(ends)}"


def _table(field: Field, rows: list[Mapping[str, Any]]) -> str:
    """Each row with what it has; one without anything is none."""
    filled = [_words(field, row) for row in rows]
    return "\n".join("　".join(words) for words in filled if words) or EMPTY


def _words(field: Field, row: Mapping[str, Any]) -> list[str]:
    """A beginning and an end are one span of time."""
    said = {cell.name: show(cell, row[cell.name]) for cell in field.cells if row.get(cell.name)}
    if "begin" in said or "end" in said:
        said = {"begin": f"{said.pop('begin', '')}〜{said.pop('end', '')}"} | said
    return list(said.values())


def size(count: int) -> str:
    """120 KB, 3.4 MB."""
    return f"{count / 1024 / 1024:.1f} MB" if count >= 1024 * 1024 else f"{-(-count // 1024):,} KB"


def file_facts(row: Mapping[str, Any]) -> str:
    """PDF、120 KB; of an image its measures."""
    kind = BY_MEDIA_TYPE[row["media_type"]].name
    return f"{row['width']}×{row['height']}" if row["width"] else f"{kind}、{size(row['size'])}"


def _file(row: Mapping[str, Any]) -> str:
    caption = f"　{row['caption']}" if row.get("caption") else ""
    return f"{row['words'] or NAMELESS_FILE}（{file_facts(row)}）{caption}"


def _rows(show_row: Callable[[Mapping[str, Any]], str]) -> Callable[[Field, Any], str]:
    return lambda _field, rows: "\n".join(show_row(row) for row in rows)


SHOWN: Mapping[Type, Callable[[Field, Any], str]] = {
    Type.choice: _choice,
    Type.choices: _choices,
    Type.number: _number,
    Type.flag: _flag,
    Type.moment: lambda _field, value: moment(value),
    Type.day: lambda _field, value: day(value),
    Type.month: lambda _field, value: month(value),
    Type.languages: _rows(_language),
    Type.documents: _rows(_document),
    Type.sessions: _rows(_session),
    Type.rows: _table,
    Type.files: _rows(_file),
}
