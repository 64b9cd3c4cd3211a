"""Code lists as the desk words them: in Japanese and English, in its order, some no longer offered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from models.base import db
from models.office import CodeOverride
from portal import audit
from portal.actors import Actor
from portal.administration import memory
from portal.administration.lists import LISTS, Listed
from portal.administration.reasons import require, require_short
from portal.code_list import Code
from portal.database import insert_rows, lock_table
from portal.errors import NotFound, Refused

LONGEST_LABEL = 60
NEW_CODE = re.compile(r"[A-Za-z0-9_]{1,12}")
LAST_POSITION = 999


@dataclass(frozen=True)
class Typed:
    """One code as the form has it."""

    value: str
    ja: str
    en: str
    position: str
    active: bool


def listed(name: str) -> Listed:
    if name not in LISTS:
        raise NotFound
    return LISTS[name]


def rows(name: str) -> Sequence[Code]:
    """All codes of the list in their order, read from the database so that who just saved sees it."""
    found = listed(name)
    overrides = db.session.scalars(select(CodeOverride).where(CodeOverride.list == name)).all()
    return memory.worded(found.codes, overrides)


def save(name: str, typed: Sequence[Typed], *, actor: Actor, now: datetime) -> None:
    """The whole list at once, with what is added to it. What stands as the portal itself has it leaves no row; a code
    that was added once stays, for entries that name it must stay readable."""
    require(actor, "desk.administer")
    found = listed(name)
    lock_table(CodeOverride)
    own = {code.value: code for code in rows(name)}
    added = [row.value for row in typed if row.value not in own]
    if not own.keys() <= {row.value for row in typed} or len({row.value for row in typed}) < len(typed):
        raise Refused("コードを削除したり、重ねたりすることはできません。画面を開き直してください。")
    if added and not found.grows:
        raise Refused("このコード表には追加できません。")
    if not all(map(NEW_CODE.fullmatch, added)):
        raise Refused("追加するコードは、半角の英数字と「_」の12文字以内で入力してください。")
    codes = _checked(typed)
    db.session.execute(delete(CodeOverride).where(CodeOverride.list == name))
    if codes != list(found.codes.own):
        insert_rows(
            CodeOverride,
            [
                {
                    "list": name,
                    "value": code.value,
                    "ja": code.ja,
                    "en": code.en,
                    "position": place,
                    "active": code.active,
                    "updated_at": now,
                }
                for place, code in enumerate(codes)
            ],
        )
    memory.count_up()
    changed = [code.value for code in codes if code != own.get(code.value)]
    details = {"list": name, "codes": changed}
    audit.record("code_list.change", subject="code_list", actor=actor, now=now, details=details)


def _checked(typed: Sequence[Typed]) -> list[Code]:
    """In the order asked for; of two with the same number the one above comes first."""
    for row in typed:
        if not row.ja.strip():
            raise Refused(f"コード「{row.value}」の名称を入力してください。")
        require_short(row.ja.strip(), "名称", LONGEST_LABEL)
        require_short(row.en.strip(), "英語の名称", LONGEST_LABEL)
        number = row.position.strip()
        if not (number.isascii() and number.isdigit() and len(number) <= 3):
            raise Refused(f"コード「{row.value}」の並び順は0〜{LAST_POSITION}の数字で入力してください。")
        if any(len(text.splitlines()) > 1 for text in (row.ja.strip(), row.en.strip())):
            raise Refused(f"コード「{row.value}」の名称は1行で入力してください。")
    if not any(row.active for row in typed):
        raise Refused("選べるコードが1つもなくなります。1つ以上を有効にしてください。")
    labels = [row.ja.strip() for row in typed if row.active]
    if len(set(labels)) < len(labels):
        raise Refused("同じ名称のコードが2つ以上あります。別の名称にしてください。")
    ordered = sorted(typed, key=lambda row: int(row.position))
    return [Code(row.value, row.ja.strip(), row.en.strip(), active=row.active) for row in ordered]
