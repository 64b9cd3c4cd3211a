"""The index that talents are searched by. It holds published profiles only and is kept in their transactions.

Beside it lies `talent_words`, made by the migrations as each database needs it; `portal.matching.search_index` uses it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class TalentIndex(Base):
    """What a published profile meets. A row that goes takes its words along."""

    __tablename__ = "talent_index"

    talent_id: Mapped[int] = mapped_column(ForeignKey("talent.id"), primary_key=True, autoincrement=False)
    revision: Mapped[int]  # of the profile
    facets: Mapped[str]  # "condition:choice" with spaces between
    # Numbers to sort and compare by; 0 for none. See `search_index.numbers`.
    updated: Mapped[int] = mapped_column(BigInteger)
    years: Mapped[int]
    available: Mapped[int]


class TalentSegment(Base):
    """A stretch of ids. Its stamp, drawn anew with each change, tells processes whether what they remember holds."""

    __tablename__ = "talent_segment"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[int] = mapped_column(BigInteger)


def is_of_words(name: str) -> bool:
    """Tables that no model stands for: `talent_words`, with the shadows that SQLite keeps for it."""
    return name == "talent_words" or name.startswith("talent_words_")
