"""Secrets that are shown once and stored only as hashes.

Every secret has at least 118 random bits, most have 256: guessing is out of reach, so that a plain hash
suffices. Passphrases are another matter (`gateway.accounts.passphrases`).
"""

import secrets
from enum import StrEnum
from hashlib import sha256

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters that are easily mistaken for others."""
_GROUP = 4


class Kind(StrEnum):
    """The use of a secret. A secret never passes for another kind, even with the same bytes."""

    TOKEN = "slt"  # noqa: S105 - a prefix
    SESSION = "sls"
    BROWSER = "slb"
    VISIT = "slv"
    INVITATION = "sli"
    RECOVERY = "slr"
    ADDRESS = "sla"
    CREDENTIAL = "slk"
    CHALLENGE = "slc"


def new_secret(kind: Kind) -> str:
    """Return 256 random bits behind a prefix that names the kind, also for programs that search for leaks."""
    return f"{kind.value}_{secrets.token_urlsafe(32)}"


def new_code(groups: int) -> str:
    """A secret that a person types: groups of four letters and digits, about 20 bits each."""
    word = "".join(secrets.choice(_ALPHABET) for _ in range(groups * _GROUP))
    return "-".join(word[i : i + _GROUP] for i in range(0, len(word), _GROUP))


def typed(code: str) -> str:
    """Return a code as generated, whatever spaces, capitals and dashes were typed."""
    word = "".join(c for c in code.lower() if c.isalnum())
    return "-".join(word[i : i + _GROUP] for i in range(0, len(word), _GROUP))


def secret_hash(kind: Kind, secret: str) -> str:
    """Return a secret as stored."""
    return sha256(f"safelane {kind.value}\n{secret}".encode()).hexdigest()


def new_id() -> str:
    """Return a name by which a person can refer to a row; the name is no secret."""
    return secrets.token_hex(6)
