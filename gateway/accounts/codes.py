"""One-time codes of a code generator (TOTP, RFC 6238), and the recovery codes for when it is lost."""

import hmac
from datetime import datetime

import pyotp

from gateway.accounts.secrets import Kind, new_code, secret_hash, typed

STEP_SECONDS = 30
SKEW = 1
"""Steps that a device's clock may be off, either way."""
NOBODYS = "A" * 32
"""A generator that belongs to no account: for the same work where there is none."""
RECOVERY_CODES = 8
RECOVERY_GROUPS = 6
"""About 119 bits each: a plain hash suffices (OWASP ASVS 5.0, 6.5.2)."""


def new_generator() -> str:
    """The secret of a new code generator: 160 random bits in base 32 (RFC 4226 asks for as many)."""
    return pyotp.random_base32(32)


def address(generator: str, name: str, place: str) -> str:
    """What an authenticator app reads: an otpauth:// address that names account and place."""
    return pyotp.TOTP(generator).provisioning_uri(name=name, issuer_name=place)


def step_of(generator: str, code: str, now: datetime) -> int | None:
    """The time step that the code belongs to, or None. All steps that come into question are compared."""
    word = code.replace(" ", "")
    totp = pyotp.TOTP(generator)
    present = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - SKEW, present + SKEW + 1):
        if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), word.encode()):
            found = step
    return found


def new_recovery_codes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Recovery codes to show once, and their hashes to keep."""
    codes = tuple(new_code(RECOVERY_GROUPS) for _ in range(RECOVERY_CODES))
    return codes, tuple(secret_hash(Kind.RECOVERY, code) for code in codes)


def recovery_hash(code: str) -> str:
    """The hash that a typed recovery code would be kept as."""
    return secret_hash(Kind.RECOVERY, typed(code))
