"""What a document is handed in as; who speaks at an event, one a row

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

DOCUMENTS = ("document_requirement", "application_document")
LIST = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WRITTEN = sa.table("event_version", sa.column("id"), sa.column("speakers_text"), sa.column("speakers", LIST))


def upgrade() -> None:
    """Each line of what was written about speakers becomes a row of its own."""
    for table in DOCUMENTS:
        op.add_column(table, sa.Column("format", sa.Text(), nullable=False, server_default="any"))
    op.execute("ALTER TABLE event_version RENAME COLUMN speakers TO speakers_text")
    op.add_column("event_version", sa.Column("speakers", LIST, nullable=False, server_default="[]"))
    for key, text in _each(WRITTEN.c.speakers_text):
        rows = [{"name": line.strip(), "role": ""} for line in text.splitlines() if line.strip()]
        op.execute(sa.update(WRITTEN).where(WRITTEN.c.id == key).values(speakers=rows))
    op.drop_column("event_version", "speakers_text")


def downgrade() -> None:
    op.add_column("event_version", sa.Column("speakers_text", sa.Text(), nullable=False, server_default=""))
    for key, found in _each(WRITTEN.c.speakers):
        lines = ["　".join(part for part in (row["role"], row["name"]) if part) for row in found]
        op.execute(sa.update(WRITTEN).where(WRITTEN.c.id == key).values(speakers_text="\n".join(lines)))
    op.drop_column("event_version", "speakers")
    op.execute("ALTER TABLE event_version RENAME COLUMN speakers_text TO speakers")
    for table in DOCUMENTS:
        op.drop_column(table, "format")


def _each(column: sa.Column[object]) -> list[tuple[int, object]]:
    """Those that are not empty."""
    rows = op.get_bind().execute(sa.select(WRITTEN.c.id, column)).all()
    return [(key, value) for key, value in rows if value]
