"""Leaves of members' logs as the hub has followed them, kept to give them back to a node that lost them.

Answers, refusals and entries about keys are kept in full, of other entries the hash, as they came.
"""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
)

from audit.log.excerpt import MOST_BYTES, MOST_LEAVES, RevealedLeaf
from gateway.store.engine.schema import metadata

members_leaves = Table(
    "members_leaves",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary),
    Column("hashed", LargeBinary),
)

_ADD = insert(members_leaves)
_FROM = (
    select(members_leaves.c.number, members_leaves.c.entry, members_leaves.c.hashed)
    .where(members_leaves.c.origin == bindparam("of"), members_leaves.c.number >= bindparam("start"))
    .order_by(members_leaves.c.number)
    .limit(MOST_LEAVES)
)


class SqlMembersLeaves:
    """Implements `gateway.hub.ports.MembersLeaves`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, origin: str, start: int, leaves: Sequence[RevealedLeaf]) -> None:
        rows = [
            {"origin": origin, "number": number, "entry": leaf.entry, "hashed": leaf.hashed}
            for number, leaf in enumerate(leaves, start)
        ]
        if rows:
            self._connection.execute(_ADD, rows)

    def kept(self, origin: str, start: int) -> list[RevealedLeaf]:
        leaves: list[RevealedLeaf] = []
        held = 0
        for row in self._connection.execute(_FROM, {"of": origin, "start": start}):
            held += len(row.entry or row.hashed)
            if row.number != start + len(leaves) or (leaves and held > MOST_BYTES):
                break
            leaves.append(RevealedLeaf(row.entry, row.hashed))
        return leaves

    def forget(self, origin: str) -> None:
        self._connection.execute(delete(members_leaves).where(members_leaves.c.origin == origin))
