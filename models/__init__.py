"""Tables, constraints and relationships. Importing this package loads every model."""

from models import (
    applications,
    entries,
    favorites,
    figures,
    files,
    mail,
    messages,
    organizations,
    people,
    records,
    searching,
    states,
    talents,
)
from models.base import Base, db

__all__ = [
    "Base",
    "applications",
    "db",
    "entries",
    "favorites",
    "figures",
    "files",
    "mail",
    "messages",
    "organizations",
    "people",
    "records",
    "searching",
    "states",
    "talents",
]
