"""The digits of pseudonyms: numbers of 128 bits in Crockford's base 32 with a check digit, and back."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U (https://www.crockford.com/base32.html)."""
DIGITS = 26
DIGEST_BYTES = 16
CHECK_MODULUS = 31
WIDTH = DIGITS + 1
CHUNK = 8192
"""Values turned into digits at once: enough for numpy to pay, small enough to stay in the cache."""

_PREFIX = re.compile(rb"p[12]\.(?:0|[1-9][0-9]{0,8})\.")
_SYMBOLS = np.frombuffer(ALPHABET.encode("ascii"), dtype=np.uint8)
_NO_DIGIT = 255
_VALUES = np.full(256, _NO_DIGIT, dtype=np.uint8)
_VALUES[_SYMBOLS] = np.arange(len(ALPHABET), dtype=np.uint8)
_MOST_FIRST = 7
"""The first of 26 digits stands for three bits only."""
_STRADDLES = 13
"""The place of the digit of which one bit belongs to the upper half of a number, and four to the lower."""


def symbols(digests: bytes) -> NDArray[np.uint8]:
    """The ASCII of 26 digits and the check digit of each 16 bytes, most significant digit first: n x 27."""
    words = np.frombuffer(digests, dtype=">u8").reshape(-1, 2).astype(np.uint64)
    high, low = np.ascontiguousarray(words[:, 0]), np.ascontiguousarray(words[:, 1])
    digits = np.empty((WIDTH, len(words)), dtype=np.uint8)
    total = np.zeros(len(words), dtype=np.uint16)
    for i in range(DIGITS):
        shift = 5 * (DIGITS - 1 - i)
        if shift >= 64:
            part = high >> np.uint64(shift - 64)
        elif shift > 59:  # the one digit that straddles both halves
            part = (high << np.uint64(64 - shift)) | (low >> np.uint64(shift))
        else:
            part = low >> np.uint64(shift)
        digits[i] = part & np.uint64(31)
        total += digits[i] * np.uint16(i + 1)
    digits[DIGITS] = total % CHECK_MODULUS
    return _SYMBOLS[digits.T]


def pseudonym_texts(prefix: bytes, digests: bytes) -> NDArray[np.bytes_]:
    """The pseudonyms that begin with `prefix`, for digests of 16 bytes each in one piece."""
    made = np.empty((len(digests) // DIGEST_BYTES, len(prefix) + WIDTH), dtype=np.uint8)
    made[:, : len(prefix)] = np.frombuffer(prefix, dtype=np.uint8)
    for start in range(0, len(made), CHUNK):
        some = digests[DIGEST_BYTES * start : DIGEST_BYTES * (start + CHUNK)]
        made[start : start + CHUNK, len(prefix) :] = symbols(some)
    return made.view(f"S{made.shape[1]}").ravel()


@dataclass(frozen=True, eq=False)
class PackedPseudonyms:
    """Pseudonyms of one epoch in half the room of their texts.

    `prefix`: the beginning of every text (`p1.<epoch>.` or `p2.<epoch>.`). `digests`: of each pseudonym the
    16 bytes that its digits stand for, as an array of type S16. These ascend as the texts do.
    """

    prefix: bytes
    digests: NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.digests)

    def texts(self) -> NDArray[np.bytes_]:
        """The pseudonyms as ASCII."""
        return pseudonym_texts(self.prefix, self.digests.tobytes())


def digests_of(texts: NDArray[np.bytes_]) -> tuple[bytes, bytes] | None:
    """The prefix and the digests that `pseudonym_texts` makes these texts of; None where they are no
    pseudonyms, or of several epochs.
    """
    if not len(texts):
        return None
    found = _PREFIX.match(texts[0])
    if found is None or texts.dtype.itemsize != found.end() + WIDTH:
        return None
    prefix = found.group()
    content = np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), -1)
    if (content[:, : len(prefix)] != np.frombuffer(prefix, dtype=np.uint8)).any():
        return None
    digests = [
        _numbers(content[start : start + CHUNK, len(prefix) :]) for start in range(0, len(texts), CHUNK)
    ]
    return None if None in digests else (prefix, b"".join(part for part in digests if part))


def _numbers(content: NDArray[np.uint8]) -> bytes | None:
    """The 16 bytes that each row of digits stands for; None where a row is not as `symbols` writes it."""
    values = _VALUES[content.T]
    if values[:DIGITS].max() == _NO_DIGIT or values[0].max() > _MOST_FIRST:
        return None
    total = np.zeros(len(content), dtype=np.uint16)
    words = np.zeros((2, len(content)), dtype=np.uint64)
    for i in range(DIGITS):
        total += values[i] * np.uint16(i + 1)
        if i != _STRADDLES:
            half = words[int(i > _STRADDLES)]
            np.left_shift(half, np.uint64(5), out=half)
            np.bitwise_or(half, values[i], out=half)
    if (total % CHECK_MODULUS != values[DIGITS]).any():
        return None
    straddling = values[_STRADDLES].astype(np.uint64)
    words[0] = (words[0] << np.uint64(1)) | (straddling >> np.uint64(4))
    words[1] |= straddling << np.uint64(60)
    return words.T.astype(">u8").tobytes()
