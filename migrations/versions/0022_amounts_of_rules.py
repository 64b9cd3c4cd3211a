"""Numbers that rules of the checks go by, as the desk has them

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rule_override", sa.Column("amount", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("rule_override", "amount")
