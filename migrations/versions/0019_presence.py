"""Who has what open: of the desk as before, and of organizations

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was in the table was true for five minutes; nothing is carried over."""
    op.drop_table("desk_claim")
    create("presence", ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("presence")
    create("desk_claim")


def create(name: str, ondelete: str | None = None) -> None:
    op.create_table(
        name,
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{name}_account_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f(f"fk_{name}_version_id"), ondelete=ondelete),
        sa.PrimaryKeyConstraint("account_id", name=op.f(f"pk_{name}")),
    )
