"""Tables, constraints and relationships. Importing this package loads every model."""

from models import applications, entries, files, mail, organizations, people, records, states, talents
from models.base import Base, db

__all__ = [
    "Base",
    "applications",
    "db",
    "entries",
    "files",
    "mail",
    "organizations",
    "people",
    "records",
    "states",
    "talents",
]
