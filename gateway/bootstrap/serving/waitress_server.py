"""An application served by waitress on separate threads, with an explicit start and end."""

import gc
import socket
import sys
import threading
from collections.abc import Callable

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from gateway.errors import SafelaneError

if sys.platform != "win32":
    import resource  # not to be had there

THREADS = 64
"""Every member holds one thread for its long poll, every waiting analyst another."""

CONNECTIONS, IDLE_SECONDS = 2000, 60
"""Endless requests (slow-loris) must not exclude other people: each holds a connection, but no thread."""
FILES = 4096


class AddressError(SafelaneError):
    """The address to listen on is taken or malformed."""

    exit_code = 6


class WebServer:
    """Listens on `listen` (HOST:PORT, port 0 for any) once constructed. Raises AddressError.

    `on_end` is called when serving ends, for any reason.
    """

    def __init__(self, app: Flask, listen: str, *, on_end: Callable[[], None] = lambda: None) -> None:
        bound = _bind(listen)
        host, port = bound.getsockname()[:2]
        self.url = f"http://{host}:{port}"
        allow_files(FILES)
        self._server = create_server(
            app,
            sockets=[bound],
            threads=THREADS,
            ident=None,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            asyncore_use_poll=True,  # select knows no more than 1024 files
        )
        self._on_end = on_end
        self._pulled = threading.Event()
        # A daemon: a request that hangs must not keep the process alive after its end.
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    def start(self) -> None:
        self._thread.start()

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
