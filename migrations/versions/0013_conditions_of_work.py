"""Contract, pay, hours and insurance of a job, the state of an event, and rules of the checks as rows

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXTS = (
    "contract_type", "term_kind", "term_note", "renewal", "renewal_criteria", "renewal_cap_kind", "probation",
    "probation_terms", "dispatch_worker", "cancel_terms", "pay_kind", "currency", "pay_note", "fixed_overtime",
    "fixed_overtime_excess", "bonus", "pay_raise", "severance", "hours_system", "work_start", "work_end",
    "overtime", "holidays", "insurance_note", "smoking_note", "family", "nationality_reason", "result_by",
)  # fmt: skip
NUMBERS = (
    "renewal_cap", "probation_months", "pay_min", "pay_max", "fixed_overtime_amount", "fixed_overtime_hours",
    "deemed_hours", "break_minutes", "overtime_hours",
)  # fmt: skip
DAYS = ("term_from", "term_to")
LISTS = ("allowances", "insurances")


def upgrade() -> None:
    """What was written before has none of it: it is asked for when its owner revises it."""
    for name in TEXTS:
        op.add_column("job_version", text(name))
    for name in NUMBERS:
        op.add_column("job_version", sa.Column(name, sa.Integer(), nullable=True))
    for name in DAYS:
        op.add_column("job_version", sa.Column(name, sa.Date(), nullable=True))
    for name in LISTS:
        op.add_column("job_version", json(name))
    op.add_column("event_version", sa.Column("event_status", sa.Text(), nullable=False, server_default="planned"))
    op.add_column("rule_override", text("pattern"))
    op.add_column("rule_override", json("fields"))
    op.add_column("rule_override", sa.Column("valid_from", sa.Date(), nullable=True))
    op.create_table(
        "rule_count",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.Column("overruled", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "month", name=op.f("pk_rule_count")),
    )


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def json(name: str) -> sa.Column[object]:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    return sa.Column(name, kind, nullable=False, server_default="[]")


def downgrade() -> None:
    op.drop_table("rule_count")
    for name in ("valid_from", "fields", "pattern"):
        op.drop_column("rule_override", name)
    op.drop_column("event_version", "event_status")
    for name in (*LISTS, *DAYS, *NUMBERS, *TEXTS):
        op.drop_column("job_version", name)
