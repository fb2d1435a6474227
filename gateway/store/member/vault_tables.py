"""The vault's tables, apart from the snapshot: what they keep is said in
`gateway.member.model.vault_load`.
"""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, LargeBinary, String, Table

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
