"""Attachments and images: each has its words, and none of them is all there is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portal.publishing.check_words import normalized
from portal.publishing.rule_book import RULES, Row, error, warning
from portal.publishing.shapes import Field, Type

# 「詳細は添付ファイルをご覧ください」 in a text that says hardly anything else.
LEADS_TO_FILE = re.compile(r"(添付|別添|別紙|募集要項|チラシ|PDF)[^。\n]{0,20}(参照|ご覧|覧下さい|確認|お読み)")
LEAST_TEXT = 200
FILE_NAME = re.compile(r".+\.(jpe?g|png|webp|gif|heic|bmp)", re.IGNORECASE)


def findings(fields: Iterable[Field], content: Mapping[str, Any]) -> Iterator[Row]:
    for field in fields:
        if field.type is Type.files:
            for place, row in enumerate(content.get(field.name) or (), start=1):
                yield from _row(field, place, row)
    yield from _only_a_file(content)


def _row(field: Field, place: int, row: Mapping[str, Any]) -> Iterator[Row]:
    for cell in field.cells:
        words = (row[cell.name] or "").strip()
        if cell.required and not words:
            yield error("F-06", field.name, f"{field.label}{place}の{cell.label}を入力してください。")
        elif cell.high and len(words) > cell.high:
            told = f"{cell.high}文字以内で入力してください（現在{len(words)}文字）"
            yield error("F-06", field.name, f"{field.label}{place}の{cell.label}は{told}。")
        elif len(words.splitlines()) > 1:
            yield error(
                "F-06", field.name, f"{field.label}{place}の{cell.label}は改行を入れずに、1行で入力してください。"
            )
    if row["width"] and FILE_NAME.fullmatch(row["words"] or ""):
        yield error(
            "F-06", field.name, f"{field.label}{place}の代替テキストは、ファイル名ではなく画像の内容を書いてください。"
        )


def _only_a_file(content: Mapping[str, Any]) -> Iterator[Row]:
    if not content.get("attachments"):
        return
    for name in ("duties", "body"):
        text = normalized(content.get(name))
        if text and len(text) < LEAST_TEXT and LEADS_TO_FILE.search(text):
            yield warning("Q-26", name, RULES["Q-26"].message)
