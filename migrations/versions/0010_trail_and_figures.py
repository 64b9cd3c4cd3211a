"""The trail sealed, figures of weeks kept, and prefixes found by index

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# What people type the beginning of. PostgreSQL finds a beginning by an index that sorts by code point, as SQLite does.
TYPED = (
    ("account", "email"),
    ("account", "name"),
    ("entry", "number"),
    ("version", "title"),
    ("talent", "code"),
    ("application", "number"),
)
SEAL = ("salt", "origin", "mac")
BEFORE = [["action", "id"], ["organization_id", "id"]]
NOW = [["at"], ["action", "at"], ["organization_id", "at"]]


def upgrade() -> None:
    for name in SEAL:
        op.add_column("audit_event", sa.Column(name, sa.Text(), server_default="", nullable=False))
    reindex(BEFORE, NOW)
    op.create_table(
        "trail_block",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("adopts", sa.Boolean(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_trail_block")),
    )
    op.create_table(
        "week_figure",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_week_figure")),
    )
    collate("C")
    op.create_index("ix_account_name", "account", ["name"])
    op.create_index("ix_version_title", "version", ["title"])
    waiting = sa.text("state = 'submitted'")
    op.create_index(
        "ix_version_wished",
        "version",
        ["publish_at", "due_at", "submitted_at", "state"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def collate(name: str) -> None:
    """Rebuilds the columns' indexes, not their tables."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column in TYPED:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE text COLLATE "{name}"')


def reindex(old: list[list[str]], new: list[list[str]]) -> None:
    for columns in old:
        op.drop_index(f"ix_audit_event_{'_'.join(columns)}", table_name="audit_event")
    for columns in new:
        op.create_index(f"ix_audit_event_{'_'.join(columns)}", "audit_event", columns)


def downgrade() -> None:
    op.drop_index("ix_version_wished", table_name="version")
    op.drop_index("ix_version_title", table_name="version")
    op.drop_index("ix_account_name", table_name="account")
    collate("default")
    op.drop_table("week_figure")
    op.drop_table("trail_block")
    reindex(NOW, BEFORE)
    for name in SEAL:
        op.drop_column("audit_event", name)
