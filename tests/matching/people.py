"""Talents who publish their profiles."""

from typing import Any

from models.talents import Talent
from tests.make import Maker
from tests.recruiting.builders import profile_of, talent


def publish(make: Maker, name: str = "青木 千尋", **columns: Any) -> Talent:
    """Changed last at the maker's time."""
    return profile_of(talent(make, name, **({"is_public": True, "accepts_offers": True} | columns)))
