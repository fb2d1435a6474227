"""Serves an application by waitress or by gunicorn until a stop is requested."""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import structlog
from flask import Flask

from gateway.bootstrap.serving.listener import Listener
from gateway.bootstrap.serving.memory import share_one_heap
from gateway.bootstrap.serving.publishing_address import publish
from gateway.bootstrap.serving.shutdown import GUNICORN, Stop
from gateway.bootstrap.serving.waitress_server import WebServer, settle

log = structlog.get_logger()

LAST_CYCLE_SECONDS = 3.0
"""How long shutdown waits for an unfinished cycle of the monitor."""

Running = Callable[[Stop], AbstractContextManager[Flask]]
"""Opens a hub or a node with all loops beside its application, until the end of the context."""


def serve(running: Running, server: str, listener: Listener, address: Path, stop: Stop) -> None:
    share_one_heap()
    if server == GUNICORN:
        # Imported here: it is not to be had on Windows, where waitress serves.
        from gateway.bootstrap.serving.gunicorn_server import GunicornServer  # noqa: PLC0415

        stop.on_stop(lambda: os.kill(os.getpid(), signal.SIGTERM))
        GunicornServer(running, listener, address).run()
        return
    with running(stop) as app:
        _on_threads(app, listener, address, stop)


def _on_threads(app: Flask, listener: Listener, address: Path, stop: Stop) -> None:
    """Serve on other threads; this thread only waits, so that signals are handled at once."""
    server = WebServer(app, listener, on_end=stop)
    settle()
    server.start()
    publish(address, server.url)
    log.info("listening", url=server.url)
    try:
        stop.wait()
    finally:
        address.unlink(missing_ok=True)
        server.close()
