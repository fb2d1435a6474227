"""The first schema of the hub.

Spelled out rather than made from the tables in the code: it must stay as it was released.
"""

import sqlalchemy as sa
from alembic import op

revision = "hub_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("organisation", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("closed", sa.DateTime(), nullable=True),
        sa.Column("opened_index", sa.Integer(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["accounts.name"], name="fk_accounts_owner_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", name="pk_accounts"),
        sa.UniqueConstraint("opened_index", name="uq_accounts_opened_index"),
    )
    op.create_table(
        "count_runs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=200), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("counted_index", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_count_runs"),
        sa.UniqueConstraint("because", name="uq_count_runs_because"),
    )
    op.create_index("ix_count_runs_epoch", "count_runs", ["epoch"], unique=False)
    op.create_index("ix_count_runs_state", "count_runs", ["state"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("answer_key", sa.Text(), nullable=False),
        sa.Column("log_key", sa.Text(), nullable=False),
        sa.Column("witness_key", sa.Text(), nullable=False),
        sa.Column("call_key", sa.Text(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("member", name="pk_enrolments"),
    )
    op.create_table(
        "invitations",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("organisation", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("generator", sa.LargeBinary(), nullable=False),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_invitations"),
        sa.UniqueConstraint("id", name="uq_invitations_id"),
        sa.UniqueConstraint("name", name="uq_invitations_name"),
    )
    op.create_table(
        "log_alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("evidence", sa.String(length=16), nullable=True),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_log_alerts"),
    )
    op.create_index("ix_log_alerts_ended", "log_alerts", ["ended"], unique=False)
    op.create_table(
        "log_checkpoints",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", name="pk_log_checkpoints"),
    )
    op.create_table(
        "log_copied_entries",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "number", name="pk_log_copied_entries"),
    )
    op.create_table(
        "log_copies",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_log_copies"),
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
        "log_evidence",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("finding", sa.String(length=20), nullable=False),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_evidence"),
    )
    op.create_table(
        "log_heads",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_log_heads"),
    )
    op.create_table(
        "log_key_changes",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "number", name="pk_log_key_changes"),
    )
    op.create_table(
        "log_settled",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("asked_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("origin", "asked_index", name="pk_log_settled"),
    )
    op.create_table(
        "log_shown",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("copied", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(), nullable=False),
        sa.Column("fresh_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_log_shown"),
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
        "member_applications",
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("answer_key", sa.Text(), nullable=False),
        sa.Column("log_key", sa.Text(), nullable=False),
        sa.Column("witness_key", sa.Text(), nullable=False),
        sa.Column("call_key", sa.Text(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("member", name="pk_member_applications"),
        sa.UniqueConstraint("because", name="uq_member_applications_because"),
    )
    op.create_table(
        "member_invitations",
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("member", name="pk_member_invitations"),
        sa.UniqueConstraint("because", name="uq_member_invitations_because"),
        sa.UniqueConstraint("secret_hash", name="uq_member_invitations_secret_hash"),
    )
    op.create_table(
        "nonces",
        sa.Column("key_id", sa.String(length=200), nullable=False),
        sa.Column("nonce", sa.String(length=100), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "nonce", name="pk_nonces"),
    )
    op.create_index("ix_nonces_until", "nonces", ["until"], unique=False)
    op.create_table(
        "openings",
        sa.Column("entry_index", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry_index", "field", name="pk_openings"),
    )
    op.create_index(
        "ix_openings_value",
        "openings",
        ["value"],
        unique=False,
        sqlite_where=sa.text("length(value) <= 400"),
        postgresql_where=sa.text("length(value) <= 400"),
    )
    op.create_table(
        "recovery",
        sa.Column("witness", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("witness", name="pk_recovery"),
    )
    op.create_table(
        "tallies",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_tallies"),
    )
    op.create_index("ix_tallies_last", "tallies", ["last"], unique=False)
    op.create_table(
        "witnessed_heads",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_witnessed_heads"),
    )
    op.create_table(
        "browsers",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_browsers_account_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_browsers"),
    )
    op.create_index("ix_browsers_account", "browsers", ["account"], unique=False)
    op.create_table(
        "count_pieces",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["enrolments.member"], name="fk_count_pieces_member_enrolments"),
        sa.ForeignKeyConstraint(["run_id"], ["count_runs.id"], name="fk_count_pieces_run_id_count_runs"),
        sa.PrimaryKeyConstraint("run_id", "member", "step", "start", name="pk_count_pieces"),
    )
    op.create_table(
        "count_steps",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["enrolments.member"], name="fk_count_steps_member_enrolments"),
        sa.ForeignKeyConstraint(["run_id"], ["count_runs.id"], name="fk_count_steps_run_id_count_runs"),
        sa.PrimaryKeyConstraint("run_id", "member", "step", name="pk_count_steps"),
    )
    op.create_table(
        "credentials",
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("passphrase", sa.Text(), nullable=False),
        sa.Column("generator", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_credentials_account_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", name="pk_credentials"),
    )
    op.create_table(
        "identities",
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_identities_account_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", name="pk_identities"),
    )
    op.create_table(
        "presence",
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=False),
        sa.Column("log_head", sa.Text(), nullable=True),
        sa.Column("witnessed_size", sa.Integer(), nullable=False),
        sa.Column("call_ends", sa.DateTime(), nullable=True),
        sa.Column("policy", sa.String(length=40), nullable=True),
        sa.Column("snapshot", sa.String(length=200), nullable=True),
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
        sa.Column("late_until", sa.DateTime(), nullable=False),
        sa.Column("asked_index", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("released_index", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user"], ["accounts.name"], name="fk_questions_user_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sa.UniqueConstraint("asked_index", name="uq_questions_asked_index"),
    )
    op.create_index("ix_questions_late_until", "questions", ["late_until"], unique=False)
    op.create_index("ix_questions_state", "questions", ["state"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_recovery_codes_account_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_account", "recovery_codes", ["account"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("means", sa.String(length=20), nullable=False),
        sa.Column("agent", sa.String(length=100), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_sessions_account_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_sessions"),
        sa.UniqueConstraint("id", name="uq_sessions_id"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"], unique=False)
    op.create_table(
        "sharings",
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["enrolments.member"], name="fk_sharings_member_enrolments"),
        sa.PrimaryKeyConstraint("member", name="pk_sharings"),
    )
    op.create_table(
        "tokens",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("used", sa.DateTime(), nullable=True),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_tokens_account_accounts", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_tokens"),
        sa.UniqueConstraint("id", name="uq_tokens_id"),
    )
    op.create_index("ix_tokens_account", "tokens", ["account"], unique=False)
    op.create_table(
        "asked_members",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("entry", sa.LargeBinary(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("released_in", sa.Integer(), nullable=True),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["enrolments.member"], name="fk_asked_members_member_enrolments"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name="fk_asked_members_question_id_questions"
        ),
        sa.PrimaryKeyConstraint("question_id", "member", name="pk_asked_members"),
    )
    op.create_table(
        "offers",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["enrolments.member"], name="fk_offers_member_enrolments"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name="fk_offers_question_id_questions"),
        sa.PrimaryKeyConstraint("question_id", "member", name="pk_offers"),
    )
    op.create_table(
        "releases",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name="fk_releases_question_id_questions"),
        sa.PrimaryKeyConstraint("question_id", "number", name="pk_releases"),
    )
    op.create_table(
        "total_rounds",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("deadline", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.Column("released_index", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name="fk_total_rounds_question_id_questions"
        ),
        sa.PrimaryKeyConstraint("question_id", name="pk_total_rounds"),
        sa.UniqueConstraint("because", name="uq_total_rounds_because"),
    )
    op.create_table(
        "contributions",
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("member", sa.String(length=2), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["enrolments.member"], name="fk_contributions_member_enrolments"),
        sa.ForeignKeyConstraint(
            ["question_id"], ["total_rounds.question_id"], name="fk_contributions_question_id_total_rounds"
        ),
        sa.PrimaryKeyConstraint("question_id", "member", name="pk_contributions"),
    )
