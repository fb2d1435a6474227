"""A way between a node and its hub on which messages are duplicated, reordered, delayed, cut or altered."""

import contextlib
import http.client
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

SECONDS = 60


class Harm(StrEnum):
    """What is done to one message."""

    DUPLICATED = "duplicated"
    """The hub gets a call twice, and the node the second reply."""
    REORDERED = "reordered"
    """A call is lost for the node, and reaches the hub after the one that follows it."""
    DELAYED = "delayed"
    TRUNCATED = "truncated"
    """The hub gets half of the body of a call."""
    CUT = "cut"
    """The node gets half of the body of a reply."""
    ALTERED = "altered"
    """One byte of a call's body is another one."""
    FORGED = "forged"
    """One byte of a reply's body is another one."""


@dataclass(frozen=True)
class _Message:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Tamperer:
    """Passes calls on to the hub's port; `harm` draws what is done to the next one, or None.

    With a `certificate`, one file with its key, it is reached over TLS; another counts from the next call on.
    """

    port: int
    dice: Random
    harm: Callable[[Random], Harm | None] = lambda _: None
    certificate: Path | None = None
    done: dict[Harm, int] = field(default_factory=dict)
    _held: list[_Message] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        owner = self

        class Handler(_Handler):
            tamperer = owner

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        scheme = "http" if self.certificate is None else "https"
        return f"{scheme}://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def carry(self, message: _Message) -> _Answer | None:
        """The reply as the node gets it; None when it gets nothing."""
        with self._lock:
            harm, held, self._held = self.harm(self.dice), self._held, []
            if harm is not None:
                self.done[harm] = self.done.get(harm, 0) + 1
            point = self.dice.random()
        if harm is Harm.REORDERED:
            self._held.append(message)
            return None
        if harm is Harm.DELAYED:
            time.sleep(3 * point)
        if harm is Harm.TRUNCATED:
            self._send(message, message.body[: len(message.body) // 2])
            return None
        if harm is Harm.ALTERED:
            message = _Message(message.method, message.path, message.headers, _other(message.body, point))
        if harm is Harm.DUPLICATED:
            self._send(message)
        reply = self._send(message)
        for late in held:
            self._send(late)
        if reply is not None and harm is Harm.CUT:
            reply.body = reply.body[: len(reply.body) // 2]
        if reply is not None and harm is Harm.FORGED:
            reply.body = _other(reply.body, point)
        return reply

    def _send(self, message: _Message, body: bytes | None = None) -> _Answer | None:
        """Send a call; with another `body`, as one that ends too early."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.putrequest(message.method, message.path, skip_host=True, skip_accept_encoding=True)
            for name, value in message.headers:
                connection.putheader(name, value)
            connection.endheaders(message.body if body is None else body)
            if body is not None:
                return None
            reply = connection.getresponse()
            return _Answer(reply.status, reply.getheaders(), reply.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def _other(body: bytes, point: float) -> bytes:
    """The body with one bit of one byte turned."""
    if not body:
        return b"x"
    place = int(point * len(body))
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """That somebody hangs up, or takes no certificate, is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    tamperer: Tamperer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        if self.tamperer.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.tamperer.certificate)
            self.request = context.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        reply = self.tamperer.carry(_Message(self.command, self.path, self.headers.items(), body))
        self.close_connection = True
        if reply is None:
            return
        with contextlib.suppress(OSError):
            self.send_response_only(reply.status)
            for name, value in reply.headers:  # the length too, which a body that was cut does not reach
                if name.lower() not in ("connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        pass
