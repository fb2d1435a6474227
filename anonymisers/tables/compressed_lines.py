"""A compressed text line by line: it is never in memory whole."""

import hashlib
import zlib
from collections.abc import Iterator

AT_ONCE = 16_384
"""Compressed bytes that are taken at once; they become some hundred thousand."""


class CompressedLines:
    """The lines of a text in UTF-8 that was compressed by zlib, without the signs that end them.

    The last one is what stands behind the last of these signs, if only nothing. `read`: bytes of the text so
    far; `digest`: SHA-256 of it, once every line was taken. Raises zlib.error or UnicodeError while they are.
    """

    def __init__(self, packed: bytes | memoryview) -> None:
        self.read = 0
        self._sha = hashlib.sha256()
        self._lines = self._inflated(memoryview(packed))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.read += len(line)
        return line.decode()

    def digest(self) -> bytes:
        return self._sha.digest()

    def _inflated(self, packed: memoryview) -> Iterator[bytes]:
        inflate, rest = zlib.decompressobj(), b""
        for start in range(0, len(packed), AT_ONCE):
            piece = inflate.decompress(packed[start : start + AT_ONCE])
            self._sha.update(piece)
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self.read += 1
                yield line
        if not inflate.eof or inflate.unused_data:
            raise zlib.error("the compressed text does not end where it should")
        yield rest


def split_lines(text: str) -> Iterator[str]:
    """The same of a text that is in memory."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]
