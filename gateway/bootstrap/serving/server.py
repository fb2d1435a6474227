"""Serves an application until it is told to stop, by waitress or by gunicorn."""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import structlog
from flask import Flask

from gateway.bootstrap.serving.publishing_address import publish
from gateway.bootstrap.serving.shutdown import GUNICORN, Stop
from gateway.bootstrap.serving.waitress_server import WebServer, settle

log = structlog.get_logger()

LAST_CYCLE_SECONDS = 3.0
"""How long the end waits for a cycle of the monitor that is under way."""

Running = Callable[[Stop], AbstractContextManager[Flask]]
"""Opens a hub or a node with everything that runs beside its application, until the end of the context."""


def serve(running: Running, server: str, listen: str, address: Path, stop: Stop) -> None:
    if server == GUNICORN:
        # Imported here: it is not to be had on Windows, where waitress serves.
        from gateway.bootstrap.serving.gunicorn_server import GunicornServer  # noqa: PLC0415

        stop.on_stop(lambda: os.kill(os.getpid(), signal.SIGTERM))
        GunicornServer(running, listen, address).run()
        return
    with running(stop) as app:
        _on_threads(app, listen, address, stop)


def _on_threads(app: Flask, listen: str, address: Path, stop: Stop) -> None:
    """Serve on threads of their own; this one only waits, so that signals are heard at once."""
    server = WebServer(app, listen, on_end=stop)
    settle()
    server.start()
    publish(address, server.url)
    log.info("listening", url=server.url)
    try:
        stop.wait()
    finally:
        address.unlink(missing_ok=True)
        server.close()
