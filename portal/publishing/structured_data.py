"""schema.org data of what is public: JobPosting, Event, and NewsArticle for notices. Only what is known is said."""

from typing import Any

from models.entries import EventVersion, JobVersion, NoticeVersion, Version
from models.states import ApplyVia
from portal.clock import local
from portal.wording import KIND_WORDS

EMPLOYMENT = {
    "BID": "CONTRACTOR",
    "INT": "INTERN",
    "VOL": "VOLUNTEER",
    "EXP": "TEMPORARY",
    "ROS": "OTHER",
    "EMP": "OTHER",
}
MONTHS = {"3": 36, "5": 60, "10": 120}


def of(version: Version, *, base_url: str) -> dict[str, Any]:
    """`version` with its entry and organization. Empty values are left out."""
    address = f"{base_url.rstrip('/')}/{KIND_WORDS[version.kind].path}/{version.entry.number}"
    data: dict[str, Any] = {"@context": "https://schema.org", "url": address}
    if isinstance(version, JobVersion):
        data |= _job(version)
    elif isinstance(version, EventVersion):
        data |= _event(version, address) if version.sessions else _course(version)
    elif isinstance(version, NoticeVersion):
        data |= _notice(version)
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}


def _organization(version: Version) -> dict[str, Any]:
    found = {"@type": "Organization", "name": version.organization.name, "sameAs": version.organization.website}
    return {name: value for name, value in found.items() if value}


def _job(job: JobVersion) -> dict[str, Any]:
    remote = job.place_kind == "remote"
    return {
        "@type": "JobPosting",
        "title": job.title,
        "description": "\n\n".join(text for text in (job.duties, job.must_have) if text),
        "identifier": {"@type": "PropertyValue", "name": "PARTNER", "value": job.entry.number},
        "datePosted": _iso(job.entry.first_published_at),
        "validThrough": _iso(job.close_at),
        "employmentType": EMPLOYMENT.get(job.employment_kind),
        "hiringOrganization": _organization(job),
        "jobLocationType": "TELECOMMUTE" if remote else None,
        "applicantLocationRequirements": [{"@type": "Country", "name": code} for code in job.applicant_countries]
        if remote
        else None,
        "jobLocation": [] if remote else _places(job),
        "experienceRequirements": _experience(job),
        "directApply": job.apply_via is ApplyVia.web,
    }


def _places(job: JobVersion) -> list[dict[str, Any]]:
    places = [{"addressCountry": code, "addressLocality": job.city_abroad} for code in job.countries]
    if job.prefecture:
        places.append(
            {
                "addressCountry": "JP",
                "addressRegion": job.prefecture,
                "addressLocality": job.city,
                "streetAddress": job.street,
            }
        )
    return [
        {"@type": "Place", "address": {"@type": "PostalAddress"} | {name: text for name, text in place.items() if text}}
        for place in places
    ]


def _experience(job: JobVersion) -> dict[str, Any] | None:
    months = MONTHS.get(job.min_experience)
    return {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": months} if months else None


def _event(event: EventVersion, address: str) -> dict[str, Any]:
    at_venue, online = "venue" in event.formats, "online" in event.formats
    mode = "Mixed" if at_venue and online else "Offline" if at_venue else "Online"
    places = [_venue(event)] if at_venue else []
    if not at_venue or online:  # the address of the meeting itself is only for those who take part
        places.append({"@type": "VirtualLocation", "url": event.event_url or address})
    return _offered(event) | {
        "@type": "EducationEvent",
        "startDate": _iso(min((row.starts_at for row in event.sessions if row.starts_at), default=None)),
        "endDate": _iso(max((row.ends_at for row in event.sessions if row.ends_at), default=None)),
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
        "eventStatus": "https://schema.org/EventScheduled",
        "location": places if len(places) > 1 else places[0],
        "organizer": {"@type": "Organization", "name": event.organizer},
    }


def _course(event: EventVersion) -> dict[str, Any]:
    """What is held all year round has no date, and so is no event."""
    return _offered(event) | {"@type": "Course", "provider": {"@type": "Organization", "name": event.organizer}}


def _offered(event: EventVersion) -> dict[str, Any]:
    return {
        "name": event.title,
        "description": event.body,
        "inLanguage": event.event_languages,
        "isAccessibleForFree": event.fee_kind == "free",
    }


def _venue(event: EventVersion) -> dict[str, Any]:
    address = {"@type": "PostalAddress", "addressCountry": event.venue_country, "streetAddress": event.venue_address}
    return {"@type": "Place", "name": event.venue, "address": address}


def _notice(notice: NoticeVersion) -> dict[str, Any]:
    return {
        "@type": "NewsArticle",
        "headline": notice.title,
        "articleBody": notice.body,
        "datePublished": _iso(notice.entry.first_published_at),
        "dateModified": _iso(notice.published_at),
        "author": _organization(notice),
    }


def _iso(moment: Any) -> str | None:
    return local(moment).isoformat(timespec="seconds") if moment else None
