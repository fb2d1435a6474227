"""Verifier keys of signed notes (c2sp.org/signed-note): name, signature type and public key in one line."""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from audit.errors import MalformedError
from audit.formats.encoding import parse_base64, to_base64, utf8

ED25519: Final = 0x01
"""Signature type of plain Ed25519 notes."""
COSIGNATURE_V1: Final = 0x04
"""Signature type of timestamped Ed25519 cosignatures (c2sp.org/tlog-cosignature)."""
SUBTREE_V1: Final = 0x06
"""Signature type of timestamped ML-DSA-44 cosignatures (c2sp.org/tlog-cosignature)."""

WITNESS_KEY_TYPES: Final = {"ed25519": COSIGNATURE_V1, "ml-dsa-44": SUBTREE_V1}
"""The types of a witness's key, by the names that people give them."""
_KEY_LENGTHS: Final = {ED25519: 32, COSIGNATURE_V1: 32, SUBTREE_V1: 1312}

_FORBIDDEN: Final = re.compile(r"[\x00-\x1f+]")
_LONGEST_KEPT: Final = 4_000
"""Longest vkey line, in characters, that is cached; an ML-DSA key takes less than half."""


def check_name(name: str) -> None:
    """Check a key name: not empty, no white space, no plus sign, no control character.

    Raises MalformedError.
    """
    utf8(name, "key name")
    if not name:
        raise MalformedError("key name", "it is empty")
    if name.split() != [name] or _FORBIDDEN.search(name) is not None:
        raise MalformedError("key name", "it contains white space, a plus sign or a control character")


@dataclass(frozen=True)
class VerifierKey:
    """A public key with the name of its owner. `str()` is the vkey line."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.kind not in _KEY_LENGTHS:
            raise MalformedError("verifier key", f"signature type 0x{self.kind:02x} is not supported")
        if len(self.public) != _KEY_LENGTHS[self.kind]:
            raise MalformedError("verifier key", f"a public key of {len(self.public)} bytes")

    @property
    def key_id(self) -> bytes:
        """Four bytes identifying, together with the name, the key of a signature."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @staticmethod
    def parse(text: str) -> "VerifierKey":
        """Read a vkey line (without newline). Raises MalformedError, also when the key ID does not fit."""
        return _read_once(text) if len(text) <= _LONGEST_KEPT else _read(text)


def _read(text: str) -> VerifierKey:
    parts = text.split("+", 2)  # base64 may itself contain plus signs
    if len(parts) != 3:
        raise MalformedError("verifier key", "not of the form name+id+key")
    name, key_id, encoded = parts
    material = parse_base64(encoded, "verifier key")
    if not material:
        raise MalformedError("verifier key", "no key in it")
    key = VerifierKey(name, material[0], material[1:])
    if key.key_id.hex() != key_id:
        raise MalformedError("verifier key", "its key ID does not belong to its name and key")
    return key


_read_once = lru_cache(maxsize=512)(_read)
"""Cached by text: a region's few keys are read with every call."""
