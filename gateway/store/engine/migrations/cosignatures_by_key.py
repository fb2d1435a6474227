"""Cosignatures are kept by who made them, on both sides: their lines are longer than an index takes.

The primary key held the whole line. A line of an ML-DSA-44 key has 3.2 kB, and PostgreSQL's index takes 2.7.
"""

from base64 import b64decode
from hashlib import sha256
from itertools import groupby

import sqlalchemy as sa
from alembic import op

NAME, FORMER = "log_cosignatures", "log_cosignatures_by_line"
AT_ONCE = 500


def upgrade() -> None:
    op.rename_table(NAME, FORMER)
    if op.get_bind().dialect.name == "postgresql":  # where the name of a key is that of its index as well
        op.execute(f"ALTER TABLE {FORMER} DROP CONSTRAINT pk_{NAME}")
    present = op.create_table(
        NAME,
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signer", sa.LargeBinary(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", "signer", name="pk_log_cosignatures"),
    )
    former = sa.table(FORMER, *(sa.column(name) for name in ("origin", "size", "line", "position")))
    wanted = sa.select(former).order_by(former.c.origin, former.c.size, former.c.position, former.c.line)
    rows = op.get_bind().execute(wanted.execution_options(yield_per=AT_ONCE))
    for (origin, size), of_one in groupby(rows, key=lambda row: (row.origin, row.size)):
        last = {signer(row.line): row for row in of_one}
        op.get_bind().execute(
            sa.insert(present),
            [
                {"origin": origin, "size": size, "signer": who, "line": row.line, "position": row.position}
                for who, row in last.items()
            ],
        )
    op.drop_table(FORMER)


def signer(line: str) -> bytes:
    """What stands for the key of a line `— <name> <base64>`: see `SqlLogStorage`. A damaged line is kept."""
    try:
        _, name, signature = line.removesuffix("\n").split(" ")
        return sha256(name.encode() + b64decode(signature, validate=True)[:4]).digest()
    except ValueError:
        return sha256(line.encode()).digest()
