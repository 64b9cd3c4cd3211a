"""What is wrong with a mail before anybody gets it: each with the field where it is mended."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from models.applications import Application
from models.base import db
from models.entries import Entry, Version
from models.organizations import Organization
from models.states import ApplicationState, Kind, MailClass, MailTopic
from portal.actors import Actor
from portal.database import among
from portal.messaging import attachments, hours, merging
from portal.permissions import visible
from portal.publishing import catalog, check_words
from portal.publishing.checks import ERROR, WARNING, Finding
from portal.recruiting.stages import choosable
from portal.settings import Settings

LONGEST_SUBJECT = 100
LONGEST_BODY = 5000
LONGEST_SIGNATURE = 500
MOST_CONTACTS = 1000  # in one dispatch to applicants
# What a mail may not carry anywhere: it would turn the order of what is read after it.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
BARRED = "採用の基準にできない条件（年齢、性別、国籍など）に当たらないか、確認してください。"


@dataclass(frozen=True)
class Draft:
    """What a member wrote. Offers name talents, contact mails and hiring notices applications.

    `reopens` are names of documents; `moves_to` is a state of the selection or "".
    """

    mail_class: MailClass
    subject: str
    body: str
    topic: MailTopic | None = None
    entry_id: int | None = None
    talent_ids: Sequence[int] = ()
    application_ids: Sequence[int] = ()
    reopens: Sequence[str] = ()
    reopened_until: datetime | None = None
    moves_to: str = ""
    release_at: datetime | None = None  # 「日時を指定して送る」; None is as soon as the hold is over
    file_ids: Sequence[int] = ()

    @property
    def is_offer(self) -> bool:
        return self.mail_class is MailClass.offer

    @property
    def asks_again(self) -> bool:
        return self.topic is MailTopic.resubmission

    @property
    def text(self) -> str:
        """The body with its lines as the portal keeps them; browsers send two signs for a break."""
        return self.body.replace("\r\n", "\n")

    @property
    def chosen(self) -> Sequence[int]:
        return self.talent_ids if self.is_offer else self.application_ids

    @property
    def state(self) -> ApplicationState | None:
        """Where the mail puts an application: a hiring notice always hires, a request for documents waits."""
        if self.mail_class is MailClass.hire:
            return ApplicationState.hired
        if self.asks_again:
            return ApplicationState.resubmit_wait
        return ApplicationState(self.moves_to) if self.moves_to else None


def findings(draft: Draft, *, actor: Actor, now: datetime, settings: Settings) -> list[Finding]:
    """All that stops the mail, field by field; who cannot be reached is told for each person instead."""
    rows = [
        *_texts(draft),
        *_recipients(draft, settings),
        *_matter(draft, actor=actor, now=now),
        *_selection(draft, actor=actor, now=now),
        *_time(draft, now=now),
        *_files(draft, actor=actor),
        *_sender(draft, actor=actor),
    ]
    return [Finding(rule, ERROR, field, message) for rule, field, message in rows]


def warnings(draft: Draft) -> list[Finding]:
    """Wording that the writer is asked to look at; it stops nothing."""
    words = dict.fromkeys(word for text in (draft.subject, draft.body) for word in check_words.barred(text))
    return [Finding("O-04", WARNING, "body", f"「{word}」：{BARRED}") for word in words]


Row = tuple[str, str, str]


def texts(draft: Draft) -> list[Finding]:
    """What is wrong with subject and body, whoever gets them."""
    return [Finding(rule, ERROR, field, message) for rule, field, message in _texts(draft)]


def line(field: str, label: str, text: str, longest: int) -> list[Finding]:
    """What is wrong with a text that stands on one line."""
    return [Finding(rule, ERROR, field, message) for rule, field, message in _line(field, label, text, longest)]


def _texts(draft: Draft) -> Iterator[Row]:
    yield from _line("subject", "件名", draft.subject, LONGEST_SUBJECT)
    yield from _length("body", "本文", draft.text, LONGEST_BODY)
    if _has_control(draft.text, but="\n\t"):
        yield "M-02", "body", "本文に使えない文字（制御文字）が含まれています。入力し直してください。"
    for field, text in (("subject", draft.subject), ("body", draft.body)):
        yield from _placeholders(field, text, draft.mail_class)


def _line(field: str, label: str, text: str, longest: int) -> Iterator[Row]:
    yield from _length(field, label, text, longest)
    if text.splitlines() not in ([], [text]):  # a break at its end is one too
        yield "M-02", field, f"{label}は改行を入れずに、1行で入力してください。"
    elif _has_control(text):
        yield "M-02", field, f"{label}に使えない文字（制御文字）が含まれています。入力し直してください。"


def _length(field: str, label: str, text: str, longest: int) -> Iterator[Row]:
    if not text.strip():
        yield "M-01", field, f"{label}を入力してください。"
    elif len(text) > longest:
        yield "M-01", field, f"{label}は{longest:,}文字以内で入力してください（現在{len(text):,}文字）。"


def _has_control(text: str, *, but: str = "") -> bool:
    return any(sign not in but and (unicodedata.category(sign) in ("Cc", "Cs") or sign in TURNING) for sign in text)


def _placeholders(field: str, text: str, mail_class: MailClass) -> Iterator[Row]:
    """Names that no mail, or none of this class, can fill."""
    allowed = merging.OF_OFFERS if mail_class is MailClass.offer else merging.PLACEHOLDERS
    for name in dict.fromkeys(merging.used(text)):
        if name in allowed:
            continue
        if name == merging.NAME:
            message = f"オファーメールでは{merging.written(name)}を使えません（氏名は、返信か応募のあとで分かります）。"
        else:
            usable = "、".join(merging.written(key) for key in allowed)
            message = f"「{merging.written(name)}」という差し込み項目はありません。使えるのは{usable}です。"
        yield "M-03", field, message


def _recipients(draft: Draft, settings: Settings) -> Iterator[Row]:
    count, most = len(set(draft.chosen)), settings.offers_a_mail if draft.is_offer else MOST_CONTACTS
    if not count:
        yield "M-04", "recipients", "送信する相手を選択してください。"
    elif count > most:
        yield "M-04", "recipients", f"一度に送れるのは{most:,}名までです（選択は{count:,}名）。"


def _matter(draft: Draft, *, actor: Actor, now: datetime) -> Iterator[Row]:
    if draft.mail_class is MailClass.contact and draft.topic is None:
        yield "M-05", "topic", "メール種別を選択してください。"
    elif draft.mail_class is not MailClass.contact and draft.topic is not None:
        yield "M-05", "topic", "メール種別は、連絡メールだけで選べます。"
    if not draft.is_offer:
        return
    if draft.entry_id is not None and not _is_public(draft.entry_id, actor=actor, now=now):
        yield "M-06", "entry_id", "関連する求人・イベントは、公開中のものから選択してください。"
    if draft.entry_id is None and len(set(draft.talent_ids)) > 1 and "業務委託" in draft.subject + draft.body:
        yield "O-03", "entry_id", "業務委託のオファーを2名以上に送るときは、掲載中の関連する求人を選択してください。"


def _is_public(entry_id: int, *, actor: Actor, now: datetime) -> bool:
    found = (
        select(Version.id)
        .join(Entry, Entry.live_version_id == Version.id)
        .join(Organization, Organization.id == Version.organization_id)
        .where(Entry.id == entry_id, Entry.kind != Kind.notice, visible(actor, Entry), catalog.is_public(now))
    )
    return db.session.scalar(found) is not None


def _selection(draft: Draft, *, actor: Actor, now: datetime) -> Iterator[Row]:
    if draft.asks_again:
        if not draft.reopens:
            yield "M-07", "reopens", "再提出を依頼する書類を選択してください。"
        if draft.reopened_until is None:
            yield "M-07", "reopened_until", "再提出の期限を入力してください。"
        elif draft.reopened_until <= max(now, draft.release_at or now):
            yield "M-07", "reopened_until", "再提出の期限は、メールを送る時より後の日時にしてください。"
    elif draft.reopens or draft.reopened_until:
        yield "M-07", "reopens", "書類の再提出は、メール種別が「再応募依頼」のときだけ依頼できます。"
    if draft.moves_to and not _is_choosable(draft, actor=actor):
        yield "M-08", "moves_to", "この選考状態には変更できません。"


def _is_choosable(draft: Draft, *, actor: Actor) -> bool:
    """Of every kind among the applications; requests for documents and hiring notices know their state."""
    if draft.is_offer or draft.moves_to not in set(ApplicationState):
        return False
    if draft.mail_class is MailClass.hire or draft.asks_again:
        return draft.moves_to == draft.state
    kinds = select(Application.kind).where(among(Application.id, set(draft.application_ids)))
    found = db.session.scalars(kinds.where(visible(actor, Application)).distinct())
    return all(draft.moves_to in choosable(kind) for kind in found)


def _time(draft: Draft, *, now: datetime) -> Iterator[Row]:
    if draft.release_at is None:
        return
    if draft.release_at <= now:
        yield "M-09", "release_at", "送信日時は、今より後の日時にしてください。"
    elif draft.release_at > now + hours.FARTHEST:
        yield "M-09", "release_at", f"送信日時は、{hours.FARTHEST.days}日以内の日時にしてください。"


def _files(draft: Draft, *, actor: Actor) -> Iterator[Row]:
    if len(draft.file_ids) > attachments.MOST:
        yield "M-10", "files", attachments.TOO_MANY
    elif len(attachments.kept(draft.file_ids, actor=actor)) != len(set(draft.file_ids)):
        yield "M-10", "files", "添付したファイルが見つかりません。もう一度選んでください。"


def _sender(draft: Draft, *, actor: Actor) -> Iterator[Row]:
    """O-02: whoever gets an offer must see who writes, where they are and how to reach them."""
    if not draft.is_offer:
        return
    organization = db.session.get_one(Organization, actor.organization_id)
    if not organization.address or not (organization.public_email or organization.phone):
        yield "O-02", "signature", "オファーメールには団体の住所と連絡先が必要です。団体登録情報に登録してください。"


def signature_of(organization: Organization) -> str:
    """署名: what stands under every mail of an organization."""
    place = f"〒{organization.postal} {organization.address}" if organization.postal else organization.address
    contact = [
        f"TEL {organization.phone}" if organization.phone else "",
        f"E-mail {organization.public_email}" if organization.public_email else "",
    ]
    lines = [organization.name, place, " ".join(part for part in contact if part), organization.website]
    return "\n".join(line for line in lines if line)[:LONGEST_SIGNATURE]
