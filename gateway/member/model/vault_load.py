"""The vault: what must be kept of identifiers and narratives, encrypted and apart from the snapshot.

A load writes it with public keys and replaces what the former load kept: nobody stays in it who is not in the
register any more. Who may open which compartment is said in `anonymisers.identity.key_custody`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from anonymisers.identity.vault_records import Compartment, RecordKey


@dataclass(frozen=True)
class SealedRecord:
    """A record as it is kept: whose it is, by internal pseudonyms, and its encrypted fields."""

    compartment: Compartment
    whose: RecordKey
    sealed: bytes


@dataclass(frozen=True)
class VaultLoad:
    """What one load keeps: its random name, its content keys sealed to the vault, and its records."""

    load: str
    keys: Mapping[Compartment, bytes]
    records: Iterable[SealedRecord]


class Vault(Protocol):
    """Reading the vault. Nothing here can open it."""

    def load(self) -> str | None:
        """The name of the load whose values are kept; None when nothing is."""

    def sealed_key(self, compartment: Compartment) -> bytes | None: ...

    def records(self, compartment: Compartment, person: str | None = None) -> Iterator[SealedRecord]:
        """The records of a compartment, of one person or of all, in the order of their numbers."""
