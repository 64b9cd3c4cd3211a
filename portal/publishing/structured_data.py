"""schema.org data of what is public: JobPosting, Event, and NewsArticle for notices. Only what is known is said."""

from typing import Any

from models.entries import EventVersion, JobVersion, NoticeVersion, Version
from models.states import ApplyVia
from portal.clock import local
from portal.publishing.file_fields import IMAGES
from portal.wording import KIND_WORDS

EMPLOYMENT = {
    "BID": "CONTRACTOR",
    "INP": "INTERN",
    "INT": "INTERN",
    "VOL": "VOLUNTEER",
    "EXP": "TEMPORARY",
    "ROS": "OTHER",
    "EMP": "OTHER",
}
# What the contract says is more exact than the kind of posting.
CONTRACTS = {"permanent": "FULL_TIME", "part": "PART_TIME", "fixed": "TEMPORARY", "term": "TEMPORARY"}
UNITS = {"year": "YEAR", "month": "MONTH", "day": "DAY", "hour": "HOUR", "allowance": "DAY"}
EVENT_STATES = {"postponed": "EventPostponed", "moved": "EventRescheduled", "cancelled": "EventCancelled"}
MONTHS = {"3": 36, "5": 60, "10": 120}


def of(version: Version, *, base_url: str) -> dict[str, Any]:
    """`version` with its entry and organization. Empty values are left out."""
    address = f"{base_url.rstrip('/')}/{KIND_WORDS[version.kind].path}/{version.entry.number}"
    data: dict[str, Any] = {"@context": "https://schema.org", "url": address}
    if isinstance(version, JobVersion):
        data |= _job(version)
    elif isinstance(version, EventVersion):
        data |= _event(version)
    elif isinstance(version, NoticeVersion):
        data |= _notice(version)
    data["image"] = [f"{address}/files/{row.file_id}" for row in version.files if row.field == IMAGES]
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
        "employmentType": CONTRACTS.get(job.contract_type) or EMPLOYMENT.get(job.employment_kind),
        "baseSalary": _salary(job),
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


def _salary(job: JobVersion) -> dict[str, Any] | None:
    unit = UNITS.get(job.pay_kind)
    if not unit or job.pay_min is None:
        return None
    value = {"@type": "QuantitativeValue", "unitText": unit, "minValue": job.pay_min}
    value |= {"maxValue": job.pay_max} if job.pay_max else {}
    return {"@type": "MonetaryAmount", "currency": job.currency, "value": value}


def _experience(job: JobVersion) -> dict[str, Any] | None:
    months = MONTHS.get(job.min_experience)
    return {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": months} if months else None


def _event(event: EventVersion) -> dict[str, Any]:
    at_venue, online = "venue" in event.formats, "online" in event.formats
    mode = "Mixed" if at_venue and online else "Offline" if at_venue else "Online"
    first = event.sessions[0] if event.sessions else None
    last = event.sessions[-1] if event.sessions else None
    return {
        "@type": "EducationEvent" if event.sessions else "Course",
        "name": event.title,
        "description": event.body,
        "startDate": _iso(first.starts_at) if first else None,
        "endDate": _iso(last.ends_at) if last else None,
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
        "eventStatus": f"https://schema.org/{EVENT_STATES.get(event.event_status, 'EventScheduled')}",
        "location": _venue(event)
        if at_venue
        else {"@type": "VirtualLocation", "url": event.event_url}
        if event.event_url
        else None,
        "organizer": {"@type": "Organization", "name": event.organizer},
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
