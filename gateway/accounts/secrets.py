"""Secrets that are shown once: made, and kept only as hashes.

All have at least 118 random bits, most 256: no guessing reaches them, so that a plain hash suffices.
Passphrases are another matter (`gateway.accounts.passphrases`).
"""

import secrets
from enum import StrEnum
from hashlib import sha256

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters that are read for others."""
_GROUP = 4


class Kind(StrEnum):
    """What a secret is for: one never passes for another, also if the same bytes came twice."""

    TOKEN = "slt"  # noqa: S105 - a prefix
    SESSION = "sls"
    BROWSER = "slb"
    VISIT = "slv"
    INVITATION = "sli"
    RECOVERY = "slr"


def new_secret(kind: Kind) -> str:
    """256 random bits behind a prefix that says what they are, also to programs that search for leaks."""
    return f"{kind.value}_{secrets.token_urlsafe(32)}"


def new_code(groups: int) -> str:
    """A secret that a person types: groups of four letters and digits, about 20 bits each."""
    word = "".join(secrets.choice(_ALPHABET) for _ in range(groups * _GROUP))
    return "-".join(word[i : i + _GROUP] for i in range(0, len(word), _GROUP))


def typed(code: str) -> str:
    """A code as it was made, whatever spaces, capitals and dashes it is typed with."""
    word = "".join(c for c in code.lower() if c.isalnum())
    return "-".join(word[i : i + _GROUP] for i in range(0, len(word), _GROUP))


def secret_hash(kind: Kind, secret: str) -> str:
    """How a secret is kept."""
    return sha256(f"safelane {kind.value}\n{secret}".encode()).hexdigest()


def new_id() -> str:
    """A name for a row that a person can point at; it is no secret."""
    return secrets.token_hex(6)
