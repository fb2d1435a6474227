"""The shape of a CSV file, found by its bytes: whether the engine and Python's csv read the same cells in it.

Where the two could differ, the file is left to the row-wise loader, whose words and errors are the product's.
"""

import codecs
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.sources.engine.declined import DeclinedError

_BLOCK = 1 << 24
_QUOTE = b'"'


@dataclass(frozen=True)
class FileShape:
    """`lines` of the file, the heading's among them; `ended`: the last one has a line end."""

    lines: int
    ended: bool


def file_shape(path: Path, delimiter: str) -> FileShape:
    """The shape of a file in UTF-8. Raises DeclinedError where the engine might read other cells."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line_feeds, quoted, last = 0, False, b""
    try:
        for block in _blocks(path):
            decoder.decode(block)
            line_feeds += block.count(b"\n")
            if b"\0" in block or block.count(b"\r") != block.count(b"\r\n"):
                raise DeclinedError("it has zero bytes, or line ends of an old kind")
            quoted = quoted or _QUOTE in block
            last = block[-1:]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise DeclinedError("it is not UTF-8") from None
    if quoted and _blank_beside_a_quote(path, delimiter.encode("ascii")):
        raise DeclinedError("a blank stands between a quotation mark and a delimiter")
    return FileShape(line_feeds + (last != b"\n"), last == b"\n")


def _blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a file; no block ends between the two bytes of a line end."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block + file.read(1) if block.endswith(b"\r") else block


def _blank_beside_a_quote(path: Path, delimiter: bytes) -> bool:
    """Whether a blank stands beside a quotation mark: the engine passes over it, Python's csv does not."""
    end = b"[\\r\\n" + re.escape(delimiter) + b"]"
    blank = re.compile(end + b'[ \\t]+"|"[ \\t]+' + end)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return blank.search(content) is not None
