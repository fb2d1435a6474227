"""Tables of what hub and node see of other logs. What each row means is said in `gateway.watching.model`."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from gateway.store.engine.schema import Moment, metadata

log_evidence = Table(
    "log_evidence",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("origin", Text, nullable=False),
    Column("finding", String(20), nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("bundle", Text, nullable=False),
)

log_alerts = Table(
    "log_alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("origin", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("entries", Text, nullable=False),  # JSON list of numbers
    Column("evidence", String(16)),
    Column("since", Moment, nullable=False),
    Column("ended", Moment, index=True),
)

log_copies = Table(
    "log_copies",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
)
"""How far another log has been followed (`audit.log.excerpt.Copied`)."""

log_copied_entries = Table(
    "log_copied_entries",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
)
"""Entries of another log that concern us, until both logs have been found to say the same about them."""

log_settled = Table(
    "log_settled",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("asked_index", BigInteger, primary_key=True, autoincrement=False),
)
"""Questions about which our log and that of `origin` were found to say the same."""

log_key_changes = Table(
    "log_key_changes",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
)
"""Entries about keys, of our own log and of those that we follow."""

log_shown = Table(
    "log_shown",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("copied", BigInteger, nullable=False),
    Column("heard_at", Moment, nullable=False),
    Column("fresh_at", Moment, nullable=False),
)
"""On a node: what the hub has seen of the node's own log."""
