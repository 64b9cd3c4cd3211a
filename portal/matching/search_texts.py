"""What a keyword finds in a profile: what stands there of knowledge and work. Wishes are conditions only."""

from typing import Any

from portal import codes

# Columns that the index is made of. Name, birthday, sex, address, contact and portrait are not among them.
READ = frozenset(
    {
        "id", "code", "revision", "updated_at", "level", "accepts_offers", "degree", "major", "years_total", "fields",
        "field_years",
        "job_categories", "languages", "experiences", "qualifications", "pr", "wish_kinds", "wish_countries",
        "available_from",
    }
)  # fmt: skip


def words(profile: Any) -> list[str]:
    """The texts, each by itself."""
    return [
        text
        for text in (
            profile.code,
            profile.pr,
            profile.qualifications,
            profile.major,
            *map(codes.FIELDS.label, profile.fields),
            *map(codes.JOB_CATEGORIES.label, profile.job_categories),
            *(_language(row) for row in profile.languages),
            *(_experience(row) for row in profile.experiences),
        )
        if text
    ]


def _language(row: dict[str, Any]) -> str:
    name = codes.LANGUAGES.label(row.get("language") or "")
    return " ".join(part for part in (name, row.get("test"), row.get("score")) if part)


def _experience(row: dict[str, Any]) -> str:
    country, kind = codes.COUNTRIES.label(row.get("country") or ""), codes.EXPERIENCE_KINDS.label(row.get("kind") or "")
    return f"{country} {kind}".strip()
