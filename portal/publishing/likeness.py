"""Entries of an organization that say nearly the same: a sketch of each text is kept when it is handed in.

A sketch is the lowest hashes of all sequences of SHINGLE signs; what two sketches share tells what two texts do, to a
few per cent, whatever their length. Only the latest entries are looked at.
"""

import re
from array import array
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from typing import Any
from zlib import crc32

from sqlalchemy import Row, delete, select

from models.base import db
from models.desk import Likeness, Sketch
from models.entries import Entry, Version
from portal.actors import Actor
from portal.database import insert_or_update, insert_rows
from portal.permissions import visible
from portal.publishing.fields import fields_of
from portal.publishing.shapes import Type

SHINGLE = 5
MOST = 128  # hashes; the share is right to about 4 per cent
LATEST = 50  # entries of the organization that are looked at
ALIKE = 80  # per cent
SHOWN = 5
LEAST = 40  # signs; less says too little
PROSE = (Type.text, Type.prose)
BLANK = re.compile(r"\s+")
Hashes = Sequence[int]

# What every posting of an organization repeats, and would make all of them alike.
REPEATED = frozenset({"employer_name", "employer_address", "employer_contact", "privacy_purpose", "how_to_apply"})


def sketch_of(kind: Any, content: Mapping[str, Any]) -> Hashes:
    names = [field.name for field in fields_of(kind) if field.type in PROSE and field.public]
    text = BLANK.sub("", "".join(str(content.get(name) or "") for name in names if name not in REPEATED))
    if len(text) < LEAST:
        return []
    hashes = {crc32(text[place : place + SHINGLE].encode()) for place in range(len(text) - SHINGLE + 1)}
    return nsmallest(MOST, hashes)


def share(one: Hashes, other: Hashes, *, least: int = 0) -> int:
    """Per cent of the sequences that both texts have, of all that either has; 0 where it is less than `least`."""
    if not one or not other:
        return 0
    a, b = set(one), set(other)
    both = a & b
    lowest = min(MOST, len(a) + len(b) - len(both))
    if 100 * len(both) < (least - 1) * lowest:  # whichever of them are among the lowest
        return 0
    told = round(100 * len(both.intersection(nsmallest(lowest, a | b))) / lowest)
    return told if told >= least else 0


def keep(version: Version, content: Mapping[str, Any]) -> None:
    """Keeps the sketch of what is handed in, and which of the latest others it is like."""
    hashes = sketch_of(version.kind, content)
    written = array("I", hashes).tobytes()
    db.session.execute(
        insert_or_update(Sketch)
        .values(version_id=version.id, organization_id=version.organization_id, hashes=written)
        .on_conflict_do_update(index_elements=["version_id"], set_={"hashes": written})
    )
    if version.submissions:
        db.session.execute(delete(Likeness).where(Likeness.version_id == version.id))
    found = _alike(version, hashes) if hashes else []
    insert_rows(Likeness, [{"version_id": version.id, "other_id": key, "per_cent": share} for key, share in found])


def _alike(version: Version, hashes: Hashes) -> list[tuple[int, int]]:
    latest = db.session.execute(
        select(Sketch.version_id, Sketch.hashes)
        .join(Version, Version.id == Sketch.version_id)
        .where(Sketch.organization_id == version.organization_id, Version.entry_id != version.entry_id)
        .order_by(Sketch.version_id.desc())
        .limit(LATEST)
    )
    shares = [(key, share(hashes, array("I", kept), least=ALIKE)) for key, kept in latest]
    return sorted([pair for pair in shares if pair[1]], key=lambda pair: -pair[1])[:SHOWN]


def alike(version_id: int, *, actor: Actor) -> Sequence[Row]:
    """Entries that this one is like: id, title, state, number, per cent; the most alike first."""
    return db.session.execute(
        select(Version.id, Version.title, Version.state, Entry.number, Likeness.per_cent)
        .join(Likeness, Likeness.other_id == Version.id)
        .join(Entry, Entry.id == Version.entry_id)
        .where(Likeness.version_id == version_id, visible(actor, Version))
        .order_by(Likeness.per_cent.desc(), Version.id.desc())
    ).all()
