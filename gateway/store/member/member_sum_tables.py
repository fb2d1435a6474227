"""A node's tables of regional totals. What a row means is said in `gateway.secure_sum.member_sums`."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text

from gateway.store.engine.schema import metadata

total_offers = Table(
    "total_offers",
    metadata,
    Column("question_id", String(100), primary_key=True),
    Column("asked_index", Integer, nullable=False),
    Column("cube_index", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("secret", LargeBinary),  # of the mask key; erased once it was used
    Column("acknowledged", Boolean, nullable=False, index=True),
)

total_given = Table(
    "total_given",
    metadata,
    Column("entry_index", Integer, primary_key=True, autoincrement=False),
    Column("question_id", String(100), nullable=False, unique=True),
    Column("total_index", Integer, nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("acknowledged", Boolean, nullable=False, index=True),
)

total_entered = Table(
    "total_entered",
    metadata,
    Column("people", Text, primary_key=True),
    Column("contributors", LargeBinary, nullable=False),
    Column("basis", LargeBinary, nullable=False),
    Column("because", Integer, nullable=False),
)
