"""The first schema of the hub.

Spelled out rather than made from the tables in the code: it must stay as it was released.
"""

import sqlalchemy as sa
from alembic import op

revision = "hub_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "enrolments",
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("answer_key", sa.Text(), nullable=False),
        sa.Column("log_key", sa.Text(), nullable=False),
        sa.Column("witness_key", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("member", name="pk_enrolments"),
        sa.UniqueConstraint("token_hash", name="uq_enrolments_token_hash"),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", name="pk_log_checkpoints"),
    )
    op.create_table(
        "log_cosignatures",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", "line", name="pk_log_cosignatures"),
    )
    op.create_table(
        "log_entries",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "number", name="pk_log_entries"),
    )
    op.create_table(
        "log_heads",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_log_heads"),
    )
    op.create_table(
        "log_tiles",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "level", "number", name="pk_log_tiles"),
    )
    op.create_table(
        "openings",
        sa.Column("entry_index", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry_index", "field", name="pk_openings"),
    )
    op.create_table(
        "users",
        sa.Column("user", sa.String(length=100), nullable=False),
        sa.Column("organisation", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user", name="pk_users"),
        sa.UniqueConstraint("token_hash", name="uq_users_token_hash"),
    )
    op.create_table(
        "witnessed_heads",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_witnessed_heads"),
    )
    op.create_table(
        "presence",
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=False),
        sa.Column("log_head", sa.Text(), nullable=True),
        sa.Column("witnessed_size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["enrolments.member"], name="fk_presence_member_enrolments"),
        sa.PrimaryKeyConstraint("member", name="pk_presence"),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("user", sa.String(length=100), nullable=False),
        sa.Column("organisation", sa.String(length=100), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("deadline", sa.DateTime(), nullable=False),
        sa.Column("asked_index", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("released_index", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.user"], name="fk_questions_user_users"),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sa.UniqueConstraint("asked_index", name="uq_questions_asked_index"),
    )
    op.create_index("ix_questions_state", "questions", ["state"], unique=False)
    op.create_table(
        "asked_members",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["member"], ["enrolments.member"], name="fk_asked_members_member_enrolments"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name="fk_asked_members_question_id_questions"
        ),
        sa.PrimaryKeyConstraint("question_id", "member", name="pk_asked_members"),
    )
    op.create_table(
        "releases",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name="fk_releases_question_id_questions"),
        sa.PrimaryKeyConstraint("question_id", name="pk_releases"),
    )
