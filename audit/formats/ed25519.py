"""Ed25519 (RFC 8032), with expanded keys cached."""

from functools import lru_cache
from hashlib import sha256
from typing import Final

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa
from Crypto.Signature.eddsa import EdDSASigScheme

from audit.errors import MalformedError, SignatureError

SEED_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64


@lru_cache(maxsize=64)
def _signing(seed: bytes) -> EdDSASigScheme:
    if len(seed) != SEED_SIZE:
        raise MalformedError("signing key", f"a seed of {len(seed)} bytes instead of {SEED_SIZE}")
    return eddsa.new(ECC.construct(curve="Ed25519", seed=seed), "rfc8032")


@lru_cache(maxsize=256)
def _verifying(public: bytes) -> EdDSASigScheme:
    try:
        return eddsa.new(eddsa.import_public_key(public), "rfc8032")
    except ValueError:
        raise MalformedError("verifier key", "not a point of Ed25519") from None


@lru_cache(maxsize=64)
def public_key(seed: bytes) -> bytes:
    """Public key (32 bytes) of a secret seed (32 bytes). Raises MalformedError."""
    if len(seed) != SEED_SIZE:
        raise MalformedError("signing key", f"a seed of {len(seed)} bytes instead of {SEED_SIZE}")
    public: bytes = ECC.construct(curve="Ed25519", seed=seed).public_key().export_key(format="raw")
    return public


def sign(seed: bytes, message: bytes) -> bytes:
    """Sign a message; 64 bytes, the same for the same message."""
    return _signing(seed).sign(message)


def check_key(public: bytes) -> None:
    """Raise MalformedError unless the 32 bytes are a public key."""
    _verifying(public)


_MOST_KNOWN = 4096
_known: dict[bytes, None] = {}
"""Digests of what was verified in this process: a checkpoint comes with a call, an answer and its receipt."""


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Raise SignatureError unless `signature` is the key's on the message.

    What held once holds for ever, and is not computed again; a failure is never remembered.
    """
    if len(signature) != SIGNATURE_SIZE:
        raise SignatureError(f"a signature of {len(signature)} bytes instead of {SIGNATURE_SIZE}")
    # With the length of the key no other three give the same bytes; a signature has one length.
    mark = sha256(len(public).to_bytes(4) + public + signature + message).digest()
    if mark in _known:
        return
    _compute(public, message, signature)
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[mark] = None


def _compute(public: bytes, message: bytes, signature: bytes) -> None:
    try:
        _verifying(public).verify(message, signature)
    except ValueError:
        raise SignatureError("the signature does not fit the text and the key") from None
