"""The first schema of the node.

Spelled out rather than made from the tables in the code: it must stay as it was released.
"""

import sqlalchemy as sa
from alembic import op

revision = "member_0001"
down_revision = None


def upgrade() -> None:
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
        "policies",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_policies"),
        sa.UniqueConstraint("because", name="uq_policies_because"),
    )
    op.create_table(
        "rejected",
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("leaf", name="pk_rejected"),
    )
    op.create_table(
        "sent",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("asked_index", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entry_index", sa.Integer(), nullable=False),
        sa.Column("cube_index", sa.Integer(), nullable=True),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="pk_sent"),
        sa.UniqueConstraint("asked_index", name="uq_sent_asked_index"),
        sa.UniqueConstraint("entry_index", name="uq_sent_entry_index"),
    )
    op.create_index("ix_sent_acknowledged", "sent", ["acknowledged"], unique=False)
    op.create_table(
        "snapshots",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
        sa.UniqueConstraint("because", name="uq_snapshots_because"),
    )
    op.create_table(
        "witnessed_heads",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_witnessed_heads"),
    )
    op.create_table(
        "cubes",
        sa.Column("because", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("snapshot_id", sa.String(length=40), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("cube", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_version"], ["policies.version"], name="fk_cubes_policy_version_policies"
        ),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name="fk_cubes_snapshot_id_snapshots"),
        sa.PrimaryKeyConstraint("because", name="pk_cubes"),
    )
