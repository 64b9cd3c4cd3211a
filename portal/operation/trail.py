"""Looks the audit trail over, on record."""

from collections.abc import Sequence

from flask import current_app

from models.base import db
from portal import audit, clock
from portal.actors import CLOCK
from portal.database import begin_write
from portal.errors import Refused
from portal.trail import anchor, report, verifying
from portal.trail.verifying import Verdict


def verify(heads: Sequence[str] = ()) -> tuple[Verdict, list[str]]:
    """The verdict and the lines that tell it. `heads` are seals from the log, beside those of the file. Commits."""
    file = current_app.config["PORTAL"].anchor_file
    anchored = anchor.read(file) if file else []
    for text in heads:
        given = anchor.parsed(text)
        if given is None:
            raise Refused("--head は、ログにある「番号 件数 値」の形で指定してください。")
        anchored.append(given)
    verdict = verifying.verify(anchored, now=clock.now())
    begin_write()
    details = {"rows": verdict.rows, "blocks": verdict.blocks, "faults": sum(map(len, verdict.faults.values()))}
    audit.record("trail.verify", details=details, actor=CLOCK, now=clock.now())
    db.session.commit()
    return verdict, report.lines(verdict)
