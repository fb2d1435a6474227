"""The tables about accounts, on both sides. `gateway.accounts.model` says what a row means."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from gateway.store.engine.schema import Moment, metadata

NAME = 100
HASH = 64


def _account() -> "Column[str]":
    """A reference to an account, updated when a person is forgotten and the account gets another name."""
    return Column("account", ForeignKey("accounts.name", onupdate="CASCADE"), nullable=False, index=True)


accounts = Table(
    "accounts",
    metadata,
    Column("name", String(NAME), primary_key=True),
    Column("organisation", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("purposes", Text, nullable=False),  # JSON list
    Column("owner", ForeignKey("accounts.name", onupdate="CASCADE")),
    Column("since", Moment, nullable=False),
    Column("closed", Moment),
    Column("opened_index", Integer, nullable=False, unique=True),
    Column("because", Integer, nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("account", ForeignKey("accounts.name", onupdate="CASCADE"), primary_key=True),
    Column("passphrase", Text, nullable=False),
    Column("generator", LargeBinary, nullable=False),  # sealed
    Column("last_step", Integer, nullable=False),
    Column("because", Integer, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("hash", String(HASH), primary_key=True),
    _account(),
)

identities = Table(
    "identities",
    metadata,
    Column("account", ForeignKey("accounts.name", onupdate="CASCADE"), primary_key=True),
    Column("issuer", String(300), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("because", Integer, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("hash", String(HASH), primary_key=True),
    Column("id", String(20), nullable=False, unique=True),
    Column("name", String(NAME), nullable=False, unique=True),
    Column("organisation", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("purposes", Text, nullable=False),  # JSON list
    Column("until", Moment, nullable=False),
    Column("generator", LargeBinary, nullable=False),  # sealed
    Column("renews", Boolean, nullable=False),
    Column("because", Integer, nullable=False),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("hash", String(HASH), primary_key=True),
    Column("id", String(20), nullable=False, unique=True),
    _account(),
    Column("label", String(60), nullable=False),
    Column("credential", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),  # COSE
    Column("counter", BigInteger, nullable=False),
    Column("since", Moment, nullable=False),
    Column("used", Moment),
    Column("because", Integer, nullable=False),
)

spent_challenges = Table(
    "spent_challenges",
    metadata,
    Column("hash", String(HASH), primary_key=True),
    Column("until", Moment, nullable=False, index=True),
    Column("because", Integer, nullable=False),
)

renewal_requests = Table(
    "renewal_requests",
    metadata,
    Column("account", ForeignKey("accounts.name", onupdate="CASCADE"), primary_key=True),
    Column("by", ForeignKey("accounts.name", onupdate="CASCADE"), nullable=False),
    Column("code", String(HASH), nullable=False),
    Column("until", Moment, nullable=False),
    Column("because", Integer, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(HASH), primary_key=True),
    Column("id", String(20), nullable=False, unique=True),
    _account(),
    Column("means", String(20), nullable=False),
    Column("agent", String(100), nullable=False),
    Column("since", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("because", Integer, nullable=False),
)

browsers = Table(
    "browsers",
    metadata,
    Column("hash", String(HASH), primary_key=True),
    _account(),
    Column("since", Moment, nullable=False),
    Column("because", Integer, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(HASH), primary_key=True),
    Column("id", String(20), nullable=False, unique=True),
    _account(),
    Column("label", String(60), nullable=False),
    Column("scopes", Text, nullable=False),  # JSON list
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("used", Moment),
    Column("because", Integer, nullable=False),
)

tours = Table(
    "tours",
    metadata,
    Column("account", ForeignKey("accounts.name", onupdate="CASCADE"), primary_key=True),
    Column("tour", String(40), primary_key=True),
    Column("at", Moment, nullable=False),
)

tallies = Table(
    "tallies",
    metadata,
    Column("key", String(HASH), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", Moment, nullable=False, index=True),
)
