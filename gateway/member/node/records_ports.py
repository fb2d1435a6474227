"""The store's part for single records: the vault, record extracts and re-identification requests.

`because` is the entry of the node's own log that explains a write.
"""

from collections.abc import Mapping
from typing import Protocol

from anonymisers.identity.vault_records import Compartment
from gateway.member.model.extract import Extracts, ExtractWriter
from gateway.member.model.reidentification_request import Reidentifications, ReidentificationWriter
from gateway.member.model.vault_load import Vault, VaultLoad


class RecordsView(Protocol):
    """Reading the vault, extracts and requests."""

    @property
    def vault(self) -> Vault: ...

    @property
    def extracts(self) -> Extracts: ...

    @property
    def reidentifications(self) -> Reidentifications: ...


class RecordsWriter(RecordsView, Protocol):
    """Writing the vault, extracts and requests."""

    @property
    def extracts(self) -> ExtractWriter: ...

    @property
    def reidentifications(self) -> ReidentificationWriter: ...

    def replace_vault(self, load: VaultLoad | None, *, because: int) -> None: ...

    def reseal_vault(self, load: str, keys: Mapping[Compartment, bytes]) -> None: ...
