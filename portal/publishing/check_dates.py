"""Whether the dates of a posting can be, one after the other and from now on."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from models.states import Kind
from portal.clock import local
from portal.publishing.business_days import add_business_days
from portal.publishing.rule_book import Row, error, warning

LONGEST_AFTER_DEADLINE = timedelta(days=30)
FAR_DEADLINE, NEAR_DEADLINE = timedelta(days=90), timedelta(days=7)

Content = Mapping[str, Any]


def findings(
    kind: Kind, content: Content, *, now: datetime, base: Content | None, confirmed_at: datetime, days: int
) -> Iterator[Row]:
    publish_at, unpublish_at = content.get("publish_at"), content.get("unpublish_at")
    if publish_at:
        yield from _publication(publish_at, now=now, base=base, confirmed_at=confirmed_at, days=days)
    if kind is not Kind.notice:
        yield from _period(content, now=now)
    if unpublish_at:
        yield from _end(content, publish_at, unpublish_at, now=now)
    if content.get("sessions"):
        yield from _sessions(content, now=now, base=base)


def _publication(
    publish_at: datetime, *, now: datetime, base: Content | None, confirmed_at: datetime, days: int
) -> Iterator[Row]:
    kept = base is not None and base.get("publish_at") == publish_at
    if kept:
        return
    if publish_at <= confirmed_at:
        yield error("Q-03", "publish_at", "掲載希望日時は今より後の日時にしてください。")
    elif local(publish_at).date() < add_business_days(local(now).date(), days):
        yield warning(
            "Q-23",
            "publish_at",
            f"掲載希望日時まで{days}営業日ありません。承認が間に合わない場合は、承認後すぐに公開します。",
        )


def _period(content: Content, *, now: datetime) -> Iterator[Row]:
    open_at, close_at, publish_at = content.get("open_at"), content.get("close_at"), content.get("publish_at")
    if close_at is None:
        return
    if close_at <= now:
        yield error("Q-03", "close_at", "締切は今より後の日時にしてください。")
    elif close_at > now + FAR_DEADLINE:
        yield warning("Q-03", "close_at", "締切が90日より先です。日付を確認してください。")
    elif publish_at and publish_at < close_at < publish_at + NEAR_DEADLINE:
        yield warning("Q-03", "close_at", "掲載から締切まで7日ありません。日付を確認してください。")
    if open_at and open_at >= close_at:
        yield error("Q-03", "close_at", "締切は開始より後の日時にしてください。")
    if publish_at and publish_at >= close_at:
        yield error("Q-03", "publish_at", "掲載希望日時は締切より前の日時にしてください。")


def _end(content: Content, publish_at: datetime | None, unpublish_at: datetime, *, now: datetime) -> Iterator[Row]:
    close_at = content.get("close_at")
    if unpublish_at <= now or (publish_at and unpublish_at <= publish_at):
        yield error("Q-03", "unpublish_at", "掲載終了日時は掲載希望日時より後の日時にしてください。")
    if close_at and unpublish_at < close_at:
        yield error("Q-03", "unpublish_at", "掲載終了日時は締切以後の日時にしてください。")
    if close_at and unpublish_at > close_at + LONGEST_AFTER_DEADLINE:
        yield error("Q-03", "unpublish_at", "掲載終了日時は締切から30日以内にしてください。")


def _sessions(content: Content, *, now: datetime, base: Content | None) -> Iterator[Row]:
    sessions = [row for row in content["sessions"] if row["starts_at"] and row["ends_at"]]
    if any(row["ends_at"] < row["starts_at"] for row in sessions):
        yield error("Q-03", "sessions", "開催日時の終了は開始より後にしてください。")
    past = [row for row in sessions if row["starts_at"] <= now]
    if past and not (base and all(row in base.get("sessions", ()) for row in past)):
        yield error("Q-03", "sessions", "開催日時は今より後の日時にしてください。")
    close_at = content.get("close_at")
    if close_at and sessions and close_at > max(row["ends_at"] for row in sessions):
        yield error("Q-03", "close_at", "申込締切は最後の開催日時より前にしてください。")
