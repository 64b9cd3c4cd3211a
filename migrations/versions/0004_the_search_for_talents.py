"""The index of the search for talents; `portal reindex` fills it

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talent_index",
        sa.Column("talent_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("facets", sa.Text(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("available", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["talent_id"], ["talent.id"], name=op.f("fk_talent_index_talent_id")),
        sa.PrimaryKeyConstraint("talent_id", name=op.f("pk_talent_index")),
    )
    op.create_table(
        "talent_segment",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talent_segment")),
    )
    if op.get_bind().dialect.name == "sqlite":
        words_on_sqlite()
    else:
        words_on_postgresql()


def words_on_sqlite() -> None:
    """Tokens are ready-made, in their order: letters of other scripts are whole tokens, ASCII is cut at spaces."""
    op.execute(
        "CREATE VIRTUAL TABLE talent_words USING fts5("
        "words, qualifications, tokenize = 'ascii', prefix = '1', columnsize = 0)"
    )
    op.execute(
        "CREATE TRIGGER talent_index_takes_words_along AFTER DELETE ON talent_index "
        "BEGIN DELETE FROM talent_words WHERE rowid = old.talent_id; END"
    )


def words_on_postgresql() -> None:
    """Texts and tokens are out of line, so that a word that very many have costs few pages."""
    op.execute(
        "CREATE TABLE talent_words ("
        "talent_id integer CONSTRAINT pk_talent_words PRIMARY KEY "
        "CONSTRAINT fk_talent_words_talent_id REFERENCES talent_index (talent_id) ON DELETE CASCADE, "
        "words text NOT NULL, "
        "qualifications text NOT NULL, "
        'word_tokens text[] COLLATE "C" NOT NULL, '
        'qualification_tokens text[] COLLATE "C" NOT NULL, '
        "word_stretches tsvector NOT NULL, "
        "qualification_stretches tsvector NOT NULL) WITH (toast_tuple_target = 128)"
    )
    for column in ("words", "qualifications"):  # looked through, so not packed
        op.execute(f"ALTER TABLE talent_words ALTER COLUMN {column} SET STORAGE EXTERNAL")
    # No pending list: each search would have to look through it.
    for column in ("word_tokens", "qualification_tokens", "word_stretches", "qualification_stretches"):
        op.execute(
            f"CREATE INDEX ix_talent_words_{column} ON talent_words USING gin ({column}) WITH (fastupdate = off)"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER talent_index_takes_words_along")
    op.execute("DROP TABLE talent_words")
    op.drop_table("talent_segment")
    op.drop_table("talent_index")
