"""Replies that come to an end, whatever the other side does: within a time and within a size.

The time limit of a socket begins anew with every byte. A hub that sends one now and then would hold a node's
round, and its monitor, which then raises no alert, for ever. So the whole reply has a limit: once it is over,
the connection is shut down under the reader.
"""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

import httpx

GRACE_SECONDS: Final = 30.0
"""Beyond the time that the other side may be silent."""
SLOWEST: Final = 10_000
"""Bytes a second, both ways together, below which a connection is given up."""
LARGEST_REPLY: Final = 64_000_000
"""Bytes as they come over the wire: a node has no room for more, and nothing that a hub says is as long."""


class TimelyTransport(httpx.BaseTransport):
    """Sends requests by `inner`, one after the other, and gives up on what takes too long or is too large.

    Raises httpx.ReadTimeout or httpx.ReadError, as a connection that fails does.
    """

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self._connected: socket.socket | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the time counts until its reply is closed."""
        request.extensions["trace"] = self._trace
        silence = request.extensions.get("timeout", {}).get("read") or 0.0
        watch = _Watch(silence, int(request.headers.get("Content-Length", 0)), self._shut_down)
        try:
            response = self._inner.handle_request(request)
        except BaseException as error:
            watch.close()
            if isinstance(error, httpx.TransportError):
                raise watch.meant(error) from None
            raise
        assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - of a transport that waits
        response.stream = _Timely(response.stream, watch)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the connection of the present exchange, or of one that is kept for the next."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._connected = info["return_value"].get_extra_info("socket")

    def _shut_down(self) -> None:
        if self._connected is not None:
            with suppress(OSError):
                # Not by way of TLS, which would say goodbye on a connection that somebody else reads.
                socket.socket.shutdown(self._connected, socket.SHUT_RDWR)


class _Watch:
    """Ends an exchange when its time is over; every byte that came earns a little more of it."""

    def __init__(self, silence: float, sent: int, end: Any) -> None:
        self._least = silence + GRACE_SECONDS
        self._begun = time.monotonic()
        self._bytes = sent
        self.received = 0
        self._end = end
        self._over = False
        self._closed = threading.Event()
        threading.Thread(target=self._run, name="reply watch", daemon=True).start()

    def close(self) -> None:
        self._closed.set()

    def meant(self, error: httpx.TransportError) -> httpx.TransportError:
        """What a failure means: the other side's, or our own end of the exchange."""
        return httpx.ReadTimeout("the reply does not come to an end") if self._over else error

    def check(self) -> None:
        if self.received > LARGEST_REPLY:
            raise httpx.ReadError(f"a reply of more than {LARGEST_REPLY} bytes")
        if self._over:
            raise self.meant(httpx.ReadTimeout(""))

    def _run(self) -> None:
        while (left := self._left()) > 0:
            if self._closed.wait(left):
                return
        self._over = True
        self._end()

    def _left(self) -> float:
        allowed = self._least + (self._bytes + self.received) / SLOWEST
        return self._begun + allowed - time.monotonic()


class _Timely(httpx.SyncByteStream):
    """A reply's bytes, counted."""

    def __init__(self, inner: httpx.SyncByteStream, watch: _Watch) -> None:
        self._inner, self._watch = inner, watch

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self._inner:
                self._watch.received += len(part)
                self._watch.check()
                yield part
        except httpx.TransportError as error:
            raise self._watch.meant(error) from None
        self._watch.check()

    def close(self) -> None:
        self._watch.close()
        self._inner.close()
