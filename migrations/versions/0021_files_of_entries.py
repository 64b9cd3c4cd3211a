"""Attachments and images of entries

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "version_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_version_file_file_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_version_file_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_file")),
    )
    op.create_index(op.f("ix_version_file_file_id"), "version_file", ["file_id"])
    op.create_index(
        op.f("ix_version_file_version_id_field_position"), "version_file", ["version_id", "field", "position"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_version_file_version_id_field_position"), table_name="version_file")
    op.drop_index(op.f("ix_version_file_file_id"), table_name="version_file")
    op.drop_table("version_file")
