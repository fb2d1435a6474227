"""People's own groups of codes on SQLAlchemy."""

import json
from collections.abc import Sequence

from sqlalchemy import Column, Connection, ForeignKey, String, Table, Text, delete, insert, select

from gateway.hub.model import OwnGroup
from gateway.store.engine.schema import Moment, metadata

own_groups = Table(
    "own_groups",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", ForeignKey("accounts.name", onupdate="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("level", String(100), nullable=False),
    Column("codes", Text, nullable=False),  # JSON list
    Column("made_at", Moment, nullable=False),
)


class SqlGroupsView:
    """Reads within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, owner: str) -> Sequence[OwnGroup]:
        """A person's groups, by name."""
        query = select(own_groups).where(own_groups.c.owner == owner)
        rows = self._connection.execute(query.order_by(own_groups.c.name, own_groups.c.id))
        return [
            OwnGroup(row.id, row.owner, row.name, row.level, tuple(json.loads(row.codes)), row.made_at)
            for row in rows
        ]


class SqlGroups:
    """Writes within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def names_of(self, owner: str) -> Sequence[str]:
        """The names of a person's groups."""
        query = select(own_groups.c.name).where(own_groups.c.owner == owner)
        return list(self._connection.execute(query).scalars())

    def keep(self, group: OwnGroup) -> None:
        """Keep a new group."""
        self._connection.execute(
            insert(own_groups).values(
                id=group.id,
                owner=group.owner,
                name=group.name,
                level=group.level,
                codes=json.dumps(group.codes),
                made_at=group.made_at,
            )
        )

    def delete(self, group_id: str, owner: str) -> bool:
        """Whether there was such a group of the owner."""
        query = delete(own_groups).where(own_groups.c.id == group_id, own_groups.c.owner == owner)
        return self._connection.execute(query).rowcount > 0
