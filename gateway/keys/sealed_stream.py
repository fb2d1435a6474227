"""A stream sealed under a passphrase: written and read in pieces, independent of its size.

The format is described in `docs/reference/sealed-backup.md`. The key is derived from the passphrase by scrypt
(RFC 7914). The text is cut into chunks, each sealed with AES-256-GCM (NIST SP 800-38D) under its number and a
mark on the last chunk (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015): no
chunk can be changed, moved, left out or added, and no end be cut off. GCM alone can be opened under two keys;
the header's HMAC commits to one.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from Crypto.Cipher import AES

from gateway.errors import SafelaneError
from gateway.keys.passphrase import CHOOSE_WORDS, key_of, too_short

FORMAT = "safelane-sealed-backup/1"
CHUNK = 64 * 1024
"""Bytes of text in a chunk; only the last one has fewer."""
_SALT, _KEY, _TAG, _COUNTER = 16, 32, 16, 11
LOG_N, _R, _P = 17, 8, 1
"""About half a second and 128 MB for each guess: a sealed file may be in strange hands for years."""
_LARGEST_LOG_N = 20
_LONGEST_HEADER = 200
_HEADER = re.compile(
    rf"{re.escape(FORMAT)}\nscrypt ([1-9][0-9]?) ([1-9]) ([1-9]) ([0-9a-f]{{32}})\nmac ([0-9a-f]{{64}})\n"
)


class SealedStreamError(SafelaneError):
    """The input is no sealed stream, does not open, or was changed. No part of the text read is valid."""

    exit_code = 7


@dataclass(frozen=True)
class _Lock:
    """Parameters of scrypt: `log_n`, the two others, and the salt."""

    log_n: int
    r: int
    p: int
    salt: bytes

    def line(self) -> bytes:
        return f"{FORMAT}\nscrypt {self.log_n} {self.r} {self.p} {self.salt.hex()}\n".encode("ascii")

    def keys(self, passphrase: str) -> tuple[bytes, bytes]:
        """The key of the chunks, and that of the header's HMAC."""
        both = key_of(passphrase, self.salt, (2**self.log_n, self.r, self.p), 2 * _KEY)
        return both[:_KEY], both[_KEY:]


class SealingWriter:
    """Seals the written bytes into `sink`; `close` writes the end, without which nothing opens."""

    def __init__(self, sink: BinaryIO, passphrase: str, log_n: int = LOG_N) -> None:
        """`log_n`: what a guess costs, as a power of two. Raises SealedStreamError for a short passphrase."""
        if (message := too_short(passphrase)) is not None:
            raise SealedStreamError(message, remedy=CHOOSE_WORDS)
        lock = _Lock(log_n, _R, _P, secrets.token_bytes(_SALT))
        self._key, mac_key = lock.keys(passphrase)
        self._sink, self._waiting, self._number = sink, bytearray(), 0
        sink.write(lock.line() + f"mac {_mac(mac_key, lock)}\n".encode("ascii"))

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK:  # the last one must be known as such, so one always waits
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        sealed, tag = _cipher(self._key, self._number, last=last).encrypt_and_digest(chunk)
        self._sink.write(sealed + tag)
        self._number += 1


class OpeningReader:
    """Reads the output of a `SealingWriter` from `source`. Every method raises SealedStreamError."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        """Raises SealedStreamError for an input that is no sealed stream, and for a wrong passphrase."""
        lock, mac = _read_header(source)
        try:
            key, mac_key = lock.keys(passphrase)
        except ValueError:  # OpenSSL's own bounds of the three numbers together
            raise _too_costly() from None
        if not hmac.compare_digest(mac, _mac(mac_key, lock)):
            raise SealedStreamError(
                "It does not open: the passphrase is another one, or its first lines were changed.",
                remedy="Nothing was done. Try again; a lost passphrase cannot be recovered.",
            )
        self._chunks = _opened(source, key)
        self._left = b""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; fewer only at the end."""
        parts, wanted = [], size
        while wanted > 0:
            if not self._left:
                self._left = next(self._chunks, b"")
            if not self._left:
                break
            part, self._left = self._left[:wanted], self._left[wanted:]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def finish(self) -> None:
        """Read to the end, which proves that nothing was cut off."""
        for _ in self._chunks:
            pass
        self._left = b""


def _read_header(source: BinaryIO) -> tuple[_Lock, str]:
    lines = b"".join(source.readline(_LONGEST_HEADER) for _ in range(3))
    found = _HEADER.fullmatch(lines.decode("ascii", "replace"))
    if found is None:
        raise SealedStreamError(
            "This is no sealed backup, or its first lines are damaged.",
            remedy="Nothing was done. Take another copy of it.",
        )
    log_n, r, p, salt, mac = found.groups()
    if int(log_n) > _LARGEST_LOG_N:
        raise _too_costly()
    return _Lock(int(log_n), int(r), int(p), bytes.fromhex(salt)), mac


def _too_costly() -> SealedStreamError:
    return SealedStreamError(
        "The sealed backup asks for more memory than any that Safelane makes.",
        remedy="Nothing was done. It was changed, or made by a newer version.",
    )


def _opened(source: BinaryIO, key: bytes) -> Iterator[bytes]:
    number, ahead = 0, source.read(CHUNK + _TAG)
    while True:
        sealed, ahead = ahead, source.read(CHUNK + _TAG)
        cipher = _cipher(key, number, last=not ahead)
        try:
            yield cipher.decrypt_and_verify(sealed[:-_TAG], sealed[-_TAG:])
        except ValueError:
            raise SealedStreamError(
                f"The sealed backup was cut off, changed or damaged, within 64 KiB from byte "
                f"{number * (CHUNK + _TAG)} after its first lines.",
                remedy="Nothing was done. Take another copy of it.",
            ) from None
        if not ahead:
            return
        number += 1


def _mac(key: bytes, lock: _Lock) -> str:
    return hmac.new(key, lock.line(), hashlib.sha256).hexdigest()


def _cipher(key: bytes, number: int, *, last: bool) -> Any:
    nonce = number.to_bytes(_COUNTER, "big") + (b"\x01" if last else b"\x00")
    return AES.new(key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG)
