"""The vault: identifiers and narratives that must be kept, encrypted and apart from the snapshot.

A load writes the vault with public keys and replaces the contents of the former load: nobody stays in the
vault who is no longer in the register. `anonymisers.identity.key_custody` says who may open which
compartment.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from anonymisers.identity.vault_records import Compartment, RecordKey


@dataclass(frozen=True)
class SealedRecord:
    """A record of the vault: its person and case, by internal pseudonyms, and its encrypted fields."""

    compartment: Compartment
    whose: RecordKey
    sealed: bytes


@dataclass(frozen=True)
class VaultLoad:
    """The vault's part of a load: the load's random name, its content keys sealed to the vault, and its
    records.
    """

    load: str
    keys: Mapping[Compartment, bytes]
    records: Iterable[SealedRecord]


class Vault(Protocol):
    """Reading the vault, without opening any record."""

    def load(self) -> str | None:
        """The name of the load in the vault; None for an empty vault."""

    def sealed_key(self, compartment: Compartment) -> bytes | None: ...

    def records(self, compartment: Compartment, person: str | None = None) -> Iterator[SealedRecord]:
        """The records of a compartment, of one person or of all, in the order of their numbers."""
