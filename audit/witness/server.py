"""A witness on HTTP (c2sp.org/tlog-witness), with nothing but the standard library."""

import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from audit.errors import AuditError, MalformedError, UnknownLogError, UntrustedCheckpointError
from audit.formats.encoding import decode_utf8, parse_decimal
from audit.formats.evidence import Evidence
from audit.formats.evidence_errors import InconsistentError, SizeConflictError
from audit.witness.protocol import MAX_REQUEST, SIZE_TYPE, AddCheckpoint
from audit.witness.witness import Witness

TEXT: Final = "text/plain; charset=utf-8"
_IDLE_SECONDS: Final = 20
MOST_AT_ONCE: Final = 64
LONGEST_SECONDS: Final = 60.0
"""Connections at once, and how long one may last: callers that send a byte now and then would take every
thread for ever.
"""
_STATUS: Final = {
    MalformedError: HTTPStatus.BAD_REQUEST,
    UntrustedCheckpointError: HTTPStatus.FORBIDDEN,
    UnknownLogError: HTTPStatus.NOT_FOUND,
    SizeConflictError: HTTPStatus.CONFLICT,
    InconsistentError: HTTPStatus.UNPROCESSABLE_ENTITY,
}


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness. Requests are handled one at a time: check and storage are one step."""

    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        witness: Witness,
        origins: list[str],
        report: Callable[[Evidence], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Listen on `address`. `report` is called with evidence against a log, before the reply is sent."""
        super().__init__(address, _Handler)
        self._witness = witness
        self._origins = {sha256(origin.encode()).hexdigest(): origin for origin in origins}
        self._report = report
        self._clock = clock
        self._turn = threading.Lock()
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection on a thread of its own; without room close it: its caller tries again."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end, which comes whatever its caller does."""
        end = threading.Timer(LONGEST_SECONDS, _shut_down, [request])
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke off is no news; anything else is told as ever."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def add_checkpoint(self, body: bytes) -> str:
        """Handle a request; returns the reply's signature lines. Raises AuditError."""
        request = AddCheckpoint.parse(decode_utf8(body, "add-checkpoint request"))
        with self._turn:
            try:
                now = int(self._clock())
                return str(self._witness.update(request.old_size, request.proof, request.checkpoint, now))
            except (SizeConflictError, InconsistentError) as error:
                if error.evidence is not None:
                    self._report(error.evidence)
                raise

    def latest(self, origin_hash: str) -> str | None:
        """Return the latest cosigned checkpoint of the log whose origin has this SHA-256, or None."""
        origin = self._origins.get(origin_hash)
        note = None if origin is None else self._witness.latest(origin)
        return None if note is None else str(note)

    @property
    def vkey(self) -> str:
        """The witness's key."""
        return str(self._witness.key)


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS

    def do_POST(self) -> None:
        length = self._length()
        if length is None or length > MAX_REQUEST:
            self.close_connection = True
            status = HTTPStatus.LENGTH_REQUIRED if length is None else HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            self._reply(status, f"a body of known length, at most {MAX_REQUEST} bytes\n")
            return
        body = self.rfile.read(length)
        if self.path != "/add-checkpoint":
            self._reply(HTTPStatus.NOT_FOUND, "only add-checkpoint is served\n")
            return
        try:
            self._reply(HTTPStatus.OK, self.server.add_checkpoint(body))
        except SizeConflictError as error:
            self._reply(HTTPStatus.CONFLICT, f"{error.known_size}\n", SIZE_TYPE)
        except AuditError as error:
            # A state that could not be kept is no fault of the sender's: 500, and no cosignature.
            status = _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
            self._reply(status, f"{error}\n")

    def do_GET(self) -> None:
        origin_hash, _, rest = self.path.removeprefix("/").partition("/")
        text = self.server.latest(origin_hash) if rest == "checkpoint" else None
        if self.path == "/vkey":
            text = self.server.vkey + "\n"
        if text is None:
            self._reply(HTTPStatus.NOT_FOUND, "nothing is served here\n")
        else:
            self._reply(HTTPStatus.OK, text)

    def _length(self) -> int | None:
        try:
            return parse_decimal(self.headers.get("Content-Length", ""), "Content-Length")
        except MalformedError:
            return None

    def _reply(self, status: HTTPStatus, text: str, content_type: str = TEXT) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
        sys.stderr.write(f"witness: {format % args}\n")
