"""A node's tables of people's keys, policies and previews; their meaning is in
`gateway.member.model`.
"""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text

from gateway.store.engine.schema import Moment, metadata

holders = Table(
    "holders",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("duty", String(20), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("revoked", Boolean, nullable=False),
    Column("because", Integer, nullable=False, unique=True),
    Column("ended_because", Integer),
)


def _drafts(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("text", Text, nullable=False),
        Column("questions", Text),
        Column("review", Text),  # the signed note
        Column("at", Moment, nullable=False),
    )


def _policies(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("text", Text, nullable=False),
        Column("note", Text, nullable=False),  # the controller's statement, signed
        Column("review", Text),  # that of the second person
        Column("begins", Date, nullable=False),
        Column("signed_at", Moment, nullable=False),
        Column("signed_because", Integer, nullable=False, unique=True),
        Column("since", Moment),
        Column("because", Integer, unique=True),
        Column("ended", Moment),
        Column("ending", String(20)),
        Column("ended_because", Integer),
    )


drafts, policies = _drafts("drafts"), _policies("policies")
ministry_drafts, ministry_policies = _drafts("ministry_drafts"), _policies("ministry_policies")
"""Those that stand above the data set's: the same columns, versions of their own."""

previews = Table(
    "previews",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("snapshot_id", ForeignKey("snapshots.id"), nullable=False),
    Column("cube", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
)

preview_findings = Table(
    "preview_findings",
    metadata,
    Column("id", String(64), primary_key=True),  # of all that they follow from
    Column("snapshot_id", ForeignKey("snapshots.id"), nullable=False),
    Column("findings", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
)
