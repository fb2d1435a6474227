"""Keyed random numbers: the same on any machine for the same key, secret without the key."""

import hmac

import numpy as np
from Crypto.Hash import SHAKE256
from numpy.typing import NDArray

from anonymisers.errors import RulesError

KEY_BYTES = 32
FRACTIONS = 2.0**32
"""How many different fractions may be drawn: each times this is a whole number."""


def random_fractions(key: bytes, purpose: str, count: int) -> NDArray[np.float64]:
    """`count` numbers in [0, 1), determined by the key and the purpose alone.

    HMAC-SHA256 (RFC 2104) of the purpose, extended by SHAKE256 (FIPS 202). Raises RulesError for a key of
    fewer than KEY_BYTES bytes.
    """
    if len(key) < KEY_BYTES:
        message = f"the member's key has {len(key)} bytes; it must have {KEY_BYTES}"
        raise RulesError(message, remedy="Make one with: openssl rand 32")
    stream = SHAKE256.new(derive_key(key, purpose)).read(4 * count) if count else b""
    return np.frombuffer(stream, dtype="<u4").astype(np.float64) / FRACTIONS


def derive_key(key: bytes, purpose: str) -> bytes:
    """Derive a key (32 bytes) for a purpose: HMAC-SHA256 as pseudorandom function (NIST SP 800-108)."""
    return hmac.digest(key, b"safelane suppression 1\x00" + purpose.encode(), "sha256")
