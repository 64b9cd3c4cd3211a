"""The numbers above lists of applicants, kept by triggers with whatever changes an application

A later migration that rebuilds the table `application` on SQLite has to make its triggers anew.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PLACE = "entry_id, organization_id, kind, state, is_lacking, is_unread"
TRAITS = "{0}.entry_id, {0}.organization_id, {0}.kind, {0}.state, {0}.missing_count > 0, {0}.read_at IS NULL"
COUNTED = TRAITS.format("application")
INTO = f"INSERT INTO application_tally ({PLACE}, number"
TRIGGERS = ("arrives", "moves", "leaves")
# With the organization, which every query of a member names: SQLite would take the index of all its applications.
INDEXES = {
    "ix_application_listed": ["entry_id", "organization_id", "applied_at", "id"],
    "ix_application_of_a_state": ["entry_id", "organization_id", "state", "applied_at", "id"],
}
REPLACED = {
    "ix_application_entry_id_applied_at_id": ["entry_id", "applied_at", "id"],
    "ix_application_facets": ["entry_id", "state", "missing_count", "organization_id", "read_at"],
}


def upgrade() -> None:
    op.create_table(
        "application_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("is_lacking", sa.Boolean(), nullable=False),
        sa.Column("is_unread", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_fresh", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_tally")),
    )
    op.create_index(
        "ix_application_tally_entry_id_organization_id", "application_tally", ["entry_id", "organization_id"]
    )
    op.create_index("ix_application_tally_organization_id", "application_tally", ["organization_id"])
    op.create_index(
        "ix_application_tally_fresh",
        "application_tally",
        ["entry_id"],
        sqlite_where=sa.text("is_fresh"),
        postgresql_where=sa.text("is_fresh"),
    )
    op.execute(
        f"{INTO}, is_fresh) SELECT {COUNTED}, count(*), false "  # noqa: S608  # all words are ours
        f"FROM application WHERE state <> 'draft' GROUP BY {COUNTED}"
    )
    for name in REPLACED:
        op.drop_index(name, "application")
    for name, columns in INDEXES.items():
        op.create_index(name, "application", columns)
    if op.get_bind().dialect.name == "sqlite":
        triggers_on_sqlite()
    else:
        triggers_on_postgresql()


def changes(row: str, number: int, source: str = "") -> str:
    """What `row` adds to its place; drafts are in none."""
    return f"SELECT {TRAITS.format(row)}, {number} {source} WHERE {row}.state <> 'draft'"


def triggers_on_sqlite() -> None:
    arrives, leaves = (f"{INTO}) {changes(row, number)};" for row, number in (("new", 1), ("old", -1)))
    op.execute(f"CREATE TRIGGER application_arrives AFTER INSERT ON application BEGIN {arrives} END")
    op.execute(
        "CREATE TRIGGER application_moves AFTER UPDATE ON application "
        f"WHEN ({TRAITS.format('old')}) IS NOT ({TRAITS.format('new')}) BEGIN {leaves} {arrives} END"
    )
    op.execute(f"CREATE TRIGGER application_leaves AFTER DELETE ON application BEGIN {leaves} END")


def triggers_on_postgresql() -> None:
    """Once a statement, however many rows it moves."""
    arrives, leaves = changes("arrived", 1, "FROM arrived"), changes("gone", -1, "FROM gone")
    for name, event, tables, moved in (
        ("arrives", "INSERT", "NEW TABLE AS arrived", arrives),
        ("moves", "UPDATE", "OLD TABLE AS gone NEW TABLE AS arrived", f"{arrives} UNION ALL {leaves}"),
        ("leaves", "DELETE", "OLD TABLE AS gone", leaves),
    ):
        op.execute(
            f"CREATE FUNCTION application_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608  # likewise
            f"{INTO}) SELECT {PLACE}, sum(number) FROM ({moved}) AS moved ({PLACE}, number) "
            f"GROUP BY {PLACE} HAVING sum(number) <> 0; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER application_{name} AFTER {event} ON application REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION application_{name}()"
        )


def downgrade() -> None:
    for name in TRIGGERS:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER application_{name}")
        else:
            op.execute(f"DROP TRIGGER application_{name} ON application")
            op.execute(f"DROP FUNCTION application_{name}()")
    for name in INDEXES:
        op.drop_index(name, "application")
    for name, columns in REPLACED.items():
        op.create_index(name, "application", columns)
    op.drop_table("application_tally")
