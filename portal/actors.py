"""Who acts. Built at the edge from a login (or by the clock) and handed into every service."""

from dataclasses import dataclass

from models.states import MEMBER_ROLES, SECRETARIAT_ROLES, Role


@dataclass(frozen=True)
class Actor:
    role: Role
    account_id: int | None = None
    organization_id: int | None = None
    name: str = ""
    ip: str = ""

    @property
    def is_member(self) -> bool:
        return self.role in MEMBER_ROLES

    @property
    def is_secretariat(self) -> bool:
        return self.role in SECRETARIAT_ROLES


ANONYMOUS = Actor(Role.anonymous)
CLOCK = Actor(Role.system, name="自動")
