"""A person's signing key in a file: Ed25519, sealed under a passphrase. Bytes in, bytes out.

The sealing key is derived from the passphrase by scrypt (RFC 7914). The secret is encrypted with AES-256-GCM
(NIST SP 800-38D), and the rest of the file is authenticated with the secret, so that nobody can give a sealed
secret another name or public key.
"""

import json
import re
import secrets
from dataclasses import dataclass, replace
from typing import Any

from Crypto.Cipher import AES

from audit.errors import AuditError
from audit.formats.canonical import canonical_json
from audit.formats.note import Signer
from audit.formats.vkey import VerifierKey
from gateway.errors import SafelaneError
from gateway.keys.passphrase import CHOOSE_WORDS, key_of, too_short

FORMAT = "safelane-personal-key/v1"
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 1
"""About 0.1 s and 32 MB for each guess of the passphrase (RFC 7914, section 2)."""
_SALT, _NONCE, _TAG = 16, 12, 16
_HEX = re.compile(r"(?:[0-9a-f]{2})+", re.ASCII)


class SealedKeyError(SafelaneError):
    """A personal key that does not open, or a file without a key. The message never shows a secret."""

    exit_code = 7


@dataclass(frozen=True)
class SealedKey:
    """`key` is the vkey of C2SP signed-note for this key's signatures, and no secret."""

    key: str
    salt: bytes
    nonce: bytes
    sealed: bytes

    def to_bytes(self) -> bytes:
        """Return the file: one JSON object, the only spelling that `parse` accepts."""
        return (json.dumps(self._document(), indent=1) + "\n").encode("ascii")

    @classmethod
    def parse(cls, content: bytes) -> "SealedKey":
        """Read the bytes of a file. Raises SealedKeyError for anything `to_bytes` would not write."""
        try:
            document = json.loads(content.decode("ascii"))
            found = cls(
                str(VerifierKey.parse(document["key"])),
                _unhex(document["salt"], _SALT),
                _unhex(document["nonce"], _NONCE),
                _unhex(document["sealed"]),
            )
            intact = found.to_bytes() == content
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, AuditError):
            intact = False
        if not intact:
            raise SealedKeyError(
                "This is not a personal key, or the file is damaged.",
                remedy="Restore it from its backup: safelane keys restore.",
            )
        return found

    def _document(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "key": self.key,
            "salt": self.salt.hex(),
            "nonce": self.nonce.hex(),
            "sealed": self.sealed.hex(),
        }

    @property
    def associated(self) -> bytes:
        """Return the authenticated data: all of the file but the secret itself."""
        document = self._document()
        del document["sealed"]
        return canonical_json(document)


def seal(signer: Signer, passphrase: str) -> SealedKey:
    """The signer's key as a file. Raises SealedKeyError for a passphrase that is too short."""
    if (message := too_short(passphrase)) is not None:
        raise SealedKeyError(message, remedy=CHOOSE_WORDS)
    empty = SealedKey(str(signer.key), secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE), b"")
    sealed, tag = _cipher(empty, passphrase).encrypt_and_digest(signer.secret().encode("ascii"))
    return replace(empty, sealed=sealed + tag)


def unseal(kept: SealedKey, passphrase: str) -> Signer:
    """Return the signer. Raises SealedKeyError for a wrong passphrase or a changed file."""
    body, tag = kept.sealed[:-_TAG], kept.sealed[-_TAG:]
    try:
        return Signer.parse(_cipher(kept, passphrase).decrypt_and_verify(body, tag).decode("ascii"))
    except (ValueError, AuditError):
        raise SealedKeyError(
            "The key does not open: the passphrase is another one, or the file was changed.",
            remedy="Nothing was signed. Try again; a lost passphrase cannot be recovered: "
            "revoke the key and create a new one.",
        ) from None


def _cipher(kept: SealedKey, passphrase: str) -> Any:
    key = key_of(passphrase, kept.salt, (SCRYPT_N, SCRYPT_R, SCRYPT_P), 32)
    cipher = AES.new(key, AES.MODE_GCM, nonce=kept.nonce, mac_len=_TAG)
    cipher.update(kept.associated)
    return cipher


def _unhex(text: str, length: int | None = None) -> bytes:
    if not _HEX.fullmatch(text) or (length is not None and len(text) != 2 * length):
        raise ValueError("not hexadecimal of the right length")
    return bytes.fromhex(text)
