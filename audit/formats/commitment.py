"""Salted commitments: values that may have to be erased, or could be guessed, enter the log only as
commitments.

Without the salt a commitment says nothing about the value, however few values are possible; with the salt,
the author is bound to the value. Erasing the opening erases the value and leaves the log whole.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from audit.errors import CommitmentError, MalformedError

SALT_SIZE: Final = 32
_DIGEST_SIZE: Final = 32
_DOMAIN: Final = b"safelane/commitment/v1"
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Commitment:
    """SHA-256 over a label, a secret salt and the value. `str()` gives 64 hexadecimal digits."""

    digest: bytes

    def __post_init__(self) -> None:
        if len(self.digest) != _DIGEST_SIZE:
            raise MalformedError("commitment", f"{len(self.digest)} bytes")

    def __str__(self) -> str:
        return self.digest.hex()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the 64 lower-case hexadecimal digits. Raises MalformedError."""
        if _HEX.fullmatch(text) is None:
            raise MalformedError("commitment", "not 64 lower-case hexadecimal digits")
        return cls(bytes.fromhex(text))


@dataclass(frozen=True)
class Opening:
    """The opening of a commitment. The label names the kind of value, so that no kind passes for another."""

    label: str
    salt: bytes
    value: bytes

    def __post_init__(self) -> None:
        if len(self.salt) != SALT_SIZE:
            raise MalformedError("opening", f"a salt of {len(self.salt)} bytes instead of {SALT_SIZE}")

    def __repr__(self) -> str:
        return f"Opening({self.label!r})"  # a value that may be personal does not belong in a traceback

    @property
    def commitment(self) -> Commitment:
        """Return the commitment. Every part is hashed with its length in front, so that no two parts run
        together."""
        parts = (_DOMAIN, self.label.encode(), self.salt, self.value)
        return Commitment(sha256(b"".join(len(p).to_bytes(8, "big") + p for p in parts)).digest())

    def verify(self, commitment: Commitment) -> None:
        """Raise CommitmentError unless the opening fits the commitment."""
        if not hmac.compare_digest(self.commitment.digest, commitment.digest):
            raise CommitmentError(f"the opening for {self.label!r} does not open this commitment")


def commit(label: str, value: bytes) -> Opening:
    """Commit under a new random salt; the log gets `opening.commitment`, a side table the opening."""
    return Opening(label, secrets.token_bytes(SALT_SIZE), value)
