"""Events under the names of former versions: read for ever, but no longer written.

Each class is a present event under another type, or with other names of fields, so that all code that reads,
explains or exports the present event does the same for entries of former versions. The bytes of a former
entry stay as they were: `encode` gives back exactly the bytes that `decode` read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from audit.events.account_events import AccountChanged
from audit.events.extract_events import ExtractSealed, VaultCustodianReplaced
from audit.events.question_events import ApprovalAwaited, ApprovalDecided
from audit.events.record_events import PrivacyCharged


@dataclass(frozen=True)
class FormerApprovalAwaited(ApprovalAwaited):
    """`approval-awaited` under its former type, only read."""

    TYPE: ClassVar[str] = "waits-for-leave"


@dataclass(frozen=True)
class FormerApprovalDecided(ApprovalDecided):
    """`approval-decided` under its former type, only read."""

    TYPE: ClassVar[str] = "leave-given"


@dataclass(frozen=True)
class FormerAccountChanged(AccountChanged):
    """`account-changed` under its former type, only read."""

    TYPE: ClassVar[str] = "account-handled"


@dataclass(frozen=True)
class FormerVaultCustodianReplaced(VaultCustodianReplaced):
    """`vault-custodian-replaced` under its former type, only read."""

    TYPE: ClassVar[str] = "vault-custodian-exchanged"


@dataclass(frozen=True)
class FormerExtractSealed(ExtractSealed):
    """The former version of `extract-sealed`, only read: the fingerprint of a copy was called its canary."""

    TYPE: ClassVar[str] = ExtractSealed.TYPE
    VERSION: ClassVar[int] = 1
    FORMER_FIELDS: ClassVar[Mapping[str, str]] = MappingProxyType({"fingerprint": "canary"})


@dataclass(frozen=True)
class FormerPrivacyCharged(PrivacyCharged):
    """The former version of `privacy-charged`, only read: a release part was called a portion."""

    TYPE: ClassVar[str] = PrivacyCharged.TYPE
    VERSION: ClassVar[int] = 1
    FORMER_FIELDS: ClassVar[Mapping[str, str]] = MappingProxyType({"release_part": "portion"})


FORMER_EVENTS: Final = (
    *(FormerApprovalAwaited, FormerApprovalDecided, FormerAccountChanged, FormerVaultCustodianReplaced),
    *(FormerExtractSealed, FormerPrivacyCharged),
)

_PRESENT: Final = {
    FormerApprovalAwaited.TYPE: ApprovalAwaited.TYPE,
    FormerApprovalDecided.TYPE: ApprovalDecided.TYPE,
    FormerAccountChanged.TYPE: AccountChanged.TYPE,
    FormerVaultCustodianReplaced.TYPE: VaultCustodianReplaced.TYPE,
}


def present_type(name: str) -> str:
    """Return the present name of a type of entries; a type that was never renamed has one name only."""
    return _PRESENT.get(name, name)


def all_types(name: str) -> tuple[str, ...]:
    """Return a type with every former name of the type, as searches need."""
    return (name, *(former for former, present in _PRESENT.items() if present == name))
