"""The HTTP resources of a log (c2sp.org/tlog-tiles), as a function of the path: no framework, no state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from audit.errors import MalformedError, NotInLogError
from audit.formats.tiles import Bundle, encode_bundle, parse_path
from audit.formats.vkey import VerifierKey
from audit.log.checked_reading import as_stored
from audit.log.log import Log, Storage

TEXT: Final = "text/plain; charset=utf-8"
BINARY: Final = "application/octet-stream"
FRESH: Final = "no-cache"
"""The checkpoint changes: ask every time."""
FOR_EVER: Final = "public, max-age=31536000, immutable"
"""A tile at a given width never changes."""


@dataclass(frozen=True)
class Resource:
    """Body, media type and caching rule of one resource."""

    body: bytes
    content_type: str
    cache_control: str


def serve(log: Log, storage: Storage, path: str, witnesses: Sequence[VerifierKey] = ()) -> Resource | None:
    """Return the resource at a path below the log's prefix (`checkpoint`, `vkey`, `witnesses`, `tile/...`).

    `witnesses` are the keys of the log's witnesses. None when there is no such resource.
    """
    if path == "checkpoint":
        return Resource(str(log.checkpoint(storage)).encode(), TEXT, FRESH)
    if path == "vkey":
        return Resource(key_lines(log.signing_keys(storage)), TEXT, FRESH)
    if path == "witnesses":
        return Resource(key_lines(witnesses), TEXT, FRESH)
    try:
        tile = parse_path(path)
        if isinstance(tile, Bundle):
            body = encode_bundle(as_stored(storage).read_entries(tile.start, tile.end))
        else:
            (body,) = storage.read_tiles([tile])
    except (MalformedError, NotInLogError):
        return None
    return Resource(body, BINARY, FOR_EVER)


def key_lines(keys: Sequence[VerifierKey]) -> bytes:
    """Return verifier keys, one per line."""
    return "".join(f"{key}\n" for key in keys).encode()
