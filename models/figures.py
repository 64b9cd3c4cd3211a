"""Figures of the dashboard, kept so that no page counts: written by the clock when it seals the trail."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class WeekFigure(Base):
    """What happened in one week in Tokyo, by the Monday that begins it."""

    __tablename__ = "week_figure"

    week: Mapped[date] = mapped_column(primary_key=True)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # by the names of portal.figures.names
