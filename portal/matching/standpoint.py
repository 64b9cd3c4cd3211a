"""What a search depends on beside the profiles: where the index stands, and what the asking organization may see and
has marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import CompoundSelect, literal, select, union_all

from models.favorites import Favorite
from models.organizations import Organization
from models.searching import TalentSegment
from models.states import Role
from models.talents import TalentBlock
from portal.actors import Actor
from portal.codes import NO_LEGAL_PERSONALITY
from portal.database import rows_of
from portal.matching import bitmaps
from portal.matching.viewing import refuse_groups
from portal.permissions import asking, visible, whoever

MEMBER, STAMP, HIDDEN, MARKED = range(4)


@dataclass(frozen=True)
class Standpoint:
    """`stamps` are of the index (`facet_sets`); sets of talents: `hidden` from the organization, `marked` by it."""

    stamps: Mapping[int, int]
    hidden: int
    marked: int


def standpoint(actor: Actor) -> Standpoint:
    """In one statement. Raises Forbidden for organizations without legal personality."""
    found: dict[int, list[tuple[int, int]]] = {MEMBER: [], STAMP: [], HIDDEN: [], MARKED: []}
    for which, key, value in rows_of(_everything(actor.role), asking(actor)):
        found[which].append((key, value))
    refuse_groups(may_search=bool(found[MEMBER]))
    hidden, marked = (bitmaps.of([key for key, _value in found[which]]) for which in (HIDDEN, MARKED))
    return Standpoint(dict(found[STAMP]), hidden, marked)


@cache
def _everything(role: Role) -> CompoundSelect:
    reader = whoever(role)
    mine = reader.organization_id
    return union_all(
        select(literal(MEMBER), Organization.id, literal(0)).where(
            Organization.id == mine, Organization.org_type != NO_LEGAL_PERSONALITY
        ),
        select(literal(STAMP), TalentSegment.id, TalentSegment.stamp),
        select(literal(HIDDEN), TalentBlock.talent_id, literal(0)).where(TalentBlock.organization_id == mine),
        select(literal(MARKED), Favorite.talent_id, literal(0)).where(visible(reader, Favorite)),
    )
