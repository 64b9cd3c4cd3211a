"""schema.org data has the shape that search engines ask for, and says nothing that is not known."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.entries import Entry, Version
from models.organizations import Organization
from models.states import Kind
from portal.publishing import content, structured_data
from tests.publishing.contents import BASE, contents
from tests.publishing.samples import sample

# What https://developers.google.com/search/docs asks of each type.
ASKED = {
    "JobPosting": {"title", "description", "datePosted", "hiringOrganization", "identifier", "validThrough"},
    "EducationEvent": {"name", "description", "startDate", "endDate", "location", "organizer", "eventStatus"},
    "Course": {"name", "description", "provider"},
    "NewsArticle": {"headline", "datePublished", "dateModified", "author"},
}


def told(kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    version: Version = content.transient(kind, values, now=BASE)
    version.entry = Entry(kind=kind, number="X-2026-00001", first_published_at=BASE)
    version.organization = Organization(name="アジアの水とくらし", website="https://example.org", org_type="07")
    version.published_at = BASE + timedelta(days=1)
    return structured_data.of(version, base_url="https://partner.example.jp/")


def about(kind: Kind, **over: Any) -> dict[str, Any]:
    return told(kind, sample(kind, now=BASE, **over))


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


@pytest.mark.parametrize(
    ("kind", "over", "type_", "path"),
    [
        (Kind.job, {}, "JobPosting", "jobs"),
        (Kind.event, {}, "EducationEvent", "events"),
        (
            Kind.event,
            {"schedule_kind": "always", "sessions": [], "open_at": None, "close_at": None},
            "Course",
            "events",
        ),
        (Kind.notice, {}, "NewsArticle", "notices"),
    ],
)
def test_each_kind_says_what_is_asked_of_its_type(kind: Kind, over: dict[str, Any], type_: str, path: str) -> None:
    data = about(kind, **over)

    assert data["@context"] == "https://schema.org"
    assert data["@type"] == type_
    assert data["url"] == f"https://partner.example.jp/{path}/X-2026-00001"
    assert ASKED[type_] <= data.keys()


@settings(max_examples=60, deadline=None)
@given(drawn=st.sampled_from(Kind).flatmap(lambda kind: st.tuples(st.just(kind), contents(kind))))
def test_whatever_was_written_it_is_json_without_empty_values(drawn: tuple[Kind, dict[str, Any]]) -> None:
    data = told(*drawn)

    assert json.loads(json.dumps(data)) == data
    assert all(value not in (None, "", [], {}) for value in data.values())
    assert all("@type" in part for part in objects(data))
    for name in ("datePosted", "validThrough", "startDate", "endDate", "datePublished", "dateModified"):
        assert name not in data or datetime.fromisoformat(data[name]).utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, [{"addressCountry": "LA", "addressLocality": "ルアンパバーン"}]),
        (
            {"place_kind": "domestic", "prefecture": "東京都", "city": "文京区", "smoking": "none"},
            [{"addressCountry": "JP", "addressRegion": "東京都", "addressLocality": "文京区"}],
        ),
        (
            {"countries": ["KE", "UG"], "city_abroad": ""},
            [{"addressCountry": "KE"}, {"addressCountry": "UG"}],
        ),
    ],
)
def test_where_a_job_is(over: dict[str, Any], expected: list[dict[str, str]]) -> None:
    places = [place["address"] for place in about(Kind.job, **over)["jobLocation"]]

    assert places == [{"@type": "PostalAddress"} | place for place in expected]


def test_remote_work_says_from_where_instead() -> None:
    data = about(Kind.job, place_kind="remote", applicant_countries=["JP", "LA"])

    assert data["jobLocationType"] == "TELECOMMUTE"
    assert [country["name"] for country in data["applicantLocationRequirements"]] == ["JP", "LA"]
    assert "jobLocation" not in data


def test_a_place_that_is_not_known_is_not_said() -> None:
    assert about(Kind.job, place_kind="unspecified").keys() & {"jobLocation", "jobLocationType"} == set()


@pytest.mark.parametrize(("via", "direct"), [("web", True), ("external", False), ("other", False)])
def test_only_web_applications_are_direct(via: str, direct: bool) -> None:
    assert about(Kind.job, apply_via=via)["directApply"] is direct


@pytest.mark.parametrize(("years", "months"), [("any", None), ("0", None), ("3", 36), ("5", 60), ("10", 120)])
def test_experience_is_said_in_months(years: str, months: int | None) -> None:
    asked = about(Kind.job, min_experience=years).get("experienceRequirements", {})

    assert asked.get("monthsOfExperience") == months


VENUE = {"venue": "みどり会議室", "venue_address": "東京都文京区", "venue_country": "JP"}


@pytest.mark.parametrize(
    ("formats", "mode", "types"),
    [
        (["venue"], "OfflineEventAttendanceMode", ["Place"]),
        (["online"], "OnlineEventAttendanceMode", ["VirtualLocation"]),
        (["recorded"], "OnlineEventAttendanceMode", ["VirtualLocation"]),
        (["venue", "online"], "MixedEventAttendanceMode", ["Place", "VirtualLocation"]),
    ],
)
def test_how_an_event_is_attended(formats: list[str], mode: str, types: list[str]) -> None:
    data = about(Kind.event, formats=formats, **VENUE)

    assert data["eventAttendanceMode"] == f"https://schema.org/{mode}"
    places = data["location"] if isinstance(data["location"], list) else [data["location"]]
    assert [place["@type"] for place in places] == types
    assert [place["url"] for place in places if "url" in place] in ([], [data["url"]])


def test_the_address_of_the_meeting_is_said_to_nobody() -> None:
    data = about(Kind.event, online_url="https://meet.example.org/secret", event_url="https://example.org/event")

    assert "secret" not in json.dumps(data)
    assert data["location"]["url"] == "https://example.org/event"


def test_several_sessions_are_one_event_from_the_first_to_the_last_hour() -> None:
    start, hour = BASE.replace(minute=0) + timedelta(days=40), timedelta(hours=1)
    sessions = [
        {"starts_at": start, "ends_at": start + 30 * hour},
        {"starts_at": start + 2 * hour, "ends_at": start + 4 * hour},
    ]
    data = about(Kind.event, sessions=sessions, schedule_kind="series")

    assert datetime.fromisoformat(data["startDate"]) == start
    assert datetime.fromisoformat(data["endDate"]) == start + 30 * hour
