"""What an organization registers, and what of it waits for the secretariat

Revision: 0007, after 0006
"""

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXTS = (
    *("name_key", "contact_url", "founded", "rep_name", "rep_title"),
    *("contact_dept", "contact_title", "contact_name", "contact_kana", "contact_phone", "contact_email"),
    *("complaint_contact", "activity", "talent_use_plan"),
)
LISTS = ("social_links", "notify_emails", "fields", "countries", "achievements")
NUMBERS = ("staff_japan", "staff_abroad")
REVISIONS = ("organization_revision", "contact_revision", "activity_revision")
# As `models.organizations.name_key` was then.
LEGAL_WORDS = re.compile(
    "認定特定非営利活動法人|特定非営利活動法人|地方独立行政法人|独立行政法人|国立大学法人|公立大学法人|医療法人社団|医療法人財団"
    "|一般社団法人|一般財団法人|公益社団法人|公益財団法人|社会福祉法人|認定npo法人|npo法人|学校法人|宗教法人|医療法人|社団法人"
    "|財団法人|株式会社|有限会社|合同会社|任意団体"
    r"|\((?:株|有|合|社|財|一社|一財|公社|公財|特非|独|学|医|福)\)"
)
NOT_SAID = re.compile(r"[\W_]")


def json() -> Any:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("organization", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in LISTS:
        op.add_column("organization", sa.Column(name, json(), nullable=False, server_default="[]"))
    for name in NUMBERS:
        op.add_column("organization", sa.Column(name, sa.Integer(), nullable=True))
    for name in REVISIONS:
        op.add_column("organization", sa.Column(name, sa.Integer(), nullable=False, server_default="1"))
    name_keys()
    op.create_index(op.f("ix_organization_name_key"), "organization", ["name_key"])
    op.create_index(op.f("ix_organization_corporate_no"), "organization", ["corporate_no"])
    versions()
    files()


def name_keys() -> None:
    table = sa.table("organization", sa.column("id"), sa.column("name"), sa.column("name_key"))
    connection = op.get_bind()
    for number, name in connection.execute(sa.select(table.c.id, table.c.name)).all():
        folded = unicodedata.normalize("NFKC", name).lower()
        key = NOT_SAID.sub("", LEGAL_WORDS.sub("", folded)) or NOT_SAID.sub("", folded)
        connection.execute(sa.update(table).where(table.c.id == number).values(name_key=key))


def versions() -> None:
    op.create_table(
        "registration_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("content", json(), nullable=False),
        sa.Column("before", json(), nullable=False),
        sa.Column("account_email", sa.Text(), nullable=False),
        sa.Column("account_name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("corporate_no", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submissions", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_registration_version_organization_id")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name=op.f("fk_registration_version_created_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_registration_version_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_version")),
        sa.UniqueConstraint("number", name=op.f("uq_registration_version_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_registration_version_token_hash")),
    )
    op.create_index(
        op.f("ix_registration_version_organization_id_id"), "registration_version", ["organization_id", "id"]
    )
    op.create_index(op.f("ix_registration_version_expires_at"), "registration_version", ["expires_at"])
    waiting = "state = 'submitted'"
    index("ix_registration_version_queue", ["due_at", "id"], waiting)
    index("ix_registration_version_decided", ["decided_at", "id"], "decided_at IS NOT NULL")
    is_open = "kind = 'change' AND state IN ('submitted','returned')"
    index("uq_registration_version_open", ["organization_id"], is_open, unique=True)
    index("ix_registration_version_name", ["name_key"], waiting)
    index("ix_registration_version_corporate_no", ["corporate_no"], waiting)


def index(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, "registration_version", columns, unique=unique, sqlite_where=where, postgresql_where=where)


def files() -> None:
    op.create_table(
        "registration_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["registration_version.id"], name=op.f("fk_registration_file_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_registration_file_organization_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_registration_file_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_file")),
    )
    for column in ("version_id", "organization_id", "file_id"):
        op.create_index(op.f(f"ix_registration_file_{column}"), "registration_file", [column])


def downgrade() -> None:
    op.drop_table("registration_file")
    op.drop_table("registration_version")
    op.drop_index(op.f("ix_organization_corporate_no"), "organization")
    op.drop_index(op.f("ix_organization_name_key"), "organization")
    for name in (*REVISIONS, *NUMBERS, *LISTS, *TEXTS):
        op.drop_column("organization", name)
