"""The domain of a pseudonym, the key of the domain, and the encoding that separates domains."""

from dataclasses import dataclass

from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

from anonymisers.errors import IdentifierError, KeyStoreError

KEY_BYTES = 32
GREATEST_EPOCH = 999_999_999


@dataclass(frozen=True)
class Domain:
    """Within one domain equal people have equal pseudonyms; across domains nobody can join pseudonyms.

    `member` is the state making the pseudonyms, `recipient` and `purpose` their use, `kind` the kind of
    identifier (`nid`, `case_id`, `name`, ...). Raises IdentifierError for an empty part.
    """

    member: str
    epoch: int
    recipient: str
    purpose: str
    kind: str

    def __post_init__(self) -> None:
        for part in ("member", "recipient", "purpose", "kind"):
            if not getattr(self, part):
                raise IdentifierError(f"the {part} of a pseudonym is empty", remedy=f"Name the {part}.")
        if not 0 <= self.epoch <= GREATEST_EPOCH:
            raise IdentifierError(f"an epoch is a whole number from 0 to {GREATEST_EPOCH}")


def length_prefix(length: int) -> bytes:
    """The length of a part of LP: 4 bytes, big-endian."""
    return length.to_bytes(4, "big")


def length_prefixed(*parts: str) -> bytes:
    """LP(a, b, ...): each part as UTF-8 with its length in front, so that different lists have different
    encodings."""
    encoded = [part.encode("utf-8") for part in parts]
    return b"".join(length_prefix(len(part)) + part for part in encoded)


def hkdf(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869): 32 bytes."""
    key = HKDF(secret, KEY_BYTES, salt, SHA256, context=info)
    assert isinstance(key, bytes)  # noqa: S101 - one key asked for: the library's type allows several
    return key


def domain_key(k_epoch: bytes, domain: Domain, *, label: str = "psn/v1") -> bytes:
    """Derive `K_dom`, 32 bytes; `label` names the function that it is for, so that no two share a key.

    Raises KeyStoreError for an epoch key of another length than 32 bytes.
    """
    if len(k_epoch) != KEY_BYTES:
        raise KeyStoreError(
            f"an epoch key has exactly {KEY_BYTES} bytes", remedy="Open it from the member's key store."
        )
    info = length_prefixed(
        label, domain.member, str(domain.epoch), domain.recipient, domain.purpose, domain.kind
    )
    return hkdf(k_epoch, salt=domain.member.encode("utf-8"), info=info)
