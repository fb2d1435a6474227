"""Golden texts: what a subject's maker writes, item by item, in one text that people can read.

Short texts stand whole. Of long ones, and of bytes, the SHA-256 stands, with the first lines of a text.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping
from pathlib import Path

from anonymisers.cube.certified_cube import FORMAT as CUBE

FILES = Path(__file__).parent / "files"
LONGEST = 1500
"""Characters of a text that stands whole."""
BEGINNING = 12
"""Lines of a longer text that are shown."""
WIDEST = 160
"""Characters of such a line that are shown."""

DIGEST = 32
"""Bytes of a digest."""

Items = Mapping[str, str | bytes]


def file_of(subject: str) -> Path:
    return FILES / f"{subject}.txt"


def written(items: Items) -> str:
    """The golden text of a subject."""
    return "\n".join(f"== {name}\n{_item(item)}" for name, item in items.items())


def unpacked(data: bytes, name: bytes) -> bytes:
    """Stored bytes after the name of their format and a digest, as they were before they were compressed.

    The zlib of another machine may compress the same otherwise, and some digests are of what it wrote. Cubes
    that stand compressed inside, with their lengths in the second line, are taken out too.
    """
    if not data.startswith(name):
        raise ValueError(data[:40])
    whole = zlib.decompress(data[len(name) + DIGEST :])
    lines = whole.split(b"\n", 2)
    if len(lines) < 3 or CUBE not in lines[2]:
        return name + whole
    blobs, at = [name, lines[0]], 0
    for length in json.loads(lines[1]):
        blob = lines[2][at : at + length]
        blobs.append(unpacked(blob, CUBE) if blob.startswith(CUBE) else blob)
        at += length
    return b"\n".join(blobs)


def _item(item: str | bytes) -> str:
    if isinstance(item, bytes):
        return f"{_digest(item)}\n"
    if len(item) <= LONGEST:
        return item if item.endswith("\n") else f"{item}\n(no line end)\n"
    lines = item.splitlines()
    shown = [line if len(line) <= WIDEST else f"{line[:WIDEST]}..." for line in lines[:BEGINNING]]
    return "\n".join((_digest(item.encode()), f"begins, of {len(lines)} lines:", *shown, ""))


def _digest(data: bytes) -> str:
    return f"sha256 {hashlib.sha256(data).hexdigest()}, {len(data)} bytes"
