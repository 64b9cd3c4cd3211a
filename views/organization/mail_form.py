"""What stands in the form of a mail: read from what was posted, and as the rules' Draft once its shape is sound.

Nothing of it is stored before it is sent: each page of the way carries the whole form, so that no input is lost.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict

from models.states import ApplicationState, MailClass, MailTopic
from portal.errors import NotFound
from portal.messaging.checking import Draft
from portal.messaging.composing import Addressee, Addressees
from portal.messaging.templates import LONGEST_NAME
from views.arguments import NUMBER
from views.forms.inputs import read_moment, tidy
from views.organization.mail_back import place_of

CLASSES = {each.value: each for each in (MailClass.offer, MailClass.contact, MailClass.hire)}
TOPICS = {topic.value: topic for topic in MailTopic}
STATES = {state.value: state for state in ApplicationState}
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
LATER = "later"
MOST = 1000  # rows that a form may list
LABELS: Mapping[str, Any] = {
    "topic": lazy_gettext("メール種別"),
    "subject": lazy_gettext("件名"),
    "body": lazy_gettext("本文"),
    "entry_id": lazy_gettext("関連する求人・イベント"),
    "reopens": lazy_gettext("再提出を求める書類"),
    "reopened_until": lazy_gettext("再提出の期限"),
    "moves_to": lazy_gettext("選考状態"),
    "release_at": lazy_gettext("送信日時"),
    "files": lazy_gettext("添付ファイル"),
    "recipients": lazy_gettext("一括メール送信対象者"),
    "template_name": lazy_gettext("テンプレート保存"),
    "signature": lazy_gettext("署名"),
}


@dataclass(frozen=True)
class Typed:
    """Texts as typed. `listed` are the rows of 「一括メール送信対象者」, `chosen` those with 「送信」 checked."""

    mail_class: MailClass
    token: str
    listed: Sequence[str]
    chosen: Sequence[str]
    entry_id: str = ""
    topic: str = ""
    subject: str = ""
    body: str = ""
    reopens: Sequence[str] = ()
    reopened_until: str = ""
    moves_to: str = ""
    when: str = ""
    release_at: str = ""
    kept: Sequence[int] = ()  # ids of files that were attached already
    template_name: str = ""
    before_subject: str = ""  # what a template took the place of
    before_body: str = ""
    is_replaced: bool = False
    back: str = ""  # the place that the form was opened from

    @property
    def fields(self) -> list[tuple[str, str]]:
        """As hidden fields of another page."""
        pairs = [
            ("class", self.mail_class),
            ("back", self.back),
            ("token", self.token),
            ("entry_id", self.entry_id),
            ("topic", self.topic),
            ("subject", self.subject),
            ("body", self.body),
            ("reopened_until", self.reopened_until),
            ("moves_to", self.moves_to),
            ("when", self.when),
            ("release_at", self.release_at),
            ("template_name", self.template_name),
            *(("listed", key) for key in self.listed),
            *(("send", key) for key in self.chosen),
            *(("reopens", name) for name in self.reopens),
            *(("kept", str(key)) for key in self.kept),
        ]
        if self.is_replaced:
            pairs += [("before_subject", self.before_subject), ("before_body", self.before_body)]
        return [(name, str(text)) for name, text in pairs if text]

    def with_template(self, subject: str, body: str) -> "Typed":
        """「選択」: its words take the place of what stands there, which one step back brings again."""
        kept = replace(self, before_subject=self.subject, before_body=self.body, is_replaced=True)
        return replace(kept, subject=subject, body=body)

    def with_more(self, body: str) -> "Typed":
        """「本文に挿入」: below what stands there, which stays."""
        return self.with_template(self.subject, f"{self.body.rstrip()}\n\n{body}".lstrip("\n"))

    def undone(self) -> "Typed":
        """「元に戻す」."""
        now = replace(self, subject=self.before_subject, body=self.before_body)
        return replace(now, before_subject="", before_body="", is_replaced=False)


def address_of(mail_class: MailClass, keys: Iterable[str], back: str = "") -> str:
    """Of the empty form for these people."""
    query: dict[str, Any] = {"class": mail_class.value, "back": back or None}
    query["codes" if mail_class is MailClass.offer else "applications"] = ",".join(keys)
    return url_for("organization_mails.compose", **query)


def begin(mail_class: MailClass, keys: Sequence[str], back: str) -> Typed:
    """The empty form; everybody in its list is checked."""
    return Typed(mail_class, new_token(), keys, keys, back=back if place_of(back) else "")


def new_token() -> str:
    return secrets.token_urlsafe(24)


def class_named(text: str | None) -> MailClass:
    """An address without one, or with another word, leads nowhere."""
    if text not in CLASSES:
        raise NotFound
    return CLASSES[text]


def read_keys(texts: Sequence[str]) -> list[str]:
    """Keys of an address or a form, each once; several may stand in one text, parted by commas."""
    parts = (part.strip() for text in texts[:MOST] for part in text.split(","))
    return list(dict.fromkeys(part for part in parts if part))[:MOST]


def read_typed(form: MultiDict[str, str]) -> Typed:
    token = form.get("token", "")
    listed = read_keys(form.getlist("listed"))
    return Typed(
        mail_class=class_named(form.get("class")),
        token=token if TOKEN.fullmatch(token) else new_token(),
        listed=listed,
        chosen=[key for key in read_keys(form.getlist("send")) if key in set(listed)],
        reopens=[tidy(name) for name in form.getlist("reopens")],
        kept=[int(key) for key in form.getlist("kept") if NUMBER.fullmatch(key)],
        is_replaced="before_subject" in form or "before_body" in form,
        back=form.get("back", "") if place_of(form.get("back", "")) else "",
        **{
            name: tidy(form.get(name, ""))
            for name in (
                *("entry_id", "topic", "subject", "body", "reopened_until", "moves_to", "when", "release_at"),
                *("template_name", "before_subject", "before_body"),
            )
        },
    )


def people_of(typed: Typed, addressees: Addressees) -> list[Addressee]:
    """Who is checked, in the order of the list."""
    chosen = set(typed.chosen)
    return [row for row in addressees.rows if row.key in chosen]


class Reader:
    """Reads texts field by field and gathers what cannot be read, so that all of it is told at once."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def moment(self, name: str, text: str) -> datetime | None:
        try:
            return read_moment(text)
        except ValueError as error:
            self.errors[name] = str(error)
            return None

    def choice(self, name: str, text: str, choices: Mapping[str, Any]) -> Any:
        if text and text not in choices:
            self.errors[name] = _("選択肢から選んでください。")
        return choices.get(text)


def draft_of(
    typed: Typed, addressees: Addressees, *, postings: Mapping[str, int], documents: Sequence[str]
) -> tuple[Draft, dict[str, str]]:
    """The Draft, and a sentence for each field that cannot be read. What it says is the rules' to judge.

    What the form shows for another class or topic alone is passed over.
    """
    reader, ids = Reader(), [person.id for person in people_of(typed, addressees)]
    is_offer, is_contact = typed.mail_class is MailClass.offer, typed.mail_class is MailClass.contact
    topic = reader.choice("topic", typed.topic, TOPICS) if is_contact else None
    asks_again = topic is MailTopic.resubmission
    draft = Draft(
        mail_class=typed.mail_class,
        subject=typed.subject,
        body=typed.body,
        topic=topic,
        entry_id=reader.choice("entry_id", typed.entry_id, postings) if is_offer else None,
        talent_ids=ids if is_offer else (),
        application_ids=() if is_offer else ids,
        reopens=[name for name in documents if name in set(typed.reopens)] if asks_again else (),
        reopened_until=reader.moment("reopened_until", typed.reopened_until) if asks_again else None,
        moves_to=reader.choice("moves_to", typed.moves_to, STATES) or "" if is_contact and not asks_again else "",
        release_at=release_of(typed, reader),
        file_ids=typed.kept,
    )
    return draft, reader.errors


def release_of(typed: Typed, reader: Reader) -> datetime | None:
    if typed.when != LATER:
        return None
    at = reader.moment("release_at", typed.release_at)
    if at is None:
        reader.errors.setdefault("release_at", _("送信日時を入力してください。"))
    return at


def name_for_template(typed: Typed) -> str:
    """Without a name of its own a template is called as its subject."""
    return typed.template_name or typed.subject[:LONGEST_NAME]
