"""An event as a calendar reads it: one appointment a session, with signs and zones as they were."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from icalendar import Calendar, Component

from models.entries import EventVersion
from models.states import Kind
from portal.clock import TOKYO
from portal.publishing import calendar_file, content
from tests.publishing.contents import BASE, lines, moments
from tests.publishing.samples import sample

HOUR = timedelta(hours=1)


def appointments(**over: Any) -> list[Component]:
    version = content.transient(Kind.event, sample(Kind.event, now=BASE, **over), now=BASE)
    assert isinstance(version, EventVersion)
    text = calendar_file.of(version, number="E-2026-00001", base_url="https://partner.example.jp")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return list(Calendar.from_ical(text).walk("VEVENT"))


def at_venue(venue: str, address: str) -> dict[str, Any]:
    return {"formats": ["venue"], "venue": venue, "venue_address": address, "venue_country": "JP"}


def test_each_session_is_an_appointment() -> None:
    starts = [datetime(2027, 1, day, 18, 30, tzinfo=TOKYO) for day in (5, 12)]
    found = appointments(sessions=[{"starts_at": start, "ends_at": start + 2 * HOUR} for start in starts])

    assert [event.decoded("dtstart") for event in found] == starts
    assert [event.decoded("dtend") for event in found] == [start + 2 * HOUR for start in starts]
    assert [str(event["uid"]) for event in found] == [
        "E-2026-00001-1@partner.example.jp",
        "E-2026-00001-2@partner.example.jp",
    ]
    assert {str(event["url"]) for event in found} == {"https://partner.example.jp/events/E-2026-00001"}
    assert {event.decoded("dtstamp") for event in found} == {BASE}


def test_an_online_event_has_no_place_and_no_secret() -> None:
    (event,) = appointments(online_url="https://meet.example.org/secret")

    assert "location" not in event
    assert "secret" not in event.to_ical().decode()


def test_without_sessions_there_is_no_appointment() -> None:
    assert appointments(schedule_kind="always", sessions=[], open_at=None, close_at=None) == []
    assert appointments(sessions=[{"starts_at": BASE, "ends_at": None}]) == []


@settings(max_examples=60, deadline=None)
@given(title=lines, venue=lines.filter(str.strip), address=lines, start=moments)
def test_whatever_was_written_is_read_back(title: str, venue: str, address: str, start: datetime) -> None:
    start = start.replace(microsecond=0)
    (event,) = appointments(
        title=title, sessions=[{"starts_at": start, "ends_at": start + HOUR}], **at_venue(venue, address)
    )

    assert str(event["summary"]) == title
    assert str(event["location"]) == f"{venue} {address}".strip()
    assert event.decoded("dtstart") == start
    assert event.decoded("dtstart").utcoffset() == timedelta(0)


def test_the_stamp_is_when_it_became_public() -> None:
    version = content.transient(Kind.event, sample(Kind.event, now=BASE), now=BASE)
    assert isinstance(version, EventVersion)
    version.published_at = BASE + HOUR

    text = calendar_file.of(version, number="E-1", base_url="https://partner.example.jp")

    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event.decoded("dtstamp") == (BASE + HOUR).astimezone(UTC)
