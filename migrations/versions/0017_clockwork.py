"""The clock on record: its processes, its runs, what it was told, alarms; letters that are sent again by hand

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OPEN = {"sqlite_where": sa.text("ended_at IS NULL"), "postgresql_where": sa.text("ended_at IS NULL")}


def moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "clock_process",
        sa.Column("id", sa.Text(), nullable=False),
        moment("started_at"),
        moment("beat_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_process")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        moment("started_at"),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
    )
    op.create_index(op.f("ix_job_run_job_id"), "job_run", ["job", "id"])
    op.create_index(op.f("ix_job_run_started_at"), "job_run", ["started_at"])
    op.create_table(
        "job_order",
        sa.Column("job", sa.Text(), nullable=False),
        moment("paused_at", nullable=True),
        sa.Column("paused_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        moment("asked_at", nullable=True),
        sa.ForeignKeyConstraint(["paused_by_id"], ["account.id"], name=op.f("fk_job_order_paused_by_id")),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_order")),
    )
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        moment("begun_at"),
        moment("told_at", nullable=True),
        moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index("uq_alarm_open", "alarm", ["cause"], unique=True, **OPEN)
    op.add_column("job_status", sa.Column("every", sa.Double(), server_default="0", nullable=False))
    if op.get_bind().dialect.name != "sqlite":  # SQLite changes no column without copying its table
        op.alter_column("job_status", "every", server_default=None)
    op.add_column("outbox_mail", moment("resent_at", nullable=True))


def downgrade() -> None:
    op.drop_column("outbox_mail", "resent_at")
    op.drop_column("job_status", "every")
    for table in ("alarm", "job_order", "job_run", "clock_process"):
        op.drop_table(table)
