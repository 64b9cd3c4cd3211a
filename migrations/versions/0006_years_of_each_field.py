"""Years of experience in each field of a profile

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody said any before: the index of the search holds as it stands."""
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("talent", sa.Column("field_years", json, nullable=False, server_default="[]"))
    if op.get_bind().dialect.name != "sqlite":  # SQLite changes no column without copying its table
        op.alter_column("talent", "field_years", server_default=None)


def downgrade() -> None:
    op.drop_column("talent", "field_years")
