"""The tables of passkeys, of their spent challenges, and of requests to renew lost means: for either side."""

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "passkeys",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("used", sa.DateTime(), nullable=True),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_passkeys_account_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_passkeys"),
        sa.UniqueConstraint("id", name="uq_passkeys_id"),
    )
    op.create_index("ix_passkeys_account", "passkeys", ["account"])
    op.create_table(
        "spent_challenges",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_spent_challenges"),
    )
    op.create_index("ix_spent_challenges_until", "spent_challenges", ["until"])
    op.create_table(
        "renewal_requests",
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_renewal_requests_account_accounts", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["by"], ["accounts.name"], name="fk_renewal_requests_by_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", name="pk_renewal_requests"),
    )
