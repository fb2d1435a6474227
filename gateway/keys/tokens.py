"""Bearer tokens: 256 random bits, shown once, stored as a hash."""

import secrets
from hashlib import sha256


def new_token() -> str:
    return "slt_" + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """How a token is stored. No guessing reaches 256 random bits: a plain hash suffices."""
    return sha256(b"safelane token\n" + token.encode()).hexdigest()
