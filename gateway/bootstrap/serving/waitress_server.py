"""An application served by waitress on separate threads, with an explicit start and end."""

import gc
import socket
import sys
import threading
from collections.abc import Callable

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from gateway.bootstrap.serving.channel import LARGEST_RECORD, channels
from gateway.bootstrap.serving.listener import Listener
from gateway.errors import SafelaneError
from gateway.sources.files.uploads import LARGEST

if sys.platform != "win32":
    import resource  # not to be had there

THREADS = 64
"""Every member holds one thread for its long poll, every waiting analyst another."""

CONNECTIONS, IDLE_SECONDS = 2000, 60
"""Endless requests (slow-loris) must not exclude other people: each holds a connection, but no thread."""
FILES = 4096

LARGEST_HEADER = 64 * 1024
LARGEST_SENT = LARGEST + 16 * 1024**2
"""Bytes of a request's head and body. The body is a register that somebody uploads, at most; what is smaller
and still too large for its address is refused by the application, which says so on a page."""


DRAIN_STEP = 0.1
"""Seconds between two looks at what is under way."""


class AddressError(SafelaneError):
    """The address to listen on is taken or malformed."""

    exit_code = 6


class WebServer:
    """Listens once constructed: on `listener`, or HOST:PORT of this machine. Raises AddressError.

    A process that inherits the listening socket gives it as `bound`. `on_end` is called when serving ends,
    for any reason.
    """

    def __init__(
        self,
        app: Flask,
        listener: Listener | str,
        *,
        on_end: Callable[[], None] = lambda: None,
        bound: socket.socket | None = None,
    ) -> None:
        where = Listener(listener) if isinstance(listener, str) else listener
        sock = bound or _bind(where.address)
        self.url = url_of(sock, where)
        allow_files(FILES)
        self._server = create_server(
            app,
            sockets=[sock],
            threads=THREADS,
            ident=None,
            url_scheme=where.scheme,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            recv_bytes=LARGEST_RECORD,
            max_request_header_size=LARGEST_HEADER,
            max_request_body_size=LARGEST_SENT,
            # The application itself knows whose word counts (`Proxies`); else all callers had one address.
            clear_untrusted_proxy_headers=False,
            log_socket_errors=False,  # of strangers, who could fill a disk with them
            asyncore_use_poll=True,  # select knows no more than 1024 files
        )
        context = None if where.certificate is None else where.certificate.context
        self._server.channel_class = channels(context, where.admits)
        self._on_end = on_end
        self._pulled = threading.Event()
        # A daemon: a request that hangs must not keep the process alive after its end.
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def drain(self, seconds: float, wait: Callable[[float], object]) -> None:
        """Accept no connections, and `wait` in small steps until no request is under way, or for so long."""
        self._server.accepting = False
        self._server.pull_trigger()
        for _ in range(round(seconds / DRAIN_STEP)):
            if not any(channel.requests for channel in list(self._server.active_channels.values())):
                return
            wait(DRAIN_STEP)

    def close(self) -> None:
        """Accept no more requests and drop connections. Committed writes are durable."""
        if self._thread.is_alive():
            # On the loop's own thread: nobody may close a socket under a select. The empty map ends the loop.
            self._server.trigger.pull_trigger(self._drop_all)
            self._pulled.set()
            self._thread.join(timeout=5)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=0.1)

    def _drop_all(self) -> None:
        # A request that ends just now may wake the loop before `close` does, which must still find the pipe.
        self._pulled.wait()
        wasyncore.close_all(self._server._map, ignore_all=True)

    def _run(self) -> None:
        try:
            self._server.run()
        finally:
            self._on_end()


def url_of(listening: socket.socket, listener: Listener) -> str:
    host, port = listening.getsockname()[:2]
    return f"{listener.scheme}://{host}:{port}"


def settle() -> None:
    """Exempt all loaded objects from garbage collection until the end of the process.

    Whenever a request makes many small objects, such as a large table, Python searches all objects for
    garbage, permanent objects too: three times as long as the request itself takes.
    """
    gc.freeze()


def allow_files(wanted: int) -> None:
    """Let this process open `wanted` files and connections, or as many as the system allows."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _bind(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, int(port)))
    except (OSError, ValueError, OverflowError) as error:
        bound.close()
        raise AddressError(
            f"Cannot listen on {listen} ({type(error).__name__}).",
            remedy="Set 'listen: HOST:PORT' in safelane.yaml; port 0 takes any free one.",
        ) from None
    return bound
