"""One-time codes of a code generator (TOTP, RFC 6238), and recovery codes for a lost generator."""

import hmac
from datetime import datetime

import pyotp

from gateway.accounts.secrets import Kind, new_code, secret_hash, typed

STEP_SECONDS = 30
SKEW = 1
"""Number of time steps by which a device's clock may be wrong, either way."""
NOBODYS = "A" * 32
"""A generator without an account: a name without an account costs the same work."""
RECOVERY_CODES = 8
RECOVERY_GROUPS = 6
"""About 119 bits each: a plain hash suffices (OWASP ASVS 5.0, 6.5.2)."""


def new_generator() -> str:
    """The secret of a new code generator: 160 random bits in base 32 (RFC 4226 asks for as many)."""
    return pyotp.random_base32(32)


def address(generator: str, name: str, place: str) -> str:
    """Return the otpauth:// address for an authenticator app; the address names account and place."""
    return pyotp.TOTP(generator).provisioning_uri(name=name, issuer_name=place)


def step_of(generator: str, code: str, now: datetime) -> int | None:
    """Return the time step that the code belongs to, or None. All possible steps are compared."""
    word = code.replace(" ", "")
    totp = pyotp.TOTP(generator)
    present = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - SKEW, present + SKEW + 1):
        if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), word.encode()):
            found = step
    return found


def new_recovery_codes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return recovery codes to show once, and the hashes to store."""
    codes = tuple(new_code(RECOVERY_GROUPS) for _ in range(RECOVERY_CODES))
    return codes, tuple(secret_hash(Kind.RECOVERY, code) for code in codes)


def recovery_hash(code: str) -> str:
    """Return the hash under which a typed recovery code would be stored."""
    return secret_hash(Kind.RECOVERY, typed(code))
