"""Every migration goes down, up and down again over full tables (G32), and at last all of them up again at once.

    python -m tests.drills.migrations --url sqlite:////tmp/drill.sqlite --rows 100000

Whatever a migration did not make or take away is the same afterwards: the number of rows of each table, and the content
of each column of the tables that it named. Prints one line of JSON with the figures; exits 1 when something differs.
"""

import hashlib
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, pool, text

from bench import applicants, generate, talents
from portal.connections import prepare
from portal.operation import schema
from portal.settings import Settings
from tests.drills import telling

NAMED = re.compile(
    r'\b(?:TABLE(?: IF EXISTS)?|UPDATE|INTO|FROM|ON|JOIN|REFERENCES|RENAME TO) "?([a-z][a-z_]*)"?', re.IGNORECASE
)
KEPT_APART = "alembic_version"
PROMISED = 60.0  # seconds of a database
Content = dict[str, str]  # of a table, by column and its type


@dataclass
class Known:
    """What stood in the tables when they were looked at last; `faults` tells where something else stands now."""

    engine: Engine
    counts: dict[str, int] = field(default_factory=dict)
    contents: dict[str, Content] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def look(self, step: str, named: set[str] | None = None) -> None:
        """At the rows of all tables, and at the content of those that are named."""
        with self.engine.connect() as connection:
            tables = {name for name in inspect(connection).get_table_names() if is_ours(name)}
            counts = {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in tables}
            looked = tables if named is None else tables & named
            contents = {name: content_of(connection, name) for name in looked}
        for name in tables & self.counts.keys():
            if counts[name] != self.counts[name]:
                self.faults.append(f"{step}: {name} has {counts[name]} rows, not {self.counts[name]}")
        for name in looked & self.contents.keys():
            before, after = self.contents[name], contents[name]
            differing = [column for column in before.keys() & after.keys() if before[column] != after[column]]
            self.faults += [f"{step}: {name}.{column}" for column in sorted(differing)]
        self.counts = counts
        self.contents = {name: kept for name, kept in self.contents.items() if name in tables} | contents


def is_ours(name: str) -> bool:
    """The words of the search lie in tables that the database keeps by itself."""
    return name != KEPT_APART and not name.startswith("talent_words")


def content_of(connection: Connection, table: str) -> Content:
    # A column that a migration gives another type is another column.
    types = {column["name"]: f"{column['name']} {column['type']}" for column in inspect(connection).get_columns(table)}
    columns = sorted(types)
    key = ", ".join(f'"{name}"' for name in inspect(connection).get_pk_constraint(table)["constrained_columns"])
    ordered = f'FROM (SELECT * FROM "{table}" ORDER BY {key}) AS ordered'
    if connection.dialect.name == "postgresql":
        wanted = ", ".join(f"md5(string_agg(md5(coalesce(\"{name}\"::text, '∅')), ''))" for name in columns)
        digests = connection.exec_driver_sql(f"SELECT {wanted} {ordered}").one()
        return {types[name]: digest for name, digest in zip(columns, digests, strict=True)}
    wanted = ", ".join(f'group_concat(quote("{name}"))' for name in columns)
    said = connection.exec_driver_sql(f"SELECT {wanted} {ordered}").one()
    return {
        types[name]: hashlib.sha256(str(values).encode()).hexdigest()
        for name, values in zip(columns, said, strict=True)
    }


@contextmanager
def naming() -> Iterator[set[str]]:
    """The tables that statements name meanwhile, whoever runs them."""
    found: set[str] = set()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.update(name.lower().removeprefix("_alembic_tmp_") for name in NAMED.findall(statement))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def main() -> int:
    parser = telling.parser(__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    wanted = parser.parse_args()
    begun = time.monotonic()
    engine = create_engine(Settings(database_url=wanted.url).sqlalchemy_url, poolclass=pool.NullPool)
    prepare(engine)
    schema.upgrade(wanted.url)
    fill(engine, wanted.rows)
    filled = time.monotonic()
    known = Known(engine)
    known.look("filled")
    rows, full = sum(known.counts.values()), sum(number > 0 for number in known.counts.values())
    took = walk(wanted.url, known)
    slowest = max(took, key=lambda step: took[step])
    figures = {
        "rows": rows,
        "largest": max(known.counts.values()),
        "tables": full,
        "migrations": len(took) // 3 + 1,
        "fill_s": round(filled - begun, 1),
        "walk_s": round(time.monotonic() - filled, 1),
        "slowest": f"{slowest} {took[slowest]:.1f}",
        "faults": known.faults[:20],
        "seconds": round(time.monotonic() - begun, 1),
    }
    engine.dispose()
    return telling.tell(
        figures,
        same=not known.faults,
        injected=rows >= wanted.rows,
        quick=figures["seconds"] <= PROMISED,
    )


def walk(url: str, known: Known) -> dict[str, float]:
    """From the newest to the first, each of them down, up and down again; then up to the newest. Seconds of each."""
    took: dict[str, float] = {}
    scripts = ScriptDirectory.from_config(schema.configuration(""))
    for script in scripts.walk_revisions():
        if script.down_revision is None:
            break
        for number, way in enumerate(("down", "up", "down again")):
            with naming() as named:
                begun = time.monotonic()
                if number == 1:
                    schema.upgrade(url, script.revision)
                else:
                    schema.downgrade(url, "-1")
                step = f"{script.revision} {way}"
                took[step] = time.monotonic() - begun
            known.look(step, named)
    schema.upgrade(url)
    known.look("up again", None)
    return took


def fill(engine: Engine, rows: int) -> None:
    """As many rows as asked for, and more, in tables of all sorts."""
    now = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    size = generate.Size(
        "migrations",
        organizations=rows // 200,
        entries=rows // 8,
        waiting=rows // 100,
        public=rows // 25,
        due=rows // 100,
        talents=rows // 10,
        applications=rows // 8,
        busy=rows // 100,
        page=1,
        posting=100,
        archive=100,
    )
    with engine.execution_options(write=True).connect() as connection:
        generate.fill(connection, size, now=now)
        applicants.fill(connection, size, now=now)
        talents.load_exchange(connection, size, now)
        connection.execute(
            text(
                "INSERT INTO publication (version_id, entry_id, due_at, published_at) "
                "SELECT id, entry_id, publish_at, published_at FROM version WHERE published_at IS NOT NULL"
            )
        )
        connection.commit()


if __name__ == "__main__":
    sys.exit(main())
