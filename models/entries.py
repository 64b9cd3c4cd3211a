"""Entries (求人, 研修・イベント・セミナー, お知らせ) and their versions: identity here, content with a state there.

The public sees `Entry.live_version`. A revision is another version of the same entry; nobody outside
sees it because the pointer has not moved. Only `portal.publishing.workflow.perform` writes `state`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, enum_column
from models.files import StoredFile
from models.organizations import Organization
from models.states import OPEN_STATES, ApplyVia, Kind, State


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Entry(Base):
    """What an address names, whatever its content is today."""

    __tablename__ = "entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # J-2026-00418
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    # The published version, or the last one that was; it moves at publication alone.
    live_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id", use_alter=True), index=True)
    first_published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    # Kept in the same transaction as the application, so that no list counts.
    application_count: Mapped[int] = mapped_column(default=0)

    organization: Mapped[Organization] = relationship()
    live_version: Mapped[Version | None] = relationship(foreign_keys=[live_version_id], post_update=True)

    __table_args__ = (Index(None, "organization_id", "kind", "id"),)


class Version(Base):
    """A content with a state. `revision` counts every change, so that nobody acts on what they did not see."""

    __tablename__ = "version"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    state: Mapped[State] = mapped_column(enum_column(State), default=State.draft)
    revision: Mapped[int] = mapped_column(default=1)

    # content that all kinds share
    title: Mapped[str] = mapped_column(default="")
    publish_at: Mapped[datetime | None]
    unpublish_at: Mapped[datetime | None]  # set at submission at the latest
    open_at: Mapped[datetime | None]  # application period; notices have none
    close_at: Mapped[datetime | None]
    apply_via: Mapped[ApplyVia | None] = mapped_column(enum_column(ApplyVia))
    memo_to_secretariat: Mapped[str] = mapped_column(default="")
    attest: Mapped[bool] = mapped_column(default=False)

    # how it came to be
    base_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))  # what a revision revises
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    # how it was decided
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    submissions: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]  # the secretariat's business-day deadline
    findings: Mapped[list[Any]] = mapped_column(default=list)  # of the checks, as submitted
    error_count: Mapped[int] = mapped_column(default=0)
    warning_count: Mapped[int] = mapped_column(default=0)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    aside_until: Mapped[datetime | None]  # 保留: until then it stands at the end of the queue
    aside_reason: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    comment: Mapped[str] = mapped_column(default="")  # of the return, or the reason of a suspension
    batch: Mapped[str | None] = mapped_column(index=True)  # the decision that put it where it is
    hold_until: Mapped[datetime | None]  # until then a decision has no effect outside
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    # what the public search looks at
    search_text: Mapped[str] = mapped_column(default="")
    facets: Mapped[str] = mapped_column(default="")

    entry: Mapped[Entry] = relationship(foreign_keys=[entry_id])
    organization: Mapped[Organization] = relationship()
    files: Mapped[list[VersionFile]] = relationship(
        order_by="(VersionFile.field, VersionFile.position)", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"polymorphic_on": "kind"}
    __table_args__ = (
        Index(
            "uq_version_open", "entry_id", unique=True, **_where("state IN ('draft','submitted','returned','approved')")
        ),
        # All that the order of the queue looks at, so that only the rows of a page are read.
        Index(
            "ix_version_queue",
            "due_at",
            "id",
            "publish_at",
            "submitted_at",
            "submissions",
            "aside_until",
            "state",
            **_where("state = 'submitted'"),
        ),
        # The queue of one kind; with `state` it holds all that counting reads, so that the numbers cost no row.
        Index("ix_version_waiting", "kind", "due_at", "id", "state", **_where("state = 'submitted'")),
        # Which of them miss the time they asked for, without a look at the rows.
        Index("ix_version_wished", "publish_at", "due_at", "submitted_at", "state", **_where("state = 'submitted'")),
        Index("ix_version_approved", "publish_at", "id", **_where("state = 'approved'")),
        Index("ix_version_published", "kind", "published_at", "id", **_where("state = 'published'")),
        Index("ix_version_ending", "unpublish_at", "id", **_where("state = 'published'")),
        Index("ix_version_organization", "organization_id", "state"),
        # What lies at the organization, and what ends, for reminders.
        Index("ix_version_lying", "updated_at", **_where("state = 'draft'")),
        Index("ix_version_returned", "decided_at", **_where("state = 'returned'")),
        Index("ix_version_deadline", "close_at", **_where("state IN ('published','closed')")),
        Index(None, "title"),
    )

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class ApplicationMethod:
    """Columns of 応募受付方法, the same for jobs and events."""

    apply_url: Mapped[str] = mapped_column(default="")
    apply_contact: Mapped[str] = mapped_column(default="")
    how_to_apply: Mapped[str] = mapped_column(default="")
    resume_type: Mapped[str] = mapped_column(default="")  # "", general, expert
    resume_items: Mapped[list[Any]] = mapped_column(default=list)  # codes of the items shown
    resume_file_name: Mapped[str] = mapped_column(default="")
    retention_months: Mapped[int | None]
    privacy_purpose: Mapped[str] = mapped_column(default="")
    inquiry_department: Mapped[str] = mapped_column(default="")
    inquiry_name: Mapped[str] = mapped_column(default="")
    inquiry_phone: Mapped[str] = mapped_column(default="")
    inquiry_email: Mapped[str] = mapped_column(default="")


class JobVersion(ApplicationMethod, Version):
    __tablename__ = "job_version"
    __mapper_args__ = {"polymorphic_identity": Kind.job}

    id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    employment_kind: Mapped[str] = mapped_column(default="")
    employer_name: Mapped[str] = mapped_column(default="")
    employer_address: Mapped[str] = mapped_column(default="")
    employer_contact: Mapped[str] = mapped_column(default="")
    job_category: Mapped[str] = mapped_column(default="")
    fields: Mapped[list[Any]] = mapped_column(default=list)
    headcount: Mapped[str] = mapped_column(default="")
    work_style: Mapped[str] = mapped_column(default="")
    post_language: Mapped[str] = mapped_column(default="ja")
    duties: Mapped[str] = mapped_column(default="")
    duties_change: Mapped[str] = mapped_column(default="")
    background: Mapped[str] = mapped_column(default="")
    team: Mapped[str] = mapped_column(default="")
    place_kind: Mapped[str] = mapped_column(default="")
    countries: Mapped[list[Any]] = mapped_column(default=list)
    prefecture: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    city_abroad: Mapped[str] = mapped_column(default="")
    place_change: Mapped[str] = mapped_column(default="")
    travel: Mapped[str] = mapped_column(default="")
    smoking: Mapped[str] = mapped_column(default="")
    smoking_note: Mapped[str] = mapped_column(default="")
    family: Mapped[str] = mapped_column(default="")
    applicant_countries: Mapped[list[Any]] = mapped_column(default=list)
    must_have: Mapped[str] = mapped_column(default="")
    nice_to_have: Mapped[str] = mapped_column(default="")
    min_degree: Mapped[str] = mapped_column(default="")
    min_experience: Mapped[str] = mapped_column(default="")
    languages: Mapped[list[Any]] = mapped_column(default=list)  # [{language, need, level, note}]
    licenses: Mapped[str] = mapped_column(default="")
    age_limit: Mapped[str] = mapped_column(default="none")
    age_min: Mapped[int | None]
    age_max: Mapped[int | None]
    age_code: Mapped[str] = mapped_column(default="")
    age_reason: Mapped[str] = mapped_column(default="")
    gender_limit: Mapped[str] = mapped_column(default="none")
    gender_code: Mapped[str] = mapped_column(default="")
    gender_reason: Mapped[str] = mapped_column(default="")
    nationality_condition: Mapped[str] = mapped_column(default="")
    nationality_reason: Mapped[str] = mapped_column(default="")
    min_talent_level: Mapped[str] = mapped_column(default="")
    selection: Mapped[str] = mapped_column(default="")
    result_notice: Mapped[str] = mapped_column(default="")
    result_by: Mapped[str] = mapped_column(default="")
    return_documents: Mapped[str] = mapped_column(default="")

    # contract
    contract_type: Mapped[str] = mapped_column(default="")
    term_kind: Mapped[str] = mapped_column(default="")
    term_from: Mapped[date | None]
    term_to: Mapped[date | None]
    term_note: Mapped[str] = mapped_column(default="")
    renewal: Mapped[str] = mapped_column(default="")
    renewal_criteria: Mapped[str] = mapped_column(default="")
    renewal_cap_kind: Mapped[str] = mapped_column(default="")
    renewal_cap: Mapped[int | None]
    probation: Mapped[str] = mapped_column(default="")
    probation_months: Mapped[int | None]
    probation_terms: Mapped[str] = mapped_column(default="")
    dispatch_worker: Mapped[str] = mapped_column(default="")
    cancel_terms: Mapped[str] = mapped_column(default="")

    # pay
    pay_kind: Mapped[str] = mapped_column(default="")
    pay_min: Mapped[int | None]
    pay_max: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="")
    pay_note: Mapped[str] = mapped_column(default="")
    fixed_overtime: Mapped[str] = mapped_column(default="")
    fixed_overtime_amount: Mapped[int | None]
    fixed_overtime_hours: Mapped[int | None]
    fixed_overtime_excess: Mapped[str] = mapped_column(default="")
    allowances: Mapped[list[Any]] = mapped_column(default=list)  # [{name, amount}]
    bonus: Mapped[str] = mapped_column(default="")
    pay_raise: Mapped[str] = mapped_column(default="")
    severance: Mapped[str] = mapped_column(default="")

    # hours and insurance
    hours_system: Mapped[str] = mapped_column(default="")
    deemed_hours: Mapped[int | None]
    work_start: Mapped[str] = mapped_column(default="")
    work_end: Mapped[str] = mapped_column(default="")
    break_minutes: Mapped[int | None]
    overtime: Mapped[str] = mapped_column(default="")
    overtime_hours: Mapped[int | None]
    holidays: Mapped[str] = mapped_column(default="")
    insurances: Mapped[list[Any]] = mapped_column(default=list)
    insurance_note: Mapped[str] = mapped_column(default="")

    documents: Mapped[list[DocumentRequirement]] = relationship(
        order_by="DocumentRequirement.position",
        cascade="all, delete-orphan",
        foreign_keys="DocumentRequirement.version_id",
        overlaps="documents",
    )


class EventVersion(ApplicationMethod, Version):
    __tablename__ = "event_version"
    __mapper_args__ = {"polymorphic_identity": Kind.event}

    id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    category: Mapped[str] = mapped_column(default="")
    organizer: Mapped[str] = mapped_column(default="")
    co_organizers: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    audience: Mapped[str] = mapped_column(default="")
    fields: Mapped[list[Any]] = mapped_column(default=list)
    formats: Mapped[list[Any]] = mapped_column(default=list)
    venue: Mapped[str] = mapped_column(default="")
    venue_address: Mapped[str] = mapped_column(default="")
    venue_country: Mapped[str] = mapped_column(default="")
    online_url: Mapped[str] = mapped_column(default="")
    event_status: Mapped[str] = mapped_column(default="")
    schedule_kind: Mapped[str] = mapped_column(default="")
    capacity: Mapped[int | None]
    overflow: Mapped[str] = mapped_column(default="")
    fee_kind: Mapped[str] = mapped_column(default="")
    fee_info: Mapped[str] = mapped_column(default="")
    event_languages: Mapped[list[Any]] = mapped_column(default=list)
    accessibility: Mapped[str] = mapped_column(default="")
    speakers: Mapped[list[Any]] = mapped_column(default=list)  # [{name, role}]
    certificate: Mapped[str] = mapped_column(default="")
    event_url: Mapped[str] = mapped_column(default="")
    cancel_policy: Mapped[str] = mapped_column(default="")

    documents: Mapped[list[DocumentRequirement]] = relationship(
        order_by="DocumentRequirement.position",
        cascade="all, delete-orphan",
        foreign_keys="DocumentRequirement.version_id",
        overlaps="documents",
    )
    sessions: Mapped[list[EventSession]] = relationship(
        order_by="(EventSession.starts_at.is_(None), EventSession.starts_at, EventSession.id)",
        cascade="all, delete-orphan",
    )


class NoticeVersion(Version):
    __tablename__ = "notice_version"
    __mapper_args__ = {"polymorphic_identity": Kind.notice}

    id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    category: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")


class DocumentRequirement(Base):
    """One 書類名 that applicants hand in as one file, 必須 or 任意, in the order shown."""

    __tablename__ = "document_requirement"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    position: Mapped[int]
    name: Mapped[str]
    required: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    format: Mapped[str] = mapped_column(default="any")  # a code of DOCUMENT_FORMATS

    __table_args__ = (Index(None, "version_id", "position"),)


class EventSession(Base):
    __tablename__ = "event_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("event_version.id"), index=True)
    starts_at: Mapped[datetime | None] = mapped_column(index=True)  # a draft may have one of the two
    ends_at: Mapped[datetime | None]


class VersionFile(Base):
    """A file that a version shows: one of its attachments or images, in their order.

    Versions share the bytes: a revision or a copy refers to the same stored file. What pages say of it stands here
    too, as it never changes and input that is not saved is shown from the same columns.
    """

    __tablename__ = "version_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    field: Mapped[str]  # the declared field whose row it is
    position: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    media_type: Mapped[str]
    size: Mapped[int]  # bytes
    width: Mapped[int | None]  # of an image, in pixels
    height: Mapped[int | None]
    words: Mapped[str] = mapped_column(
        default=""
    )  # what an attachment is called; what an image shows, for who sees none
    caption: Mapped[str] = mapped_column(default="")

    file: Mapped[StoredFile] = relationship()

    __table_args__ = (Index(None, "version_id", "field", "position"),)


class Publication(Base):
    """That a version became public: written once per version, so a second publication cannot be."""

    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    due_at: Mapped[datetime]  # the later of the wished time and the end of the hold
    published_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("version_id"),)
