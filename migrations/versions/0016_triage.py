"""The desk's triage: entries put aside, who looks at what, filters with a name, what is alike, notes on an entry

Revision: 0016, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None

SUBMITTED = {"sqlite_where": sa.text("state = 'submitted'"), "postgresql_where": sa.text("state = 'submitted'")}
QUEUE = "ix_version_queue"
BEFORE = ["due_at", "id"]
NOW = [*BEFORE, "publish_at", "submitted_at", "submissions", "aside_until", "state"]


def upgrade() -> None:
    op.add_column("version", sa.Column("aside_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("version", sa.Column("aside_reason", sa.Text(), server_default="", nullable=False))
    if op.get_bind().dialect.name != "sqlite":  # SQLite changes no column without copying its table
        op.alter_column("version", "aside_reason", server_default=None)
    reindex(NOW)
    noted("entry_id")
    new_tables()


def noted(name: str) -> None:
    if op.get_bind().dialect.name == "sqlite":  # which takes a foreign key with a new column alone
        op.execute(f"ALTER TABLE internal_note ADD COLUMN {name} INTEGER REFERENCES entry (id)")
    else:
        op.add_column("internal_note", sa.Column(name, sa.Integer(), nullable=True))
        op.create_foreign_key(op.f(f"fk_internal_note_{name}"), "internal_note", "entry", [name], ["id"])


def new_tables() -> None:
    op.create_table(
        "desk_claim",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_desk_claim_account_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_desk_claim_version_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_desk_claim")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_view_account_id_name")),
    )
    op.create_table(
        "sketch",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_sketch_version_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_sketch_organization_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_sketch")),
    )
    op.create_index(op.f("ix_sketch_organization_id_version_id"), "sketch", ["organization_id", "version_id"])
    op.create_table(
        "likeness",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("per_cent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_likeness_version_id")),
        sa.ForeignKeyConstraint(["other_id"], ["version.id"], name=op.f("fk_likeness_other_id")),
        sa.PrimaryKeyConstraint("version_id", "other_id", name=op.f("pk_likeness")),
    )
    op.create_table(
        "returned_content",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_returned_content_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_returned_content")),
    )


def reindex(columns: list[str]) -> None:
    op.drop_index(QUEUE, "version")
    op.create_index(QUEUE, "version", columns, **SUBMITTED)


def downgrade() -> None:
    for table in ("returned_content", "likeness", "sketch", "saved_view", "desk_claim"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("internal_note") as table:
            table.drop_column("entry_id")
    else:
        op.drop_column("internal_note", "entry_id")
    reindex(BEFORE)
    op.drop_column("version", "aside_reason")
    op.drop_column("version", "aside_until")
