"""Messages between organizations and talents, favorites and saved searches

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mail_class", sa.String(length=24), nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mail_class <> 'reply'", name=op.f("ck_mail_template_template_of_a_first_mail")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_mail_template_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_mail_template_organization_id_name")),
    )
    op.create_table(
        "dispatch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("mail_class", sa.String(length=24), nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("reopens", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reopened_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moves_to", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_dispatch_account_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_dispatch_entry_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_dispatch_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
        sa.UniqueConstraint("token", name=op.f("uq_dispatch_token")),
    )
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_dispatch_organization_id_created_at_id"),
            ["organization_id", "created_at", "id"],
            unique=False,
        )

    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_search_account_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_saved_search_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_saved_search_organization_id_name")),
    )
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_search_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_search_digest"), ["digest"], unique=False)

    op.create_table(
        "favorite",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("talent_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_favorite_account_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_favorite_organization_id")),
        sa.ForeignKeyConstraint(["talent_id"], ["talent.id"], name=op.f("fk_favorite_talent_id")),
        sa.PrimaryKeyConstraint("organization_id", "talent_id", name=op.f("pk_favorite")),
    )
    with op.batch_alter_table("favorite", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_favorite_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_favorite_organization_id_created_at_talent_id"),
            ["organization_id", "created_at", "talent_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_favorite_talent_id"), ["talent_id"], unique=False)

    op.create_table(
        "offer_stop",
        sa.Column("talent_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_offer_stop_organization_id")),
        sa.ForeignKeyConstraint(["talent_id"], ["talent.id"], name=op.f("fk_offer_stop_talent_id")),
        sa.PrimaryKeyConstraint("talent_id", "organization_id", name=op.f("pk_offer_stop")),
    )
    with op.batch_alter_table("offer_stop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_stop_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("talent_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("last_side", sa.String(length=24), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inbox_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outbox_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unread_organization", sa.Integer(), nullable=False),
        sa.Column("unread_talent", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_thread_application_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_thread_entry_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_thread_organization_id")),
        sa.ForeignKeyConstraint(["talent_id"], ["talent.id"], name=op.f("fk_thread_talent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sa.UniqueConstraint("application_id", name=op.f("uq_thread_application_id")),
    )
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thread_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_thread_organization_id_inbox_at_id"), ["organization_id", "inbox_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_thread_organization_id_outbox_at_id"), ["organization_id", "outbox_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_thread_talent_id_last_at_id"), ["talent_id", "last_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_thread_unread",
            ["organization_id"],
            unique=False,
            sqlite_where=sa.text("unread_organization > 0"),
            postgresql_where=sa.text("unread_organization > 0"),
        )
        batch_op.create_index(
            "uq_thread_entry",
            ["organization_id", "talent_id", "entry_id"],
            unique=True,
            sqlite_where=sa.text("application_id IS NULL AND entry_id IS NOT NULL"),
            postgresql_where=sa.text("application_id IS NULL AND entry_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_thread_general",
            ["organization_id", "talent_id"],
            unique=True,
            sqlite_where=sa.text("application_id IS NULL AND entry_id IS NULL"),
            postgresql_where=sa.text("application_id IS NULL AND entry_id IS NULL"),
        )

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("talent_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("mail_class", sa.String(length=24), nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_key", sa.Text(), nullable=True),
        sa.Column("bounce_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_message_account_id")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_message_dispatch_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_message_organization_id")),
        sa.ForeignKeyConstraint(["talent_id"], ["talent.id"], name=op.f("fk_message_talent_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_message_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("dispatch_id", "talent_id", name=op.f("uq_message_dispatch_id_talent_id")),
        sa.UniqueConstraint("notice_key", name=op.f("uq_message_notice_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_message_due",
            ["release_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
        batch_op.create_index(
            batch_op.f("ix_message_organization_id_created_at_id"),
            ["organization_id", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_message_organization_id_talent_id_created_at"),
            ["organization_id", "talent_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_message_thread_id_id"), ["thread_id", "id"], unique=False)

    op.create_table(
        "message_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_message_file_file_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_file_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_file")),
    )
    with op.batch_alter_table("message_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_file_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_file_message_id"), ["message_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("message_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_file_message_id"))
        batch_op.drop_index(batch_op.f("ix_message_file_file_id"))

    op.drop_table("message_file")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_thread_id_id"))
        batch_op.drop_index(batch_op.f("ix_message_organization_id_talent_id_created_at"))
        batch_op.drop_index(batch_op.f("ix_message_organization_id_created_at_id"))
        batch_op.drop_index(
            "ix_message_due", sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'")
        )
        batch_op.drop_index(batch_op.f("ix_message_account_id"))

    op.drop_table("message")
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_thread_general",
            sqlite_where=sa.text("application_id IS NULL AND entry_id IS NULL"),
            postgresql_where=sa.text("application_id IS NULL AND entry_id IS NULL"),
        )
        batch_op.drop_index(
            "uq_thread_entry",
            sqlite_where=sa.text("application_id IS NULL AND entry_id IS NOT NULL"),
            postgresql_where=sa.text("application_id IS NULL AND entry_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_thread_unread",
            sqlite_where=sa.text("unread_organization > 0"),
            postgresql_where=sa.text("unread_organization > 0"),
        )
        batch_op.drop_index(batch_op.f("ix_thread_talent_id_last_at_id"))
        batch_op.drop_index(batch_op.f("ix_thread_organization_id_outbox_at_id"))
        batch_op.drop_index(batch_op.f("ix_thread_organization_id_inbox_at_id"))
        batch_op.drop_index(batch_op.f("ix_thread_entry_id"))

    op.drop_table("thread")
    with op.batch_alter_table("offer_stop", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_stop_organization_id"))

    op.drop_table("offer_stop")
    with op.batch_alter_table("favorite", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_favorite_talent_id"))
        batch_op.drop_index(batch_op.f("ix_favorite_organization_id_created_at_talent_id"))
        batch_op.drop_index(batch_op.f("ix_favorite_account_id"))

    op.drop_table("favorite")
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_search_digest"))
        batch_op.drop_index(batch_op.f("ix_saved_search_account_id"))

    op.drop_table("saved_search")
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispatch_organization_id_created_at_id"))
        batch_op.drop_index(batch_op.f("ix_dispatch_entry_id"))

    op.drop_table("dispatch")
    op.drop_table("mail_template")
