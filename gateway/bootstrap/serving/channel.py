"""A connection to the server: read without holding a thread, under TLS where there is a certificate.

Whoever sends slowly holds a connection, never a thread: a request is given to one only when it has arrived
whole. A request that does not arrive in time is dropped, however steadily its bytes drip.
"""

import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from socket import socket
from threading import RLock
from typing import Any

from waitress.channel import HTTPChannel

LEAST_BYTES_A_SECOND = 200
"""A body may come slowly over a bad line, but on average not more slowly than this."""

LARGEST_RECORD = 16 * 1024
"""Bytes of plain text in one record of TLS. Whoever reads as much at once leaves nothing behind in the TLS
library, where no poll of the socket would find it."""


class _NotYetError(Exception):
    """The TLS connection needs more from the network before it can give a byte."""


class PatientChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose requests arrive within a time that their sizes justify."""

    def __init__(self, server: Any, sock: socket, addr: Any, adj: Any, map: Any = None) -> None:  # noqa: A002
        self._tls_lock = RLock()
        self._tls_wants_to_write = False
        self._begun = time.time()
        self._body_bytes = 0
        super().__init__(server, sock, addr, adj, map=map)

    def handle_read(self) -> None:
        """Read what is there, and count only what belongs to the credit of a request as activity.

        waitress counts every byte: a header that came a byte a minute would never end.
        """
        before, in_body = self.request, self.request is not None and self.request.headers_finished
        self._read_bytes = 0
        with suppress(_NotYetError):
            super().handle_read()
            if self.request is None or self.request is not before:
                self._begun, self._body_bytes = time.time(), 0
                self.last_activity = self._begun
                return
            self._body_bytes += self._read_bytes if in_body else 0
            credit = self._begun + self._body_bytes / LEAST_BYTES_A_SECOND
            self.last_activity = min(self.last_activity, credit)

    def handle_write(self) -> None:
        if self._tls_wants_to_write:
            self._tls_wants_to_write = False
            self.handle_read()
        super().handle_write()

    def writable(self) -> bool:
        return bool(self._tls_wants_to_write or super().writable())

    def recv(self, buffer_size: int) -> bytes:
        try:
            # A thread that answers may send meanwhile, and one TLS connection is for one thread at a time.
            with self._tls_lock:
                data: bytes = super().recv(buffer_size)
        except ssl.SSLWantReadError:
            raise _NotYetError from None
        except ssl.SSLWantWriteError:
            self._tls_wants_to_write = True
            raise _NotYetError from None
        self._read_bytes = len(data)
        return data

    def send(self, data: bytes, do_close: bool = True) -> int:
        try:
            with self._tls_lock:
                return int(super().send(data, do_close))
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0

    def handle_close(self) -> None:
        if isinstance(self.socket, ssl.SSLSocket):
            with suppress(OSError, ValueError), self._tls_lock:  # the other side may be gone, or say nothing
                self.socket.unwrap()
        super().handle_close()


def channels(
    context: Callable[[], ssl.SSLContext] | None, admits: Callable[[str], bool]
) -> Callable[..., PatientChannel | None]:
    """Return what makes a channel of an accepted connection, under the TLS settings of that moment.

    A connection from an address that is not admitted is closed before a byte of it is read.
    """

    def made(server: Any, sock: socket, addr: Any, adj: Any, map: Any = None) -> PatientChannel | None:  # noqa: A002
        # Whatever goes wrong with one connection must not reach the server's own error handling, which would
        # close the socket that listens.
        try:
            if not admits(addr[0]):
                sock.close()
                return None
            if context is not None:
                sock.setblocking(False)
                sock = context().wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            return PatientChannel(server, sock, addr, adj, map=map)
        except (OSError, ValueError):
            sock.close()
            return None

    return made
