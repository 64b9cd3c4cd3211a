"""What a route is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.access.world import World


@dataclass(frozen=True)
class Asked:
    """The values in the address, and what is posted."""

    values: dict[str, Any] = field(default_factory=dict)
    data: Any = field(default_factory=dict)


Target = Callable[[World, str], Asked]
