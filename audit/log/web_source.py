"""Fetches a log's resources over HTTP (c2sp.org/tlog-tiles), each within a limit, gzipped where offered."""

import http.client
import urllib.request
import zlib
from collections.abc import Callable
from typing import Final

from audit.errors import MalformedError, NotInLogError, UnreachableError
from audit.log.timely_reply import timely_reply

Source = Callable[[str, int], bytes]
"""Returns the resource at a path below the log's prefix, of at most so many bytes.

Raises UnreachableError, NotInLogError where there is none, or MalformedError where it is longer.
"""

TIMEOUT: Final = 30.0
SLOWEST: Final = 50_000
"""Bytes a second, of the most that a resource can have: whatever takes longer is out of reach."""
_CHUNK: Final = 65_536


def web_source(url: str, timeout: float = TIMEOUT) -> Source:
    """A log at an address, such as https://hub.example/log. Raises MalformedError for another scheme."""
    prefix = url.rstrip("/")
    if not prefix.startswith(("http://", "https://")):
        raise MalformedError("address", f"{url} is not an http or https URL")

    def fetch(path: str, limit: int) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the scheme has been checked
            f"{prefix}/{path}", headers={"Accept-Encoding": "gzip, identity", "User-Agent": "safelane-audit"}
        )
        try:
            with timely_reply(request, timeout, timeout + limit / SLOWEST) as reply:
                if reply.status in (404, 410):
                    raise NotInLogError(f"{prefix}/{path} is not there ({reply.status})")
                if reply.status != 200:
                    raise UnreachableError(f"{prefix}/{path} cannot be had: status {reply.status}")
                coding = reply.headers.get("Content-Encoding", "identity").lower()
                return _body(reply, path, limit, coding)
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(f"{prefix} cannot be reached: {error or type(error).__name__}") from None

    return fetch


def _body(reply: http.client.HTTPResponse, path: str, limit: int, coding: str) -> bytes:
    """Never holds more than the limit, however much a small reply unpacks to."""
    if coding not in ("identity", "gzip"):
        raise MalformedError(path, f"in the coding {coding}, which nobody asked for")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if coding == "gzip" else None
    data = b""
    while chunk := reply.read(_CHUNK):
        try:
            data += chunk if unpack is None else unpack.decompress(chunk, limit + 1 - len(data))
        except zlib.error:
            raise MalformedError(path, "not the gzip that it claims to be") from None
        if len(data) > limit:
            raise MalformedError(path, f"longer than {limit} bytes")
    if reply.length:  # of what Content-Length promised
        raise UnreachableError(f"{path} was cut off: {reply.length} bytes did not come")
    if unpack is not None and (not unpack.eof or unpack.unused_data):
        raise MalformedError(path, "gzip that ends too early, or with something behind it")
    return data
