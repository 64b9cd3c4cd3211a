"""The first tables

Revision: 0001, the first one
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_role", sa.String(length=24), nullable=False),
        sa.Column("organization_id", sa.Integer()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Integer()),
        sa.Column("revision", sa.Integer()),
        sa.Column("batch", sa.Text()),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_action_id", "audit_event", ["action", "id"])
    op.create_index("ix_audit_event_actor_id_at", "audit_event", ["actor_id", "at"])
    op.create_index("ix_audit_event_batch", "audit_event", ["batch"])
    op.create_index("ix_audit_event_organization_id_id", "audit_event", ["organization_id", "id"])
    op.create_index("ix_audit_event_subject_subject_id_id", "audit_event", ["subject", "subject_id", "id"])

    op.create_table(
        "closed_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_closed_day"),
        sa.UniqueConstraint("day", name="uq_closed_day_day"),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.create_table(
        "job_status",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("job", name="pk_job_status"),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_kana", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("org_type", sa.Text(), nullable=False),
        sa.Column("legal_form", sa.Text(), nullable=False),
        sa.Column("corporate_no", sa.Text(), nullable=False),
        sa.Column("hq_country", sa.Text(), nullable=False),
        sa.Column("postal", sa.Text(), nullable=False),
        sa.Column("prefecture", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("building", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("public_email", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_organization"),
    )
    op.create_index("ix_organization_name", "organization", ["name"])

    op.create_table(
        "phrase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phrase"),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_throttle"),
    )
    op.create_index("ix_throttle_window_ends_at", "throttle", ["window_ends_at"])

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("organization_id", sa.Integer()),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True)),
        sa.Column("suspended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "(role IN ('owner','editor','viewer')) = (organization_id IS NOT NULL)",
            name=op.f("ck_account_member_has_organization"),
        ),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_account_organization_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("email", name="uq_account_email"),
    )
    op.create_index("ix_account_organization_id", "account", ["organization_id"])

    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("live_version_id", sa.Integer()),
        sa.Column("first_published_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("application_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_entry_organization_id"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("number", name="uq_entry_number"),
    )
    op.create_index("ix_entry_live_version_id", "entry", ["live_version_id"])
    op.create_index("ix_entry_organization_id_kind_id", "entry", ["organization_id", "kind", "id"])

    op.create_table(
        "outbox_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.String(length=24), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Integer()),
        sa.Column("version_id", sa.Integer()),
        sa.Column("batch", sa.Text()),
        sa.Column("dedupe_key", sa.Text()),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_outbox_mail_organization_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_mail"),
        sa.UniqueConstraint("dedupe_key", name="uq_outbox_mail_dedupe_key"),
        sa.UniqueConstraint("message_id", name="uq_outbox_mail_message_id"),
    )
    op.create_index("ix_outbox_mail_batch", "outbox_mail", ["batch"])
    op.create_index(
        "ix_outbox_mail_due",
        "outbox_mail",
        ["lane", "next_at", "id"],
        sqlite_where=sa.text("state IN ('queued','sending')"),
        postgresql_where=sa.text("state IN ('queued','sending')"),
    )
    op.create_index("ix_outbox_mail_organization_id", "outbox_mail", ["organization_id"])
    op.create_index("ix_outbox_mail_recent", "outbox_mail", ["state", "id"])
    op.create_index("ix_outbox_mail_version_id", "outbox_mail", ["version_id"])

    op.create_table(
        "known_browser",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_known_browser_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_known_browser"),
        sa.UniqueConstraint("token_hash", name="uq_known_browser_token_hash"),
    )
    op.create_index("ix_known_browser_account_id", "known_browser", ["account_id"])

    op.create_table(
        "login_challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_mac", sa.Text(), nullable=False),
        sa.Column("password_version", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("resends", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_login_challenge_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_login_challenge"),
        sa.UniqueConstraint("token_hash", name="uq_login_challenge_token_hash"),
    )
    op.create_index("ix_login_challenge_account_id", "login_challenge", ["account_id"])
    op.create_index("ix_login_challenge_expires_at", "login_challenge", ["expires_at"])

    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_login_session_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.UniqueConstraint("token_hash", name="uq_login_session_token_hash"),
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"])
    op.create_index("ix_login_session_expires_at", "login_session", ["expires_at"])

    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True)),
        sa.Column("unpublish_at", sa.DateTime(timezone=True)),
        sa.Column("open_at", sa.DateTime(timezone=True)),
        sa.Column("close_at", sa.DateTime(timezone=True)),
        sa.Column("apply_via", sa.String(length=24)),
        sa.Column("memo_to_secretariat", sa.Text(), nullable=False),
        sa.Column("attest", sa.Boolean(), nullable=False),
        sa.Column("base_version_id", sa.Integer()),
        sa.Column("copied_from_id", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Integer()),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("submitted_by_id", sa.Integer()),
        sa.Column("submissions", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("warning_count", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Integer()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by_id", sa.Integer()),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text()),
        sa.Column("hold_until", sa.DateTime(timezone=True)),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("facets", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["account.id"], name="fk_version_assignee_id"),
        sa.ForeignKeyConstraint(["base_version_id"], ["version.id"], name="fk_version_base_version_id"),
        sa.ForeignKeyConstraint(["copied_from_id"], ["version.id"], name="fk_version_copied_from_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name="fk_version_decided_by_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_version_entry_id"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_version_organization_id"),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["account.id"], name="fk_version_submitted_by_id"),
        sa.ForeignKeyConstraint(["updated_by_id"], ["account.id"], name="fk_version_updated_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_version"),
    )
    op.create_index(
        "ix_version_approved",
        "version",
        ["publish_at", "id"],
        sqlite_where=sa.text("state = 'approved'"),
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_index("ix_version_batch", "version", ["batch"])
    op.create_index(
        "ix_version_ending",
        "version",
        ["unpublish_at", "id"],
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index("ix_version_entry_id", "version", ["entry_id"])
    op.create_index("ix_version_organization", "version", ["organization_id", "state"])
    op.create_index(
        "ix_version_published",
        "version",
        ["kind", "published_at", "id"],
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index(
        "ix_version_queue",
        "version",
        ["due_at", "id"],
        sqlite_where=sa.text("state = 'submitted'"),
        postgresql_where=sa.text("state = 'submitted'"),
    )
    op.create_index(
        "ix_version_waiting",
        "version",
        ["kind", "due_at", "id", "state"],
        sqlite_where=sa.text("state = 'submitted'"),
        postgresql_where=sa.text("state = 'submitted'"),
    )
    op.create_index(
        "uq_version_open",
        "version",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft','submitted','returned','approved')"),
        postgresql_where=sa.text("state IN ('draft','submitted','returned','approved')"),
    )

    op.create_table(
        "document_requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_document_requirement_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_document_requirement"),
    )
    op.create_index("ix_document_requirement_version_id_position", "document_requirement", ["version_id", "position"])

    op.create_table(
        "event_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("organizer", sa.Text(), nullable=False),
        sa.Column("co_organizers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("formats", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("venue_address", sa.Text(), nullable=False),
        sa.Column("venue_country", sa.Text(), nullable=False),
        sa.Column("online_url", sa.Text(), nullable=False),
        sa.Column("schedule_kind", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer()),
        sa.Column("overflow", sa.Text(), nullable=False),
        sa.Column("fee_kind", sa.Text(), nullable=False),
        sa.Column("fee_info", sa.Text(), nullable=False),
        sa.Column("event_languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("accessibility", sa.Text(), nullable=False),
        sa.Column("speakers", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("event_url", sa.Text(), nullable=False),
        sa.Column("cancel_policy", sa.Text(), nullable=False),
        sa.Column("apply_url", sa.Text(), nullable=False),
        sa.Column("apply_contact", sa.Text(), nullable=False),
        sa.Column("how_to_apply", sa.Text(), nullable=False),
        sa.Column("resume_type", sa.Text(), nullable=False),
        sa.Column("resume_items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("resume_file_name", sa.Text(), nullable=False),
        sa.Column("retention_months", sa.Integer()),
        sa.Column("privacy_purpose", sa.Text(), nullable=False),
        sa.Column("inquiry_department", sa.Text(), nullable=False),
        sa.Column("inquiry_name", sa.Text(), nullable=False),
        sa.Column("inquiry_phone", sa.Text(), nullable=False),
        sa.Column("inquiry_email", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["version.id"], name="fk_event_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event_version"),
    )
    op.create_table(
        "job_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employment_kind", sa.Text(), nullable=False),
        sa.Column("employer_name", sa.Text(), nullable=False),
        sa.Column("employer_address", sa.Text(), nullable=False),
        sa.Column("employer_contact", sa.Text(), nullable=False),
        sa.Column("job_category", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("headcount", sa.Text(), nullable=False),
        sa.Column("work_style", sa.Text(), nullable=False),
        sa.Column("post_language", sa.Text(), nullable=False),
        sa.Column("duties", sa.Text(), nullable=False),
        sa.Column("duties_change", sa.Text(), nullable=False),
        sa.Column("background", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("countries", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("prefecture", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("city_abroad", sa.Text(), nullable=False),
        sa.Column("place_change", sa.Text(), nullable=False),
        sa.Column("travel", sa.Text(), nullable=False),
        sa.Column("smoking", sa.Text(), nullable=False),
        sa.Column("applicant_countries", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("must_have", sa.Text(), nullable=False),
        sa.Column("nice_to_have", sa.Text(), nullable=False),
        sa.Column("min_degree", sa.Text(), nullable=False),
        sa.Column("min_experience", sa.Text(), nullable=False),
        sa.Column("languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("licenses", sa.Text(), nullable=False),
        sa.Column("age_limit", sa.Text(), nullable=False),
        sa.Column("age_min", sa.Integer()),
        sa.Column("age_max", sa.Integer()),
        sa.Column("age_code", sa.Text(), nullable=False),
        sa.Column("age_reason", sa.Text(), nullable=False),
        sa.Column("gender_limit", sa.Text(), nullable=False),
        sa.Column("gender_code", sa.Text(), nullable=False),
        sa.Column("gender_reason", sa.Text(), nullable=False),
        sa.Column("nationality_condition", sa.Text(), nullable=False),
        sa.Column("min_talent_level", sa.Text(), nullable=False),
        sa.Column("selection", sa.Text(), nullable=False),
        sa.Column("result_notice", sa.Text(), nullable=False),
        sa.Column("return_documents", sa.Text(), nullable=False),
        sa.Column("apply_url", sa.Text(), nullable=False),
        sa.Column("apply_contact", sa.Text(), nullable=False),
        sa.Column("how_to_apply", sa.Text(), nullable=False),
        sa.Column("resume_type", sa.Text(), nullable=False),
        sa.Column("resume_items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("resume_file_name", sa.Text(), nullable=False),
        sa.Column("retention_months", sa.Integer()),
        sa.Column("privacy_purpose", sa.Text(), nullable=False),
        sa.Column("inquiry_department", sa.Text(), nullable=False),
        sa.Column("inquiry_name", sa.Text(), nullable=False),
        sa.Column("inquiry_phone", sa.Text(), nullable=False),
        sa.Column("inquiry_email", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["version.id"], name="fk_job_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_job_version"),
    )
    op.create_table(
        "notice_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["version.id"], name="fk_notice_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_version"),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_publication_entry_id"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_publication_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sa.UniqueConstraint("version_id", name="uq_publication_version_id"),
    )
    op.create_index("ix_publication_published_at", "publication", ["published_at"])

    op.create_table(
        "event_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["event_version.id"], name="fk_event_session_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event_session"),
    )
    op.create_index("ix_event_session_version_id", "event_session", ["version_id"])

    # An entry points at its live version and a version at its entry: the circle is closed last.
    with op.batch_alter_table("entry") as batch:
        batch.create_foreign_key("fk_entry_live_version_id", "version", ["live_version_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("entry") as batch:
        batch.drop_constraint("fk_entry_live_version_id", type_="foreignkey")
    op.drop_table("event_session")
    op.drop_table("publication")
    op.drop_table("notice_version")
    op.drop_table("job_version")
    op.drop_table("event_version")
    op.drop_table("document_requirement")
    op.drop_table("version")
    op.drop_table("login_session")
    op.drop_table("login_challenge")
    op.drop_table("known_browser")
    op.drop_table("outbox_mail")
    op.drop_table("entry")
    op.drop_table("account")
    op.drop_table("throttle")
    op.drop_table("phrase")
    op.drop_table("organization")
    op.drop_table("job_status")
    op.drop_table("counter")
    op.drop_table("closed_day")
    op.drop_table("audit_event")
