"""Tables and columns have the terms of the field: approval, checkpoint, secure sum, release part."""

import json

import sqlalchemy as sa
from alembic import op

revision = "member_0003"
down_revision = "member_0002"

COPIED = {
    "log_heads": "log_sizes",
    "log_shown": "log_seen_by_hub",
    "log_settled": "log_reconciled",
    "witnessed_heads": "witnessed_checkpoints",
    "leaves": "approvals",
    "extract_leaves": "extract_approvals",
    "waiting": "waiting_questions",
    "charges": "quota_charges",
    "sent": "sent_answers",
    "rejected": "rejected_deliveries",
    "privacy_portions": "privacy_release_parts",
    "total_offers": "sum_offers",
    "total_given": "sum_contributions",
    "total_entered": "summed_cells",
}
"""Former and present names. Tables are made anew and copied: constraints have the present names as well."""

COLUMNS = (
    ("extracts", "told", "disclosed"),
    ("extracts", "canary", "fingerprint"),
    ("privacy_charges", "portion", "release_part"),
)
"""Table, former and present name."""


def upgrade() -> None:
    _create_log_tables()
    _create_answer_tables()
    _create_sum_tables()
    for former, present in COPIED.items():
        columns = ", ".join(column["name"] for column in sa.inspect(op.get_bind()).get_columns(present))
        # names of our own
        op.execute(f"INSERT INTO {present} ({columns}) SELECT {columns} FROM {former}")  # noqa: S608
        op.drop_table(former)
    for table, former, present in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {former} TO {present}")
    _rename_openings()
    _rename_in_plans()


def _rename_openings() -> None:
    """The opened field of an entry `extract-sealed`; the label of an opening is part of the commitment."""
    openings = sa.table("openings", sa.column("field", sa.String))
    op.execute(sa.update(openings).where(openings.c.field == "canary").values(field="fingerprint"))


def _rename_in_plans() -> None:
    cubes = sa.table("cubes", sa.column("because", sa.Integer), sa.column("plan", sa.Text))
    connection = op.get_bind()
    for row in connection.execute(sa.select(cubes)).all():
        plan = json.loads(row.plan)
        if "changed" in plan:
            plan["mechanism"] = plan.pop("changed")
            changed = sa.update(cubes).where(cubes.c.because == row.because).values(plan=json.dumps(plan))
            connection.execute(changed)


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


def _create_answer_tables() -> None:
    op.create_table(
        "approvals",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", "name", name="pk_approvals"),
    )
    op.create_table(
        "extract_approvals",
        sa.Column("extract_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["extract_id"], ["extracts.id"], name="fk_extract_approvals_extract_id_extracts"
        ),
        sa.PrimaryKeyConstraint("extract_id", "name", name="pk_extract_approvals"),
        sa.UniqueConstraint("because", name="uq_extract_approvals_because"),
    )
    op.create_table(
        "waiting_questions",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("asked_index", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="pk_waiting_questions"),
        sa.UniqueConstraint("asked_index", name="uq_waiting_questions_asked_index"),
        sa.UniqueConstraint("because", name="uq_waiting_questions_because"),
    )
    op.create_index("ix_waiting_questions_ended", "waiting_questions", ["ended"], unique=False)
    op.create_table(
        "quota_charges",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("asked_index", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="pk_quota_charges"),
        sa.UniqueConstraint("asked_index", name="uq_quota_charges_asked_index"),
    )
    op.create_index("ix_quota_charges_organisation", "quota_charges", ["organisation"], unique=False)
    op.create_table(
        "sent_answers",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("asked_index", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entry_index", sa.Integer(), nullable=False),
        sa.Column("cube_index", sa.Integer(), nullable=True),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="pk_sent_answers"),
        sa.UniqueConstraint("asked_index", name="uq_sent_answers_asked_index"),
        sa.UniqueConstraint("entry_index", name="uq_sent_answers_entry_index"),
    )
    op.create_index("ix_sent_answers_acknowledged", "sent_answers", ["acknowledged"], unique=False)
    op.create_table(
        "rejected_deliveries",
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("leaf", name="pk_rejected_deliveries"),
    )


def _create_sum_tables() -> None:
    op.create_table(
        "privacy_release_parts",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mechanism", sa.Text(), nullable=False),
        sa.Column("years", sa.Text(), nullable=False),
        sa.Column("persons", sa.LargeBinary(), nullable=False),
        sa.Column("cases", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_privacy_release_parts"),
    )
    op.create_table(
        "sum_offers",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("asked_index", sa.Integer(), nullable=False),
        sa.Column("cube_index", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="pk_sum_offers"),
    )
    op.create_index("ix_sum_offers_acknowledged", "sum_offers", ["acknowledged"], unique=False)
    op.create_table(
        "sum_contributions",
        sa.Column("entry_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("total_index", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entry_index", name="pk_sum_contributions"),
        sa.UniqueConstraint("question_id", name="uq_sum_contributions_question_id"),
        sa.UniqueConstraint("total_index", name="uq_sum_contributions_total_index"),
    )
    op.create_index("ix_sum_contributions_acknowledged", "sum_contributions", ["acknowledged"], unique=False)
    op.create_table(
        "summed_cells",
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("contributors", sa.LargeBinary(), nullable=False),
        sa.Column("basis", sa.LargeBinary(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("people", name="pk_summed_cells"),
    )
