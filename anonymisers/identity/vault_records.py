"""Records of a vault: identifiers and narratives that must be kept, encrypted one by one.

Every load has its own content key for each compartment, 32 random bytes, stored only sealed to the vault's
public key (`sealed_messages`). A record is AES-256-GCM (NIST SP 800-38D) under the content key: the record
number is the nonce, so that no nonce repeats, and the associated data name the record's owner, so that a
record moved to another person, load or member does not open. Lengths are padded to multiples of 64 bytes: a
short name looks like a long name.

Records alone are encrypted by OpenSSL: a register has tens of thousands of them, and each costs pycryptodome
ninety times as long, in preparing a cipher.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anonymisers.errors import KeyStoreError
from anonymisers.identity.pseudonym_domain import KEY_BYTES, length_prefixed
from anonymisers.identity.sealed_messages import open_sealed, seal

NONCE_BYTES = 12
TAG_BYTES = 16
PADDED_TO = 64


class Compartment(StrEnum):
    """The content of a record, which decides about the custodians able to open the record (`key_custody`)."""

    IDENTITY = "identity"
    REDACTED = "redacted"


@dataclass(frozen=True)
class RecordKey:
    """The owner of a record: the member's internal pseudonyms of the case and of the person, and the record
    number."""

    number: int
    case: str
    person: str


@dataclass(frozen=True)
class ContentKey:
    """The key of one compartment of one load, and its only stored form."""

    member: str
    load: str
    compartment: Compartment
    key: bytes
    """Never stored."""

    @classmethod
    def new(cls, member: str, load: str, compartment: Compartment) -> "ContentKey":
        """A new random key."""
        return cls(member, load, compartment, secrets.token_bytes(KEY_BYTES))

    @classmethod
    def opened(
        cls, member: str, load: str, compartment: Compartment, sealed: bytes, *privates: bytes
    ) -> "ContentKey":
        """Open the key of a load in the vault, with the first private key that opens the key.

        Raises KeyStoreError when no private key does.
        """
        *others, last = privates
        for private in others:
            try:
                key = open_sealed(private, sealed, info=_info(member, load, compartment))
            except KeyStoreError:
                continue
            return cls(member, load, compartment, key)
        return cls(
            member, load, compartment, open_sealed(last, sealed, info=_info(member, load, compartment))
        )

    def sealed_to(self, public: bytes) -> bytes:
        """Return the key in its stored form."""
        return seal(public, self.key, info=_info(self.member, self.load, self.compartment))

    def encrypt(self, whose: RecordKey, fields: Mapping[str, str]) -> bytes:
        """Encrypt one record: fields and values. A number must be used only once under this key."""
        body = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        body += b" " * (-len(body) % PADDED_TO)
        return AESGCM(self.key).encrypt(_nonce(whose), body, self._about(whose))

    def decrypt(self, whose: RecordKey, sealed: bytes) -> dict[str, str]:
        """Return the fields of a record. Raises KeyStoreError for another owner's or a changed record."""
        try:
            body = AESGCM(self.key).decrypt(_nonce(whose), sealed, self._about(whose))
        except InvalidTag:
            raise KeyStoreError(
                f"a record in the vault of {self.member} does not open: it was changed or moved",
                remedy="Load the register again: that writes the vault anew.",
            ) from None
        fields: dict[str, str] = json.loads(body.decode("utf-8", "surrogatepass"))
        return fields

    def _about(self, whose: RecordKey) -> bytes:
        parts = (self.member, self.load, self.compartment, str(whose.number), whose.case, whose.person)
        return length_prefixed("vault-record/v1", *parts)


def _nonce(whose: RecordKey) -> bytes:
    return whose.number.to_bytes(NONCE_BYTES, "big")


def _info(member: str, load: str, compartment: Compartment) -> bytes:
    return length_prefixed("vault-content/v1", member, load, compartment)
