"""An event as an iCalendar file (RFC 5545), one VEVENT a session."""

from datetime import UTC

from icalendar import Calendar, Event

from models.entries import EventVersion


def of(version: EventVersion, *, number: str, base_url: str) -> str:
    calendar = Calendar()
    calendar.add("prodid", "-//PARTNER//events//JA")
    calendar.add("version", "2.0")
    for place, session in enumerate(version.sessions, start=1):
        if not session.starts_at or not session.ends_at:
            continue
        event = Event()
        event.add("uid", f"{number}-{place}@{base_url.rsplit('//', maxsplit=1)[-1]}")
        event.add("dtstamp", (version.published_at or version.updated_at).astimezone(UTC))
        event.add("dtstart", session.starts_at.astimezone(UTC))
        event.add("dtend", session.ends_at.astimezone(UTC))
        event.add("summary", version.title)
        event.add("url", f"{base_url}/events/{number}")
        if version.venue:
            event.add("location", f"{version.venue} {version.venue_address}".strip())
        calendar.add_component(event)
    return calendar.to_ical().decode()
