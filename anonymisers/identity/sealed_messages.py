"""Messages for one reader: sealed to a public key, so that the sender cannot open a message again.

HPKE (RFC 9180) in base mode, with X25519, HKDF-SHA256 and AES-256-GCM: a fresh key pair for every message.
`info` names the use of a message; a message sealed for another use does not open. Base mode does not
authenticate the sender: anybody who knows the public key can seal.
"""

import hashlib
import re
import secrets

from Crypto.Protocol import HPKE
from Crypto.Protocol.DH import import_x25519_private_key, import_x25519_public_key
from Crypto.PublicKey.ECC import EccKey

from anonymisers.errors import KeyStoreError

KEY_BYTES = 32
ENCAPSULATED = 32
"""Bytes of the ephemeral public key before the ciphertext."""

_PUBLIC = re.compile(r"slx1\.([0-9a-f]{64})\.([0-9a-f]{8})")


def new_private() -> bytes:
    """A new X25519 private key: 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def public_of(private: bytes) -> bytes:
    """Return the public key of a private key, 32 bytes. Raises KeyStoreError for a key of another length."""
    raw: bytes = _private(private).public_key().export_key(format="raw")
    return raw


def seal(public: bytes, message: bytes, *, info: bytes, associated: bytes = b"") -> bytes:
    """Seal a message to a public key: the encapsulated key, then the ciphertext. Raises KeyStoreError.

    `associated` is authenticated but not part of the sealed bytes, and must be given again to open the
    message.
    """
    try:
        receiver = import_x25519_public_key(public)
        cipher = HPKE.new(receiver_key=receiver, aead_id=HPKE.AEAD.AES256_GCM, info=info)
    except ValueError:
        raise KeyStoreError(
            "this is not a public key that anything can be sealed to", remedy="Ask its owner for it again."
        ) from None
    return bytes(cipher.enc + cipher.seal(message, associated))


def open_sealed(private: bytes, sealed: bytes, *, info: bytes, associated: bytes = b"") -> bytes:
    """Open a message sealed to the public key of `private`, for the same use.

    Raises KeyStoreError: sealed to another key, for another use, or changed since.
    """
    receiver = _private(private)
    try:
        cipher = HPKE.new(
            receiver_key=receiver, enc=sealed[:ENCAPSULATED], aead_id=HPKE.AEAD.AES256_GCM, info=info
        )
        return bytes(cipher.unseal(sealed[ENCAPSULATED:], associated))
    except ValueError:
        raise KeyStoreError(
            "this does not open: it is sealed to another key or for another use, or it was changed",
            remedy="Use the key that it was sealed to, and an unchanged copy.",
        ) from None


def public_text(public: bytes) -> str:
    """Return a public key in the form exchanged by people: `slx1.`, 64 hexadecimal digits, 8 check digits."""
    return f"slx1.{public.hex()}.{_check(public)}"


def parse_public(text: str) -> bytes:
    """Read a public key. Raises KeyStoreError for anything that `public_text` would not write."""
    form = _PUBLIC.fullmatch(text)
    if form is None or _check(bytes.fromhex(form[1])) != form[2]:
        raise KeyStoreError(
            "this is not a public key of the form slx1.<64 digits>.<8 digits>, or it was mistyped",
            remedy="Copy it again from `safelane extract keys`.",
        )
    return bytes.fromhex(form[1])


def _check(public: bytes) -> str:
    return hashlib.sha256(b"slx1" + public).hexdigest()[:8]


def _private(private: bytes) -> EccKey:
    if len(private) != KEY_BYTES:
        raise KeyStoreError(
            f"a private key has exactly {KEY_BYTES} bytes", remedy="Restore the key from its backup."
        )
    return import_x25519_private_key(private)
