"""A talent's two résumés: read, saved, and judged by what a posting asks for."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.states import ResumeType
from models.talents import Resume, Talent
from portal import audit
from portal.actors import Actor
from portal.clock import local
from portal.codes import RESUME_ITEMS, RESUME_TYPES
from portal.database import write
from portal.errors import Conflict, Invalid
from portal.publishing.checks import ERROR, WARNING, Finding, check_fields
from portal.publishing.shapes import Type
from portal.recruiting import careers
from portal.recruiting.resume_fields import SECTIONS, fields_of, items_of, section_of
from portal.recruiting.snapshot import plain, refuse_large

# What of the profile an item asks for.
PROFILE_DUTIES: Mapping[str, Mapping[str, str]] = {
    "birthdate": {"birthdate": "生年月日"},
    "contact": {"address": "現住所", "phone": "電話番号"},
}
MISSING = "F-01"  # as `portal.publishing.checks` calls it
TAKEN = "競合：別の画面で履歴書が保存されました。新しい内容を確認してから、もう一度入力してください。"


def find(talent: Talent, resume_type: ResumeType) -> Resume | None:
    return db.session.scalars(
        select(Resume).where(Resume.talent_id == talent.id, Resume.type == resume_type)
    ).one_or_none()


def content_of(resume: Resume | None, resume_type: ResumeType) -> dict[str, Any]:
    """By field name, with every field that is declared today."""
    saved = resume.content if resume else {}
    return {field.name: plain(field, saved.get(field.name)) for field in fields_of(resume_type)}


def save(
    talent: Talent,
    resume_type: ResumeType,
    content: Mapping[str, Any],
    *,
    revision: int,
    actor: Actor,
    now: datetime,
) -> Resume:
    """Saves it over the revision that was on screen; 0 when there was none. It may be incomplete, not wrong.

    Raises Invalid with what is wrong, Refused when it is far too long, Conflict when another window was quicker.
    """
    kept = {field.name: plain(field, content.get(field.name)) for field in fields_of(resume_type)}
    if wrong := [finding for finding in findings(resume_type, kept, now=now) if _is_wrong(finding)]:
        raise Invalid(wrong)
    refuse_large(kept)
    resume = (
        _change(talent, resume_type, kept, revision, now=now)
        if revision
        else _begin(talent, resume_type, kept, now=now)
    )
    audit.record(
        "resume.save", subject="resume", subject_id=resume.id, details={"type": resume_type.value}, actor=actor, now=now
    )
    return resume


def _is_wrong(finding: Finding) -> bool:
    return finding.severity == ERROR and finding.rule != MISSING


def _begin(talent: Talent, resume_type: ResumeType, content: dict[str, Any], *, now: datetime) -> Resume:
    resume = Resume(talent_id=talent.id, type=resume_type, content=content, updated_at=now)
    db.session.add(resume)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict(TAKEN) from error
    return resume


def _change(
    talent: Talent,
    resume_type: ResumeType,
    content: dict[str, Any],
    revision: int,
    *,
    now: datetime,
) -> Resume:
    saved = write(
        update(Resume)
        .where(Resume.talent_id == talent.id, Resume.type == resume_type, Resume.revision == revision)
        .values(content=content, revision=Resume.revision + 1, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    resume = find(talent, resume_type)
    if not saved or resume is None:
        raise Conflict(TAKEN)
    db.session.refresh(resume)
    return resume


# ---- what is missing, wrong or odd


def findings(resume_type: ResumeType, content: Mapping[str, Any], *, now: datetime) -> list[Finding]:
    """All of it in the order of the form, whatever a posting asks for; warnings keep nobody from anything."""
    odd = [
        *_orders(resume_type, content),
        *_roman(content),
        *_overlaps(resume_type, content, until=f"{local(now):%Y-%m}"),
    ]
    order = [field.name for field in fields_of(resume_type)]
    return sorted([*check_fields(SECTIONS[resume_type], content), *odd], key=lambda finding: order.index(finding.field))


def _orders(resume_type: ResumeType, content: Mapping[str, Any]) -> Iterator[Finding]:
    for field in fields_of(resume_type):
        rows = content.get(field.name) if field.type is Type.rows else ()
        for place, row in enumerate(rows or (), start=1):
            if row.get("end") and row["end"] < row.get("begin", ""):
                message = f"{field.label}の{place}件目：終わりの年月を、始まりの年月より後にしてください。"
                yield Finding("R-01", ERROR, field.name, message)


def _roman(content: Mapping[str, Any]) -> Iterator[Finding]:
    if not content.get("name_roman", "").isascii():
        yield Finding("R-02", ERROR, "name_roman", "ローマ字（旅券の表記）は半角の英字で入力してください。")


def _overlaps(resume_type: ResumeType, content: Mapping[str, Any], *, until: str) -> Iterator[Finding]:
    rows = content.get("work") if resume_type is ResumeType.expert else ()
    for place, other in careers.overlaps(rows or (), until=until):
        message = f"職歴の{place}件目と{other}件目の期間が重なっています。誤りがないか確認してください。"
        yield Finding("R-03", WARNING, "work", message)


def missing(talent: Talent, resume_type: ResumeType, *, items: Iterable[str]) -> list[str]:
    """What an application with these items still lacks, a sentence each. A photo is asked for, never demanded."""
    content = content_of(find(talent, resume_type), resume_type)
    wanted = items_of(resume_type, items)
    return [*_missing_in_profile(talent, wanted), *_missing_in_resume(content, resume_type, wanted)]


def _missing_in_profile(talent: Talent, items: Iterable[str]) -> Iterator[str]:
    for item in items:
        for column, label in PROFILE_DUTIES.get(item, {}).items():
            if not getattr(talent, column):
                yield f"プロフィールの「{label}」を入力してください。"


def _missing_in_resume(content: Mapping[str, Any], resume_type: ResumeType, items: Iterable[str]) -> Iterator[str]:
    for item in items:
        section = section_of(resume_type, item)
        for finding in check_fields([section], content) if section else ():
            if finding.rule == MISSING:
                yield f"{RESUME_TYPES.label(resume_type)}の「{RESUME_ITEMS.label(item)}」：{finding.message}"
