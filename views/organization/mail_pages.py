"""The pages on the way of a mail: form, templates to choose from, what will be sent, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from models.states import Kind, MailClass, MailTopic
from portal import clock
from portal.errors import Invalid
from portal.messaging import attachments, checking, composing, dispatching, hours, merging, outcomes, quotas, templates
from portal.messaging.checking import Draft
from portal.messaging.composing import Addressees
from portal.messaging.dispatching import Preview
from portal.recruiting.stages import choosable
from portal.wording import APPLICATION_LOOK, MAIL_CLASS_LABEL, MAIL_TOPIC_LABEL
from views.admin import PageView
from views.organization.lookup import own_organization
from views.organization.mail_back import place_of
from views.organization.mail_form import LABELS, Typed, draft_of
from views.visitor import settings
from views.web import current_actor

# What a template calls its name, the form of a mail calls otherwise.
FIELDS = {"name": "template_name"}


@dataclass
class Sheet:
    """Everything around the form that depends on whom it goes to; each part is asked for when a page needs it."""

    typed: Typed
    addressees: Addressees

    @cached_property
    def title(self) -> str:
        """Applicants of jobs get a 「連絡メール」 by its name; for events the manual knows just 「メール送信」."""
        is_plain = self.typed.mail_class is MailClass.offer or self.addressees.kind is Kind.event
        return _("メール作成") if is_plain else MAIL_CLASS_LABEL[self.typed.mail_class]

    @property
    def is_offer(self) -> bool:
        return self.typed.mail_class is MailClass.offer

    @cached_property
    def postings(self) -> Sequence[Any]:
        return composing.postings(actor=current_actor()) if self.is_offer else []

    @cached_property
    def documents(self) -> Sequence[str]:
        if self.typed.mail_class is not MailClass.contact:
            return []
        return composing.documents([row.id for row in self.addressees.rows], actor=current_actor())

    @cached_property
    def files(self) -> Sequence[Any]:
        return attachments.kept(self.typed.kept, actor=current_actor())

    @property
    def placeholders(self) -> list[tuple[str, str]]:
        """As written, and what each stands for."""
        names = merging.OF_OFFERS if self.is_offer else merging.PLACEHOLDERS
        return [(merging.written(name), merging.PLACEHOLDERS[name]) for name in names]

    @property
    def topics(self) -> list[tuple[str, str]]:
        return [(topic.value, MAIL_TOPIC_LABEL[topic]) for topic in topics_of(self.addressees.kind)]

    @property
    def stages(self) -> list[tuple[str, str]]:
        if not self.addressees.kind:
            return []
        return [(state.value, APPLICATION_LOOK[state].label) for state in choosable(self.addressees.kind)]

    @property
    def asks_again(self) -> bool:
        return self.typed.mail_class is MailClass.contact and self.typed.topic == MailTopic.resubmission

    @property
    def quota(self) -> int | None:
        if not self.is_offer:
            return None
        return quotas.left_today(current_actor().organization_id, now=clock.now(), settings=settings())

    @property
    def back(self) -> tuple[str, str]:
        """Where the member came from, or else the people: address and words."""
        if place := place_of(self.typed.back):
            return place
        postings = self.addressees.postings or {}
        if not self.is_offer and len(postings) == 1:
            (entry_id,) = postings
            return url_for("organization_applications.applications", entry_id=entry_id), _("応募一覧")
        return listed_at(self.typed.mail_class)

    def draft(self) -> tuple[Draft, dict[str, str]]:
        return draft_of(
            self.typed,
            self.addressees,
            postings={str(row.id): row.id for row in self.postings},
            documents=self.documents,
        )


def topics_of(kind: Kind | None) -> list[MailTopic]:
    """In the order of the manual's two lists."""
    first, last = MailTopic.question, MailTopic.other
    middle = [MailTopic.resubmission, MailTopic.arrangement, MailTopic.reminder]
    return [first, *middle, last] if kind is Kind.event else [first, last, *middle]


def sheet_of(typed: Typed) -> Sheet:
    found = composing.addressees(
        typed.listed, typed.mail_class, actor=current_actor(), now=clock.now(), settings=settings()
    )
    return Sheet(typed, found)


def render_form(view: PageView, sheet: Sheet, *, errors: Mapping[str, str] | None = None, told: str = "") -> Any:
    """With errors the answer is a 422, and everything stands as it was typed."""
    wrong = errors or {}
    page = view.render(
        "organization/mail_form.html",
        sheet=sheet,
        typed=sheet.typed,
        people=sheet.addressees,
        errors=wrong,
        problems=[(label, name, wrong[name]) for name, label in LABELS.items() if name in wrong],
        told=told,
        settings=settings(),
        now=clock.now(),
        signature=checking.signature_of(own_organization()),
        checking=checking,
        attachments=attachments,
    )
    return (page, 422) if wrong else page


def render_templates(view: PageView, sheet: Sheet) -> str:
    """「テンプレート」: those that fit the mail."""
    return view.render(
        "organization/mail_templates.html",
        sheet=sheet,
        typed=sheet.typed,
        templates=templates.listed(mail_class=sheet.typed.mail_class, actor=current_actor()),
        is_written=bool(sheet.typed.subject or sheet.typed.body),
    )


def render_confirm(view: PageView, sheet: Sheet, *, place: int = 1, told: str = "", error: str = "") -> Any:
    """「メール内容確認」, or the form again with what keeps the mail from being sent."""
    draft, errors = sheet.draft()
    actor, now = current_actor(), clock.now()
    try:
        previews = dispatching.preview(draft, actor=actor, now=now, settings=settings())
    except Invalid as invalid:
        errors = errors_of(invalid) | errors
    if sheet.asks_again and not sheet.documents:
        errors = {name: sentence for name, sentence in errors.items() if name != "reopened_until"}  # has no field then
    if errors:
        return render_form(view, sheet, errors=errors)
    mails = [preview for preview in previews if preview.can]
    if not mails:
        return render_form(view, sheet, errors={"recipients": dispatching.NOBODY})
    place = min(max(place, 1), len(mails))
    blank = [mail for mail in mails if mail.unfilled]
    page = view.render(
        "organization/mail_confirm.html",
        sheet=sheet,
        typed=sheet.typed,
        draft=draft,
        mails=mails,
        place=place,
        shown=shown(mails[place - 1], draft),
        left_out=[preview for preview in previews if not preview.can],
        blank=blank,
        warnings=checking.warnings(draft),
        release_at=hours.release_time(draft.mail_class, draft.release_at, now=now, settings=settings()),
        hold=settings().mail_hold_seconds,
        signature=checking.signature_of(own_organization()),
        told=told,
        error=error,
        now=now,
    )
    return (page, 422) if blank or error else page


def shown(mail: Preview, draft: Draft) -> dict[str, Any]:
    return {
        "mail": mail,
        "subject": merging.marked(draft.subject, mail.subject),
        "body": merging.marked(draft.body, mail.body),
    }


def listed_at(mail_class: MailClass) -> tuple[str, str]:
    """The list of those who get such mails: address and words."""
    if mail_class is MailClass.offer:
        return url_for("organization_talents.index"), _("人材閲覧・オファーメール発信")
    return url_for("organization_applications.index"), _("応募一覧")


def errors_of(invalid: Invalid) -> dict[str, str]:
    errors: dict[str, str] = {}
    for finding in invalid.findings:
        name = FIELDS.get(finding.field, finding.field)
        errors[name] = f"{errors[name]} {finding.message}" if name in errors else finding.message
    return errors


def render_result(view: PageView, dispatch_id: int, back: str) -> str:
    actor, now = current_actor(), clock.now()
    dispatch = dispatching.find(dispatch_id, actor=actor)
    rows = outcomes.outcomes(dispatch, actor=actor)
    return view.render(
        "organization/mail_result.html",
        dispatch=dispatch,
        rows=rows,
        back=place_of(back) or listed_at(dispatch.mail_class),
        seconds=max(0, int((dispatch.release_at - now).total_seconds())),
        now=now,
    )
