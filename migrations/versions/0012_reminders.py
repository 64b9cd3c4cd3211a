"""Reminders, and when a registration was last said to be true

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Reminders look at what lies or ends, among very many rows that do neither.
PARTIAL = (
    ("ix_version_lying", "version", "updated_at", "state = 'draft'"),
    ("ix_version_returned", "version", "decided_at", "state = 'returned'"),
    ("ix_version_deadline", "version", "close_at", "state IN ('published','closed')"),
    ("ix_application_unread_since", "application", "applied_at", "read_at IS NULL"),
    ("ix_thread_unanswered", "thread", "last_at", "answered_at IS NULL AND application_id IS NULL"),
)


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("occasion_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "account_id",
            "kind",
            "subject_id",
            "occasion_at",
            name=op.f("uq_reminder_account_id_kind_subject_id_occasion_at"),
        ),
    )
    op.create_index(op.f("ix_reminder_at"), "reminder", ["at"])
    op.create_table(
        "reminder_off",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_off_account_id")),
        sa.PrimaryKeyConstraint("account_id", "kind", name=op.f("pk_reminder_off")),
    )
    op.add_column("organization", sa.Column("confirmed_at", sa.DateTime(timezone=True)))
    op.create_index(op.f("ix_event_session_starts_at"), "event_session", ["starts_at"])
    for name, table, column, where in PARTIAL:
        op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _column, _where in PARTIAL:
        op.drop_index(name, table)
    op.drop_index(op.f("ix_event_session_starts_at"), "event_session")
    op.drop_column("organization", "confirmed_at")
    op.drop_table("reminder_off")
    op.drop_table("reminder")
