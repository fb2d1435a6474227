"""Tables and columns have the terms of the field: checkpoint, secure sum, reconciled.

What members share is forgotten: a node states it again with its next call, in the form of today.
"""

import sqlalchemy as sa
from alembic import op

revision = "hub_0003"
down_revision = "hub_0002"

COPIED = {
    "log_heads": "log_sizes",
    "log_shown": "log_seen_by_hub",
    "log_settled": "log_reconciled",
    "witnessed_heads": "witnessed_checkpoints",
    "offers": "received_offers",
    "total_rounds": "sum_rounds",
    "contributions": "received_contributions",
}
"""Former and present names. Tables are made anew and copied: constraints have the present names as well."""


def upgrade() -> None:
    _create_log_tables()
    _create_sum_tables()
    for former, present in COPIED.items():
        columns = ", ".join(column["name"] for column in sa.inspect(op.get_bind()).get_columns(present))
        # names of our own
        op.execute(f"INSERT INTO {present} ({columns}) SELECT {columns} FROM {former}")  # noqa: S608
    for former in reversed(COPIED):  # contributions point at their rounds
        op.drop_table(former)
    op.execute("ALTER TABLE presence RENAME COLUMN log_head TO checkpoint")
    op.drop_table("sharings")
    op.create_table(
        "sharing_statements",
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["enrolments.member"], name="fk_sharing_statements_member_enrolments"
        ),
        sa.PrimaryKeyConstraint("member", name="pk_sharing_statements"),
    )


def _create_log_tables() -> None:
    op.create_table(
        "log_sizes",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_log_sizes"),
    )
    op.create_table(
        "log_seen_by_hub",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("copied", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(), nullable=False),
        sa.Column("fresh_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_log_seen_by_hub"),
    )
    op.create_table(
        "log_reconciled",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("asked_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("origin", "asked_index", name="pk_log_reconciled"),
    )
    op.create_table(
        "witnessed_checkpoints",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_witnessed_checkpoints"),
    )


def _create_sum_tables() -> None:
    op.create_table(
        "received_offers",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["enrolments.member"], name="fk_received_offers_member_enrolments"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name="fk_received_offers_question_id_questions"
        ),
        sa.PrimaryKeyConstraint("question_id", "member", name="pk_received_offers"),
    )
    op.create_table(
        "sum_rounds",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("deadline", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.Column("released_index", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name="fk_sum_rounds_question_id_questions"
        ),
        sa.PrimaryKeyConstraint("question_id", name="pk_sum_rounds"),
        sa.UniqueConstraint("because", name="uq_sum_rounds_because"),
    )
    op.create_table(
        "received_contributions",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["enrolments.member"], name="fk_received_contributions_member_enrolments"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["sum_rounds.question_id"],
            name="fk_received_contributions_question_id_sum_rounds",
        ),
        sa.PrimaryKeyConstraint("question_id", "member", name="pk_received_contributions"),
    )
