"""メールテンプレート: an organization's own, and the secretariat's samples that all may choose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, select, update

from models.base import db
from models.messages import MailTemplate
from models.states import MailClass, MailTopic
from portal import audit
from portal.actors import Actor
from portal.database import lock_table, write
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.matching.viewing import require_search
from portal.messaging import checking
from portal.messaging.checking import Draft
from portal.permissions import may, visible
from portal.publishing.checks import ERROR, Finding

LONGEST_NAME = 60
MOST = 50
CLASSES = (MailClass.offer, MailClass.contact, MailClass.hire)
TOPICS = tuple(MailTopic)
CHANGED_MEANWHILE = "競合：ほかの人がこのテンプレートを書き換えました。入力した内容はまだ保存されていません。"


@dataclass(frozen=True)
class Written:
    """What a template holds. Only contact mails have a topic."""

    name: str
    mail_class: MailClass
    subject: str
    body: str
    topic: MailTopic | None = None

    @property
    def values(self) -> dict[str, Any]:
        """By the names of the columns."""
        topic = self.topic if self.mail_class is MailClass.contact else None
        return {
            "name": self.name.strip(),
            "mail_class": self.mail_class,
            "topic": topic,
            "subject": self.subject.strip(),
            "body": self.body.strip(),
        }


# ---- reading


def listed(*, actor: Actor, mail_class: MailClass | None = None) -> Sequence[MailTemplate]:
    """One's own before the samples, by class, topic and name, in one statement."""
    query = select(MailTemplate).where(visible(actor, MailTemplate))
    if mail_class is not None:
        query = query.where(MailTemplate.mail_class == mail_class)
    return db.session.scalars(
        query.order_by(
            MailTemplate.organization_id.is_(None),
            case({each: place for place, each in enumerate(CLASSES)}, value=MailTemplate.mail_class),
            case({each: place for place, each in enumerate(TOPICS)}, value=MailTemplate.topic, else_=-1),
            MailTemplate.name,
            MailTemplate.id,
        )
    ).all()


def find(template_id: int, *, actor: Actor) -> MailTemplate:
    """One that the actor may choose."""
    return _one(MailTemplate.id == template_id, visible(actor, MailTemplate))


def find_own(template_id: int, *, actor: Actor) -> MailTemplate:
    """One that the actor may change: a sample is the secretariat's alone."""
    return _one(MailTemplate.id == template_id, _own(actor))


def _one(*conditions: ColumnElement[bool]) -> MailTemplate:
    template = db.session.scalars(select(MailTemplate).where(*conditions)).one_or_none()
    if template is None:
        raise NotFound
    return template


def _own(actor: Actor) -> ColumnElement[bool]:
    return visible(actor, MailTemplate) & (MailTemplate.organization_id == actor.organization_id)


# ---- writing


def save(written: Written, *, actor: Actor, now: datetime) -> MailTemplate:
    """「テンプレート保存」. Raises Invalid with what keeps it from being saved."""
    _require(written, actor=actor)
    lock_table(MailTemplate)  # so that names stay apart and the number is kept, whoever saves at the same time
    _refuse_wrong([*_problems(written), *_taken(written, actor=actor), *_too_many(actor)])
    template = MailTemplate(organization_id=actor.organization_id, updated_at=now, **written.values)
    db.session.add(template)
    db.session.flush()
    _record("mail_template.create", template.id, actor=actor, now=now)
    return template


def change(template_id: int, written: Written, *, revision: int, actor: Actor, now: datetime) -> None:
    """Another name, other words. Who began from an older revision is told, and nothing is overwritten."""
    _require(written, actor=actor)
    lock_table(MailTemplate)
    template = find_own(template_id, actor=actor)
    if template.revision != revision:
        raise Conflict(CHANGED_MEANWHILE)
    _refuse_wrong([*_problems(written), *_taken(written, actor=actor, besides=template_id)])
    changed = write(
        update(MailTemplate)
        .where(MailTemplate.id == template_id, MailTemplate.revision == revision)
        .values(revision=MailTemplate.revision + 1, updated_at=now, **written.values)
    )
    if not changed:
        raise Conflict(CHANGED_MEANWHILE)
    _record("mail_template.change", template_id, actor=actor, now=now)


def remove(template_id: int, *, actor: Actor, now: datetime) -> None:
    """Mails that were written with it stay as they are."""
    _require_right(actor)
    find_own(template_id, actor=actor)
    db.session.execute(delete(MailTemplate).where(MailTemplate.id == template_id))
    _record("mail_template.remove", template_id, actor=actor, now=now)


def _record(action: str, template_id: int, *, actor: Actor, now: datetime) -> None:
    audit.record(action, subject="mail_template", subject_id=template_id, actor=actor, now=now)


def _require_right(actor: Actor) -> None:
    if not may(actor, "template.write" if actor.is_member else "desk.administer"):
        raise Forbidden("この操作を行う権限がありません。")


def _require(written: Written, *, actor: Actor) -> None:
    _require_right(actor)
    if written.mail_class is MailClass.offer and actor.is_member:
        require_search(actor)  # who may not write offers keeps no templates of them


def _refuse_wrong(findings: Sequence[Finding]) -> None:
    if findings:
        raise Invalid(list(findings))


def _problems(written: Written) -> list[Finding]:
    """What is wrong whoever saves it: placeholders that no mail of the class could fill, too."""
    values = written.values
    draft = Draft(written.mail_class, values["subject"], values["body"])
    odd = [] if written.mail_class in CLASSES else [_wrong("mail_class", "種類を選択してください。")]
    return [*checking.line("name", "テンプレート名", values["name"], LONGEST_NAME), *odd, *checking.texts(draft)]


def _taken(written: Written, *, actor: Actor, besides: int | None = None) -> Iterator[Finding]:
    same = select(MailTemplate.id).where(_own(actor), MailTemplate.name == written.values["name"])
    found = db.session.scalar(same.limit(1))
    if found is not None and found != besides:
        yield _wrong("name", "同じ名前のテンプレートがあります。別の名前を入力してください。")


def _too_many(actor: Actor) -> Iterator[Finding]:
    number = db.session.scalar(select(func.count()).select_from(MailTemplate).where(_own(actor))) or 0
    if number >= MOST:
        yield _wrong("name", f"テンプレートは{MOST}件まで保存できます。使わないものを削除してください。")


def _wrong(field: str, sentence: str) -> Finding:
    return Finding("M-11", ERROR, field, sentence)
