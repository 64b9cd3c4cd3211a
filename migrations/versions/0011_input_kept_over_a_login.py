"""Input that was posted after the login had run out

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_input",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_kept_input_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_kept_input")),
    )
    op.create_index(op.f("ix_kept_input_kept_at"), "kept_input", ["kept_at"])


def downgrade() -> None:
    op.drop_table("kept_input")
