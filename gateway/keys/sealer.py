"""Encryption of secrets that must be read again, under a key outside the database."""

import hmac
import secrets
from hashlib import sha256

from Crypto.Cipher import AES

_NONCE, _TAG = 12, 16


class KeySealer:
    """AES-256-GCM (NIST SP 800-38D) with a random nonce; a secret's use is authenticated with the secret.

    Two keys are derived from the stored key, so that neither key serves two algorithms.
    """

    def __init__(self, key: bytes) -> None:
        self._sealing = _derived(key, b"seal")
        self._blinding = _derived(key, b"blind")

    def seal(self, text: str, use: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        sealed, tag = self._cipher(nonce, use).encrypt_and_digest(text.encode())
        return bytes(nonce + sealed + tag)

    def unseal(self, sealed: bytes, use: str) -> str:
        """Decrypt. Raises ValueError for any text that was not sealed under this key for this use."""
        if len(sealed) < _NONCE + _TAG:
            raise ValueError("too short to be sealed")
        nonce, body, tag = sealed[:_NONCE], sealed[_NONCE:-_TAG], sealed[-_TAG:]
        return str(self._cipher(nonce, use).decrypt_and_verify(body, tag).decode())

    def blind(self, text: str) -> str:
        """Return HMAC-SHA256 as hexadecimal digits."""
        return hmac.new(self._blinding, text.encode(), sha256).hexdigest()

    def _cipher(self, nonce: bytes, use: str):  # type: ignore[no-untyped-def]  # pycryptodome names no common type
        cipher = AES.new(self._sealing, AES.MODE_GCM, nonce=nonce, mac_len=_TAG)
        cipher.update(use.encode())
        return cipher


def _derived(key: bytes, use: bytes) -> bytes:
    return hmac.new(key, b"safelane " + use, sha256).digest()
