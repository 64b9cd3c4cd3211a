"""What an application needs and which of it is there: the list that stands over the form while it is filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.codes import RESUME_TYPES
from portal.recruiting.drafting import Asked, Posting


@dataclass(frozen=True)
class Need:
    """One thing that must be there; `field` is its place in the form."""

    field: str
    label: str
    done: bool


@dataclass(frozen=True)
class Filled:
    """What the form holds at the moment: documents as asked for, and what is still missing in the résumé."""

    documents: Sequence[Asked]
    resume: Sequence[str] = ()
    sessions: Sequence[datetime] = ()
    session_at: datetime | None = None
    consent: bool = False


def needs_of(version: Posting, filled: Filled) -> list[Need]:
    """In the order of the form. What may be left out is not among them."""
    needs = []
    if version.resume_type:
        needs.append(Need("resume", RESUME_TYPES.label(version.resume_type), not filled.resume))
    needs += [
        Need(f"document-{row.position}", row.name, row.file is not None) for row in filled.documents if row.required
    ]
    if filled.sessions:
        needs.append(Need("session", "参加する日時", filled.session_at in filled.sessions))
    return [*needs, Need("consent", "個人情報の取扱いへの同意", filled.consent)]
