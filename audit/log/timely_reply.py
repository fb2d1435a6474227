"""HTTP requests that come to an end, whatever a server does.

The time limit of a socket begins anew with every byte, so that a server which sends one now and then holds
its reader for ever, and the reader says nothing of it. Here the whole exchange has a limit, from the
connection to the last byte: once it is over, the connection is shut down under the reader.
"""

import http.client
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any


@contextmanager
def timely_reply(
    request: urllib.request.Request, silence: float, longest: float
) -> Iterator[http.client.HTTPResponse]:
    """The reply, of any status, after redirects; to be read inside the block.

    Raises OSError or HTTPException: after `silence` seconds without a byte, and TimeoutError after `longest`
    seconds, also in place of what the reader said of a reply that was cut off.
    """
    watch = _Watch()
    timer = threading.Timer(longest, watch.end)
    timer.daemon = True
    timer.start()
    try:
        with _opener(watch).open(request, timeout=silence) as reply:
            yield reply
        watch.check(longest)
    except Exception:
        watch.check(longest)
        raise
    finally:
        timer.cancel()
        watch.close()


class _Watch:
    """The connections of one exchange, and whether its time is over."""

    def __init__(self) -> None:
        self._connected: list[socket.socket] = []
        self._over = False

    def add(self, connected: socket.socket) -> None:
        self._connected.append(connected.dup())  # TLS takes the socket itself away
        if self._over:
            self.end()

    def end(self) -> None:
        self._over = True
        for each in self._connected:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def check(self, longest: float) -> None:
        if self._over:
            raise TimeoutError(f"no whole reply within {longest:.0f} seconds") from None

    def close(self) -> None:
        for each in self._connected:
            each.close()


def _opener(watch: _Watch) -> urllib.request.OpenerDirector:
    class Plain(http.client.HTTPConnection):
        def connect(self) -> None:
            super().connect()
            watch.add(self.sock)

    class Secure(http.client.HTTPSConnection, Plain):
        """Connects as `Plain` does, before the handshake."""

    class PlainHandler(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(Plain, req)

    class SecureHandler(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(Secure, req)

    return urllib.request.build_opener(PlainHandler, SecureHandler, _AnyStatus)


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    """Hands out replies of every status, to be read within the same time; redirects are followed."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        redirects = HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST
        return super().http_response(request, response) if redirects else response

    https_response = http_response
