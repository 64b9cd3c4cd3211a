"""Reads what an address or a form says, or answers 400 in words."""

import re
from collections.abc import Mapping
from typing import TypeVar

from flask import abort

T = TypeVar("T")

LARGEST_ID = 2**31 - 1
NUMBER = re.compile(r"[0-9]{1,10}")


def whole_number(text: str, *, highest: int, lowest: int = 0) -> int:
    """ASCII digits between the bounds, or a 400 page."""
    if NUMBER.fullmatch(text) and lowest <= int(text) <= highest:
        return int(text)
    abort(400, "指定された番号が正しくありません。")


def page_number(text: str | None, *, last: int) -> int:
    if not text:
        return 1
    if NUMBER.fullmatch(text) and 1 <= int(text) <= last:
        return int(text)
    abort(400, f"ページ番号は1〜{last:,}の数字で指定してください。")


def one_of(text: str | None, choices: Mapping[str, T], default: T) -> T:
    """The choice that the text names; an unknown one is a 400 page, none is the default."""
    if not text:
        return default
    if text in choices:
        return choices[text]
    abort(400, "選べない条件が指定されています。")
