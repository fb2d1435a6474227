"""Epoch keys: made and kept by the member alone, wrapped at rest, destroyed to end all recomputation.

A key epoch is the cryptoperiod (NIST SP 800-57) of one key. `K_epoch` is 32 random bytes. At rest the key is
wrapped with AES-KW (RFC 3394, NIST SP 800-38F) under a key that HKDF-SHA256 (RFC 5869) derives from the
key-encryption key for this member and this epoch, so that a wrapped key moved to another epoch or another
member does not unwrap. The key-encryption key comes from a passphrase through scrypt (RFC 7914) or from a
file of 32 random bytes. The module works on bytes: reading, writing and overwriting files is left to the
caller.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from Crypto.Cipher import AES

from anonymisers.errors import EpochDestroyedError, KeyStoreError
from anonymisers.identity.pseudonym_domain import KEY_BYTES, hkdf, length_prefixed

FORMAT = "safelane-epochs/v1"
SALT_BYTES = 16
WRAPPED_BYTES = KEY_BYTES + 8
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 1
"""About 0.1 s and 32 MB for each guess of the passphrase (RFC 7914, section 2)."""
LEAST_PASSPHRASE = 12

DESTROYED = "destroyed"
_MEMBER = re.compile(r"[A-Z]{2}")
_HEX = re.compile(r"(?:[0-9a-f]{2})+")


@dataclass(frozen=True)
class EpochStore:
    """The wrapped keys of one member, as stored in the key file.

    `salt` is the scrypt salt, empty when the key-encryption key comes from a file. `epochs` maps the number
    of an epoch, from 1, to the wrapped key, or to None once the key was destroyed.
    """

    member: str
    salt: bytes
    epochs: Mapping[int, bytes | None]

    def __post_init__(self) -> None:
        object.__setattr__(self, "epochs", MappingProxyType(dict(sorted(self.epochs.items()))))

    @property
    def current(self) -> int:
        """The newest epoch. Raises KeyStoreError when there is none yet."""
        if not self.epochs:
            raise KeyStoreError(
                f"the key store of {self.member} has no epoch yet", remedy="Begin an epoch first."
            )
        return max(self.epochs)


def new_store(member: str, *, from_passphrase: bool) -> EpochStore:
    """A key store without epochs, for a key-encryption key from a passphrase or else from a key file."""
    _check_member(member)
    return EpochStore(member, secrets.token_bytes(SALT_BYTES) if from_passphrase else b"", {})


def key_from_passphrase(passphrase: str, store: EpochStore) -> bytes:
    """The key-encryption key of a store. Raises KeyStoreError for a short passphrase or a key-file store."""
    if not store.salt:
        raise KeyStoreError(
            f"the key store of {store.member} is locked with a key file, not with a passphrase",
            remedy="Give the key file.",
        )
    check_passphrase(passphrase)
    return passphrase_key(passphrase, store.salt)


def check_passphrase(passphrase: str) -> None:
    """Raise KeyStoreError for a short passphrase."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise KeyStoreError(
            f"the passphrase is shorter than {LEAST_PASSPHRASE} characters", remedy="Choose a longer one."
        )


def passphrase_key(passphrase: str, salt: bytes) -> bytes:
    """The key of a passphrase: scrypt (RFC 7914), 32 bytes."""
    return hashlib.scrypt(
        passphrase.encode("utf-8"),
        salt=salt,
        n=SCRYPT_N,
        r=SCRYPT_R,
        p=SCRYPT_P,
        maxmem=2 * 128 * SCRYPT_N * SCRYPT_R,
        dklen=KEY_BYTES,
    )


def key_from_file(content: bytes, store: EpochStore) -> bytes:
    """The key-encryption key of a store from the bytes of a key file. Raises KeyStoreError."""
    if store.salt:
        raise KeyStoreError(
            f"the key store of {store.member} is locked with a passphrase, not with a key file",
            remedy="Give the passphrase.",
        )
    if len(content) != KEY_BYTES:
        raise KeyStoreError(
            f"a key file holds exactly {KEY_BYTES} random bytes, this one has another length",
            remedy="Give the key file that was made with the store; a new one does not open it.",
        )
    return content


def begin_epoch(store: EpochStore, kek: bytes) -> EpochStore:
    """Return the store with one more epoch, with a new random key.

    Raises KeyStoreError when `kek` is not the key of the existing epochs: a store locked partly with one
    secret and partly with another would be noticed only when it is too late.
    """
    for epoch, wrapped in store.epochs.items():
        if wrapped is not None:
            open_epoch(store, kek, epoch)
    epoch = max(store.epochs, default=0) + 1
    wrapped = _wrapper(store.member, epoch, kek).seal(secrets.token_bytes(KEY_BYTES))
    return replace(store, epochs={**store.epochs, epoch: wrapped})


def open_epoch(store: EpochStore, kek: bytes, epoch: int) -> bytes:
    """`K_epoch`, 32 bytes. Raises EpochDestroyedError, or KeyStoreError when unknown or locked."""
    if epoch not in store.epochs:
        raise KeyStoreError(
            f"the key store of {store.member} has no epoch {epoch}",
            remedy="Name an epoch that was begun, or restore the store from its backup.",
        )
    wrapped = store.epochs[epoch]
    if wrapped is None:
        raise EpochDestroyedError(
            f"the key of epoch {epoch} of {store.member} was destroyed",
            remedy="Its pseudonyms cannot be computed again. Use a newer epoch.",
        )
    try:
        return bytes(_wrapper(store.member, epoch, kek).unseal(wrapped))
    except ValueError:
        raise KeyStoreError(
            f"the key of epoch {epoch} of {store.member} does not open",
            remedy="The passphrase or key file is another one, or the store is damaged: restore its backup.",
        ) from None


def destroy_epoch(store: EpochStore, epoch: int) -> EpochStore:
    """Return the store without the key of this epoch; the epoch itself stays on record.

    The caller overwrites every copy, backups too: an old copy with its secret still contains the key.
    """
    if epoch not in store.epochs:
        raise KeyStoreError(
            f"the key store of {store.member} has no epoch {epoch}", remedy="Name an epoch that was begun."
        )
    return replace(store, epochs={**store.epochs, epoch: None})


def dump_store(store: EpochStore) -> bytes:
    """Return the store as the bytes of its file: one JSON object, in the only spelling accepted by
    `parse_store`."""
    document = {
        "format": FORMAT,
        "member": store.member,
        "salt": store.salt.hex(),
        "epochs": {
            str(epoch): DESTROYED if wrapped is None else wrapped.hex()
            for epoch, wrapped in store.epochs.items()
        },
    }
    return (json.dumps(document, indent=1) + "\n").encode("ascii")


def parse_store(content: bytes) -> EpochStore:
    """Read the bytes of a key store. Raises KeyStoreError for anything `dump_store` would not write."""
    try:
        document = json.loads(content.decode("ascii"))
        store = EpochStore(
            member=document["member"],
            salt=_unhex(document["salt"], SALT_BYTES) if document["salt"] else b"",
            epochs={int(epoch): _wrapped(entry) for epoch, entry in document["epochs"].items()},
        )
        _check_member(store.member)
        intact = dump_store(store) == content and all(epoch >= 1 for epoch in store.epochs)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        intact = False
    if not intact:
        raise KeyStoreError(
            "this is not a key store, or it is damaged", remedy="Restore the key store from its backup."
        )
    return store


def _wrapper(member: str, epoch: int, kek: bytes) -> Any:
    if len(kek) != KEY_BYTES:
        raise KeyStoreError(
            f"a key-encryption key has exactly {KEY_BYTES} bytes", remedy="Give the passphrase or key file."
        )
    key = hkdf(kek, salt=member.encode("utf-8"), info=length_prefixed("epoch-wrap/v1", member, str(epoch)))
    return AES.new(key, AES.MODE_KW)


def _check_member(member: str) -> None:
    if not _MEMBER.fullmatch(member):
        raise KeyStoreError("a member is named by two capital letters, such as KH")


def _unhex(text: str, length: int) -> bytes:
    if not _HEX.fullmatch(text) or len(text) != 2 * length:
        raise KeyStoreError(
            "a field of the key store is not hexadecimal of the right length",
            remedy="Restore the key store from its backup.",
        )
    return bytes.fromhex(text)


def _wrapped(entry: str) -> bytes | None:
    return None if entry == DESTROYED else _unhex(entry, WRAPPED_BYTES)
