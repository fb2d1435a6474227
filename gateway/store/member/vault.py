"""The vault on SQLAlchemy (`gateway.member.model.vault_load`), in tables apart from the snapshot."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from anonymisers.identity.vault_records import Compartment, RecordKey
from gateway.member.model.vault_load import SealedRecord, VaultLoad
from gateway.store.engine.schema import metadata

vault_keys = Table(
    "vault_keys",
    metadata,
    Column("load", String(40), primary_key=True),
    Column("compartment", String(20), primary_key=True),
    Column("sealed_key", LargeBinary, nullable=False),
    Column("because", Integer, nullable=False),
)

vault_records = Table(
    "vault_records",
    metadata,
    Column("load", String(40), primary_key=True),
    Column("compartment", String(20), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case_link", String(60), nullable=False),  # internal pseudonyms, as in the snapshot
    Column("person_link", String(60), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    ForeignKeyConstraint(
        ["load", "compartment"], ["vault_keys.load", "vault_keys.compartment"], name="fk_vault_records_keys"
    ),
    Index("ix_vault_records_person_link", "person_link"),
)


AT_ONCE = 2000
"""Records written or read at once, so that a million records never stand in memory."""


class SqlVault:
    """Reads the vault within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self) -> str | None:
        return self._connection.execute(select(vault_keys.c.load).limit(1)).scalar_one_or_none()

    def sealed_key(self, compartment: Compartment) -> bytes | None:
        query = select(vault_keys.c.sealed_key).where(vault_keys.c.compartment == compartment.value)
        return self._connection.execute(query).scalar_one_or_none()

    def records(self, compartment: Compartment, person: str | None = None) -> Iterator[SealedRecord]:
        query = select(vault_records).where(vault_records.c.compartment == compartment.value)
        if person is not None:
            query = query.where(vault_records.c.person_link == person)
        query = query.order_by(vault_records.c.number).execution_options(yield_per=AT_ONCE)
        for row in self._connection.execute(query):
            yield SealedRecord(
                Compartment(row.compartment),
                RecordKey(row.number, row.case_link, row.person_link),
                row.sealed,
            )


def replace_vault(connection: Connection, load: VaultLoad | None, because: int) -> None:
    """Erase the records of a former load, and keep the records of this load, if any."""
    connection.execute(delete(vault_records))
    connection.execute(delete(vault_keys))
    if load is None:
        return
    for compartment, sealed in load.keys.items():
        connection.execute(
            insert(vault_keys).values(
                load=load.load, compartment=compartment.value, sealed_key=sealed, because=because
            )
        )
    for rows in _chunks(load.records):
        values = [
            {
                "load": load.load,
                "compartment": row.compartment.value,
                "number": row.whose.number,
                "case_link": row.whose.case,
                "person_link": row.whose.person,
                "sealed": row.sealed,
            }
            for row in rows
        ]
        connection.execute(insert(vault_records), values)


def reseal_vault(connection: Connection, load: str, keys: Mapping[Compartment, bytes]) -> None:
    """Replace the sealed content keys of a load; the records stay unchanged."""
    for compartment, sealed in keys.items():
        connection.execute(
            update(vault_keys)
            .where(vault_keys.c.load == load, vault_keys.c.compartment == compartment.value)
            .values(sealed_key=sealed)
        )


def _chunks(records: Iterable[SealedRecord]) -> Iterator[list[SealedRecord]]:
    waiting = iter(records)
    return iter(lambda: list(islice(waiting, AT_ONCE)), [])
