"""A compressed text line by line, so that the whole text is never in memory."""

import hashlib
import zlib
from collections.abc import Iterator

AT_ONCE = 16_384
"""Compressed bytes that are decompressed at once, to some hundred thousand bytes of text."""


class CompressedLines:
    """The lines of a UTF-8 text that zlib compressed (RFC 1950), without line feeds.

    The last line is the text behind the last line feed, and may be empty. `read` is the number of bytes of
    text so far; `digest()` is the SHA-256 of the text once every line was taken. Iteration raises zlib.error
    for damaged data and UnicodeError for a line that is not UTF-8.
    """

    def __init__(self, packed: bytes | memoryview) -> None:
        self.read = 0
        self._sha = hashlib.sha256()
        self._lines = self._decompressed(memoryview(packed))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.read += len(line)
        return line.decode()

    def digest(self) -> bytes:
        return self._sha.digest()

    def _decompressed(self, packed: memoryview) -> Iterator[bytes]:
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
