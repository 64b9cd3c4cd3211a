"""The drill: a copy is made of the portal as it runs, restored to a place of its own, compared, and thrown away."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from portal.operation.backup import copies
from portal.operation.backup.copies import Manifest, Say
from portal.settings import Settings


def run(settings: Settings, *, now: datetime, say: Say) -> Manifest:
    """Raises Refused when what was restored is not what was copied."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="portal-drill-") as name:
        folder = Path(name)
        copy = copies.make(settings, folder / "copy", now=now, say=say)
        say(f"控えを取るまで：{time.monotonic() - begun:.1f}秒")
        with _elsewhere(settings, folder) as elsewhere:
            manifest = copies.restore(elsewhere, copy, say=say)
    say(f"全体：{time.monotonic() - begun:.1f}秒")
    return manifest


@contextmanager
def _elsewhere(settings: Settings, folder: Path) -> Iterator[Settings]:
    """The same settings with an empty database and an empty place of files."""
    files = f"file://{folder}/restored"
    if settings.is_sqlite:
        yield replace(settings, storage_url=files, database_url=f"sqlite:///{folder}/restored.sqlite")
        return
    url = make_url(settings.database_url)
    name = f"portal_drill_{uuid4().hex[:12]}"
    server = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            there = url.set(database=name).render_as_string(hide_password=False)
            yield replace(settings, storage_url=files, database_url=there)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
