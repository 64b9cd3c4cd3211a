"""Whether an entry takes a web application at a moment, and why it does not."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from models.base import db
from models.entries import Entry, EventVersion, JobVersion, Version
from models.organizations import Organization
from models.states import ApplyVia, Kind, State
from models.talents import Talent
from portal.errors import NotFound, Refused
from portal.publishing.catalog import is_public

CLOSED = "募集期間が終了しました。"
NOT_YET = "募集開始前です。"
ELSEWHERE = "この募集は、サイトの応募フォームでは受け付けていません。"
LEVEL = "この募集に応募するには、登録レベルを上げてください。プロフィールから変更できます。"
DEFAULT_LEVEL = "2"


def takes_applications(now: datetime) -> ColumnElement[bool]:
    """Holds for a live version that may be applied to at `now`, the deadline's own moment included.

    Join Entry and Organization. A version that the clock has just closed still takes what was sent before its end.
    """
    in_time = Version.close_at.is_(None) | (Version.close_at >= now)
    ended_in_time = (Version.state == State.closed) & (Version.ended_at >= Version.close_at)
    return (
        (Entry.live_version_id == Version.id)
        & ((Version.state == State.published) | ended_in_time)
        & (Version.publish_at <= now)
        & Organization.suspended_at.is_(None)
        & (Version.apply_via == ApplyVia.web)
        & (Version.open_at.is_(None) | (Version.open_at <= now))
        & in_time
        & (Version.unpublish_at.is_(None) | (Version.unpublish_at >= now))
    )


def live_version(entry_id: int, *, now: datetime) -> JobVersion | EventVersion:
    """What talents apply to now. Raises Refused outside its period, NotFound for what is not public at all."""
    version = db.session.scalars(
        select(Version)
        .join(Entry, Entry.live_version_id == Version.id)
        .join(Organization, Organization.id == Version.organization_id)
        .options(joinedload(Version.organization))
        .where(
            Entry.id == entry_id,
            Entry.kind != Kind.notice,
            is_public(now) | takes_applications(now) | _is_over(now),
            Organization.suspended_at.is_(None),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if not isinstance(version, JobVersion | EventVersion):
        raise NotFound
    refuse_outside(version, now=now)
    return version


def _is_over(now: datetime) -> ColumnElement[bool]:
    """A deadline usually ends the publication too; who comes late is told so, not shown a missing page."""
    return Version.state.in_((State.published, State.closed)) & (Version.close_at < now)


def refuse_outside(version: Version, *, now: datetime) -> None:
    if version.apply_via is not ApplyVia.web:
        raise Refused(ELSEWHERE)
    if version.open_at and now < version.open_at:
        raise Refused(NOT_YET)
    if version.close_at and now > version.close_at:
        raise Refused(CLOSED)


def refuse_level(talent: Talent, version: Version) -> None:
    wanted = version.min_talent_level if isinstance(version, JobVersion) else DEFAULT_LEVEL
    if talent.level < (wanted or DEFAULT_LEVEL):
        raise Refused(LEVEL)
