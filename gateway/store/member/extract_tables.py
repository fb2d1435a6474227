"""A node's tables of extracts, of leave for them, and of re-identification: see `gateway.member`."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from gateway.store.engine.schema import Moment, metadata

extracts = Table(
    "extracts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("plan", Text, nullable=False),  # JSON: what was signed
    Column("figures", Text, nullable=False),  # JSON: the risk, for the state only
    Column("told", LargeBinary, nullable=False),  # what it tells in counts: part of the history once sealed
    Column("requester", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("prepared_at", Moment, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("refused_because", Integer),
    Column("sealed_because", Integer),
    Column("canary", LargeBinary),
)

extract_leaves = Table(
    "extract_leaves",
    metadata,
    Column("extract_id", ForeignKey("extracts.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("note", Text, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
)

reidentifications = Table(
    "reidentifications",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("request", Text, nullable=False),  # JSON: who asks, whose pseudonym, why
    Column("expires", Moment, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("reply_key", LargeBinary, nullable=False),  # public
    Column("wrapped_reply", LargeBinary, nullable=False),  # its private part, for the requester alone
    Column("confirmer", String(60)),
    Column("share", LargeBinary),  # the confirmer's, sealed to the reply key; erased when shown
    Column("confirmed_because", Integer),
    Column("shown_because", Integer),
)
