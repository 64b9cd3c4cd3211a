"""Tables, constraints and relationships. Importing this package loads every model."""

from models import entries, mail, organizations, people, records, states
from models.base import Base, db

__all__ = ["Base", "db", "entries", "mail", "organizations", "people", "records", "states"]
