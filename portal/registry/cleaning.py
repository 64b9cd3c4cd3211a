"""Registrations that nobody went on with, or that were refused long ago, are erased with their files."""

from datetime import datetime

from sqlalchemy import delete, select

from models.base import db
from models.registrations import RegistrationFile, RegistrationVersion
from portal.database import begin_write
from portal.files import dropping

BATCH = 200


def forget_expired(now: datetime) -> int:
    """Erases what is over; returns how many. Commits."""
    begin_write()
    ids = list(
        db.session.scalars(
            select(RegistrationVersion.id)
            .where(RegistrationVersion.expires_at <= now, RegistrationVersion.organization_id.is_(None))
            .limit(BATCH)
        )
    )
    if ids:
        held = RegistrationFile.version_id.in_(ids)
        files = list(db.session.scalars(select(RegistrationFile.file_id).where(held)))
        db.session.execute(delete(RegistrationFile).where(held))
        dropping.drop_at_once(files, now=now)
        db.session.execute(delete(RegistrationVersion).where(RegistrationVersion.id.in_(ids)))
    db.session.commit()
    return len(ids)
