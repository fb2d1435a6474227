"""Rows that are fetched to their end before the first of them is read."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from gateway.sources.model.tables import Chunk


def kept_aside(chunks: Iterator[Chunk], folder: Path | None = None) -> Iterator[Chunk]:
    """The same chunks, in a file without a name (in `folder`) until all are there; nothing is left of it.

    Lines must be numbered from one to the next.
    """
    with TemporaryFile(dir=folder) as file:
        lines: list[range] = []
        for chunk in chunks:
            file.write(json.dumps(chunk.rows, separators=(",", ":")).encode() + b"\n")
            lines.append(range(chunk.lines[0], chunk.lines[-1] + 1) if chunk.lines else range(0))
        file.seek(0)
        for numbers in lines:
            yield Chunk(numbers, json.loads(file.readline()))
