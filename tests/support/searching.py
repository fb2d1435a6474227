"""Searches bytes for many secrets at once, in every spelling that would give them away."""

import base64
import json
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

GRAM = 8
"""Bytes of a needle that are looked for first; what is shorter would be found by chance."""
BITS = 24
"""Of the number of a bucket, with which pieces that begin no needle are told at once."""
NATIVE = ("០១២៣៤៥៦៧៨៩", "໐໑໒໓໔໕໖໗໘໙", "๐๑๒๓๔๕๖๗๘๙", "၀၁၂၃၄၅၆၇၈၉")
ASCII = "0123456789"
IN_NATIVE = tuple(str.maketrans(ASCII, native) for native in NATIVE)
IN_ASCII = {ord(a): b for native in NATIVE for a, b in zip(native, ASCII, strict=True)}
FOR_URLS = bytes.maketrans(b"+/", b"-_")
"""The digits of base64 that have another form in addresses (RFC 4648, section 5)."""
IN_URL = tuple(quote(bytes((byte,))).encode("ascii") for byte in range(256))
"""Each byte as it stands in an address: all of them are asked for millions of times."""
LEAST_DIGITS = 9
"""Digits of a bare number; shorter ones stand in any dump."""


def spellings(secret: str) -> Iterator[str]:
    """A secret as text: composed, decomposed, in capitals and small, its digits in every script, or bare."""
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, secret)
        yield from (text, text.upper(), text.casefold())
    digits = "".join(str(unicodedata.decimal(c)) for c in secret if c.isdecimal())
    if not digits:
        return
    plain = secret.translate(IN_ASCII)
    numbers = [plain, digits] if len(digits) >= LEAST_DIGITS and not any(map(str.isalpha, plain)) else [plain]
    for number in numbers:
        yield number
        yield from map(number.translate, IN_NATIVE)


def encodings(text: str) -> Iterator[bytes]:
    """A text as bytes: UTF-8, UTF-16, JSON and URL escapes, hexadecimal, base64 at each of its offsets."""
    utf8 = text.encode("utf-8")
    yield utf8
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield json.dumps(text)[1:-1].encode("ascii")
    yield b"".join(map(IN_URL.__getitem__, utf8))
    yield utf8.hex().encode("ascii")
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + utf8)
        first = -(-offset * 8 // 6)  # the digits that hold any of what stands before
        last = (offset + len(utf8)) * 8 // 6
        piece = whole[first:last]
        yield piece
        yield piece.translate(FOR_URLS)


class Needles:
    """Every encoding of every spelling of some secrets, ready to be looked for in large haystacks."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._by_gram: dict[bytes, set[bytes]] = {}
        for secret in set(secrets):
            for text in set(spellings(secret)):
                for needle in encodings(text):
                    if len(needle) >= GRAM:
                        self._by_gram.setdefault(needle[:GRAM], set()).add(needle)
        # Thousands of needles may begin alike: pieces are looked up by their length, not compared one by one.
        self._lengths = {gram: sorted(set(map(len, needles))) for gram, needles in self._by_gram.items()}
        self._grams = np.sort(np.frombuffer(b"".join(self._by_gram), dtype="<u8"))
        # Nearly all of a haystack is in none of these buckets: one look instead of a search among millions.
        self._buckets = np.zeros(1 << BITS, dtype=np.bool_)
        self._buckets[_bucket(self._grams)] = True

    def __len__(self) -> int:
        return sum(map(len, self._by_gram.values()))

    def found_in(self, haystack: bytes, enough: int | None = None) -> list[bytes]:
        """The needles that stand in the haystack, each once; no further ones once there are `enough`."""
        found: set[bytes] = set()
        for offset in range(GRAM):
            count = (len(haystack) - offset) // GRAM
            if count <= 0:
                continue
            values = np.frombuffer(haystack, dtype="<u8", count=count, offset=offset)
            likely = np.flatnonzero(self._buckets[_bucket(values)])
            places = np.searchsorted(self._grams, values[likely])
            places[places == len(self._grams)] = 0
            for hit in likely[self._grams[places] == values[likely]].tolist():
                at = offset + hit * GRAM
                gram = haystack[at : at + GRAM]
                pieces = (haystack[at : at + length] for length in self._lengths[gram])
                found.update(piece for piece in pieces if piece in self._by_gram[gram])
                if enough is not None and len(found) >= enough:
                    return sorted(found)
        return sorted(found)


def _bucket(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The upper bits of a product on which every bit of a value has its part (Knuth, multiplicative)."""
    return (values * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - BITS)


def fragments(narrative: str, size: int = 24) -> Iterator[str]:
    """Pieces of a narrative, so that a part of it is found too."""
    return (narrative[at : at + size] for at in range(0, len(narrative) - size + 1, size))
