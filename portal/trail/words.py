"""The trail in words: acts by the Japanese that names them, subjects, and what an event says beside."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from models.states import ApplicationState, DocumentState, MailClass, Role
from portal.dates import moment
from portal.event_words import ACTION_LABEL, EVENT_LABEL, SUBJECT_LABEL, event_label
from portal.finding import tidy
from portal.wording import APPLICATION_LOOK, DOCUMENT_LOOK, MAIL_CLASS_LABEL, ROLE_LABEL

APPLY = "application.apply"  # a move from the draft, which people call by a name of its own
MOVE = "application.move"
ACTS: Mapping[str, str] = (
    {f"entry.{action}": word for action, word in ACTION_LABEL.items()} | dict(EVENT_LABEL) | {APPLY: "応募"}
)
NOBODY = "（消去済み）"
NONE = "なし"
NAMED = ("assignee", "organization")  # details that are ids
WORD_OF_DETAIL: Mapping[str, str] = {
    "comment": "コメント",
    "noted": "付箋",
    "from": "もとの情報",
    "left_out": "宛先から外れた人数",
    "dispatch": "メールの番号",
    "mailed": "メールの通知",
    "document": "書類名",
    "state": "書類の状態",
    "kind": "ダウンロードの種類",
    "until": "新しい期限",
    "count": "宛先",
    "mail_class": "メールの種類",
    "reason": "理由",
    "resend": "再送の回数",
    "tries": "誤りの回数",
    "retry_after": "制限の秒数",
    "assignee": "担当",
    "accepts_offers": "オファーメールの受信",
    "is_on": "新着のメール",
    "type": "履歴書の種類",
    "organization": "団体",
    "rows": "調べた記録",
    "blocks": "封印",
    "faults": "見つかった改ざん",
    "lines": "対象",
    "job": "処理",
    "mail_state": "状態",
}


def acts_of(text: str) -> list[str]:
    """Dotted names of the acts whose words hold what was typed; a dotted name stands for itself."""
    wanted = tidy(text)
    return [wanted] if wanted in ACTS else [act for act, word in ACTS.items() if wanted in word]


def act(event: Row) -> str:
    """What was done, in words."""
    is_new = event.action == MOVE and event.details.get("from") == ApplicationState.draft
    return ACTS[APPLY] if is_new else event_label(event.action)


def who(event: Row, names: Mapping[int, str]) -> str:
    """Name and role; the role alone of whoever has no account."""
    role = ROLE_LABEL[Role(event.actor_role)]
    if event.actor_id is None:
        return role
    return f"{names.get(event.actor_id, NOBODY)}（{role}）"


def subject(event: Row, names: Mapping[tuple[str, int], str]) -> str:
    kind = SUBJECT_LABEL.get(event.subject, event.subject)
    if event.subject_id is None:
        return kind
    name = names.get((event.subject, event.subject_id))
    return f"{kind}「{name}」" if name else f"{kind} {event.subject_id}"


def details(event: Row, people: Mapping[int, str], houses: Mapping[int, str]) -> Iterator[tuple[str, list[str]]]:
    """Word and lines of each thing that the event says beside who, when and what."""
    said = dict(event.details)
    if event.action == MOVE:
        yield "選考状態", [" → ".join(_state(said.pop(name)) for name in ("from", "to") if name in said)]
    for name, value in said.items():
        if name in NAMED:
            lines = [(people if name == "assignee" else houses).get(value, NOBODY) if value else NONE]
        else:
            lines = READERS[name](value) if name in READERS else [_plain(value)]
        if any(lines):
            yield WORD_OF_DETAIL.get(name, name), lines


def summary(event: Row, people: Mapping[int, str], houses: Mapping[int, str]) -> str:
    """The same in one line, for a list and a sheet."""
    return "　".join(f"{word}：{'／'.join(lines)}" for word, lines in details(event, people, houses))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, list):
        return "、".join(map(_plain, value))
    if isinstance(value, dict):
        return "、".join(f"{name} {_plain(each)}" for name, each in value.items())
    return "" if value is None else str(value)


def _state(value: Any) -> str:
    known = value in list(ApplicationState)
    return APPLICATION_LOOK[ApplicationState(value)].label if known else _plain(value)


def _lines(value: Any) -> list[str]:
    """Of a decision on many: id, title, and why it was left out."""
    return [f"{title or f'ID {key}'}{f'（見送り：{reason}）' if reason else ''}" for key, title, reason in value]


def _labelled(labels: Mapping[Any, str], member: Callable[[Any], Any]) -> Callable[[Any], list[str]]:
    def read(value: Any) -> list[str]:
        try:
            return [labels[member(value)]]
        except (KeyError, ValueError):
            return [_plain(value)]

    return read


READERS: Mapping[str, Callable[[Any], list[str]]] = {
    "lines": _lines,
    "state": _labelled({state: look.label for state, look in DOCUMENT_LOOK.items()}, DocumentState),
    "mail_class": _labelled(MAIL_CLASS_LABEL, MailClass),
    "until": lambda value: [moment(datetime.fromisoformat(value)) if value else ""],
    "count": lambda value: [f"{value}通"],
    "rows": lambda value: [f"{value:,}件"],
    "blocks": lambda value: [f"{value:,}個"],
    "faults": lambda value: [f"{value:,}件"],
    "comment": lambda value: str(value).splitlines(),
}
