"""The first schema of the node.

Spelled out rather than made from the tables in the code: it must stay as it was released.
"""

import sqlalchemy as sa
from alembic import op

revision = "member_0001"
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
        "charges",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("asked_index", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="pk_charges"),
        sa.UniqueConstraint("asked_index", name="uq_charges_asked_index"),
    )
    op.create_index("ix_charges_organisation", "charges", ["organisation"], unique=False)
    op.create_table(
        "consents",
        sa.Column("because", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("consent", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("because", name="pk_consents"),
    )
    op.create_index("ix_consents_person", "consents", ["person"], unique=False)
    op.create_table(
        "count_secrets",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_count_secrets"),
    )
    op.create_table(
        "count_taken",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "step", name="pk_count_taken"),
        sa.UniqueConstraint("because", name="uq_count_taken_because"),
    )
    op.create_index("ix_count_taken_acknowledged", "count_taken", ["acknowledged"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_drafts"),
    )
    op.create_table(
        "extracts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("requester", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.Column("refused_because", sa.Integer(), nullable=True),
        sa.Column("sealed_because", sa.Integer(), nullable=True),
        sa.Column("canary", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_extracts"),
        sa.UniqueConstraint("because", name="uq_extracts_because"),
    )
    op.create_table(
        "holders",
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.Column("ended_because", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_holders"),
        sa.UniqueConstraint("because", name="uq_holders_because"),
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
        "leaves",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", "name", name="pk_leaves"),
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
        "ministry_drafts",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_ministry_drafts"),
    )
    op.create_table(
        "ministry_policies",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.Column("signed_because", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=True),
        sa.Column("because", sa.Integer(), nullable=True),
        sa.Column("ended", sa.DateTime(), nullable=True),
        sa.Column("ending", sa.String(length=20), nullable=True),
        sa.Column("ended_because", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("version", name="pk_ministry_policies"),
        sa.UniqueConstraint("because", name="uq_ministry_policies_because"),
        sa.UniqueConstraint("signed_because", name="uq_ministry_policies_signed_because"),
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
    op.create_index(
        "ix_openings_value",
        "openings",
        ["value"],
        unique=False,
        sqlite_where=sa.text("length(value) <= 400"),
        postgresql_where=sa.text("length(value) <= 400"),
    )
    op.create_table(
        "policies",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.Column("signed_because", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=True),
        sa.Column("because", sa.Integer(), nullable=True),
        sa.Column("ended", sa.DateTime(), nullable=True),
        sa.Column("ending", sa.String(length=20), nullable=True),
        sa.Column("ended_because", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("version", name="pk_policies"),
        sa.UniqueConstraint("because", name="uq_policies_because"),
        sa.UniqueConstraint("signed_because", name="uq_policies_signed_because"),
    )
    op.create_table(
        "privacy_charges",
        sa.Column("because", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("portion", sa.Integer(), nullable=False),
        sa.Column("levels", sa.Text(), nullable=False),
        sa.Column("epsilon", sa.String(length=30), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("because", name="pk_privacy_charges"),
    )
    op.create_table(
        "privacy_portions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mechanism", sa.Text(), nullable=False),
        sa.Column("years", sa.Text(), nullable=False),
        sa.Column("persons", sa.LargeBinary(), nullable=False),
        sa.Column("cases", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_privacy_portions"),
    )
    op.create_table(
        "public_figures",
        sa.Column("because", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("published", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_because", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("because", name="pk_public_figures"),
    )
    op.create_table(
        "recovery",
        sa.Column("witness", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("witness", name="pk_recovery"),
    )
    op.create_table(
        "reidentifications",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.Column("reply_key", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_reply", sa.LargeBinary(), nullable=False),
        sa.Column("confirmer", sa.String(length=60), nullable=True),
        sa.Column("share", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_because", sa.Integer(), nullable=True),
        sa.Column("shown_because", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reidentifications"),
        sa.UniqueConstraint("because", name="uq_reidentifications_because"),
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
        "tallies",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_tallies"),
    )
    op.create_index("ix_tallies_last", "tallies", ["last"], unique=False)
    op.create_table(
        "total_entered",
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("contributors", sa.LargeBinary(), nullable=False),
        sa.Column("basis", sa.LargeBinary(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("people", name="pk_total_entered"),
    )
    op.create_table(
        "total_given",
        sa.Column("entry_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("total_index", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entry_index", name="pk_total_given"),
        sa.UniqueConstraint("question_id", name="uq_total_given_question_id"),
        sa.UniqueConstraint("total_index", name="uq_total_given_total_index"),
    )
    op.create_index("ix_total_given_acknowledged", "total_given", ["acknowledged"], unique=False)
    op.create_table(
        "total_offers",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("asked_index", sa.Integer(), nullable=False),
        sa.Column("cube_index", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="pk_total_offers"),
    )
    op.create_index("ix_total_offers_acknowledged", "total_offers", ["acknowledged"], unique=False)
    op.create_table(
        "vault_keys",
        sa.Column("load", sa.String(length=40), nullable=False),
        sa.Column("compartment", sa.String(length=20), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("load", "compartment", name="pk_vault_keys"),
    )
    op.create_table(
        "waiting",
        sa.Column("question_id", sa.String(length=100), nullable=False),
        sa.Column("asked_index", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name="pk_waiting"),
        sa.UniqueConstraint("asked_index", name="uq_waiting_asked_index"),
        sa.UniqueConstraint("because", name="uq_waiting_because"),
    )
    op.create_index("ix_waiting_ended", "waiting", ["ended"], unique=False)
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
        "cubes",
        sa.Column("because", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("snapshot_id", sa.String(length=40), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("above", sa.Integer(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("cube", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["above"], ["ministry_policies.version"], name="fk_cubes_above_ministry_policies"
        ),
        sa.ForeignKeyConstraint(
            ["policy_version"], ["policies.version"], name="fk_cubes_policy_version_policies"
        ),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name="fk_cubes_snapshot_id_snapshots"),
        sa.PrimaryKeyConstraint("because", name="pk_cubes"),
    )
    op.create_table(
        "extract_leaves",
        sa.Column("extract_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("because", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["extract_id"], ["extracts.id"], name="fk_extract_leaves_extract_id_extracts"
        ),
        sa.PrimaryKeyConstraint("extract_id", "name", name="pk_extract_leaves"),
        sa.UniqueConstraint("because", name="uq_extract_leaves_because"),
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
        "preview_findings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("snapshot_id", sa.String(length=40), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name="fk_preview_findings_snapshot_id_snapshots"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_preview_findings"),
    )
    op.create_table(
        "previews",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("snapshot_id", sa.String(length=40), nullable=False),
        sa.Column("cube", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name="fk_previews_snapshot_id_snapshots"),
        sa.PrimaryKeyConstraint("id", name="pk_previews"),
    )
    op.create_table(
        "record_changes",
        sa.Column("because", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("snapshot_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name="fk_record_changes_snapshot_id_snapshots"
        ),
        sa.PrimaryKeyConstraint("because", name="pk_record_changes"),
        sa.UniqueConstraint("snapshot_id", name="uq_record_changes_snapshot_id"),
    )
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
        "vault_records",
        sa.Column("load", sa.String(length=40), nullable=False),
        sa.Column("compartment", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_link", sa.String(length=60), nullable=False),
        sa.Column("person_link", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["load", "compartment"],
            ["vault_keys.load", "vault_keys.compartment"],
            name="fk_vault_records_keys",
        ),
        sa.PrimaryKeyConstraint("load", "compartment", "number", name="pk_vault_records"),
    )
    op.create_index("ix_vault_records_person_link", "vault_records", ["person_link"], unique=False)
