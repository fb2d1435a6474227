"""An application served by gunicorn: a master restarts the serving process when the process dies.

One worker with threads: the worker holds the lock on the log, and members' long polls are woken within one
process. The worker opens hub or node itself, so that nothing is inherited through a fork. Not for Windows.
"""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from gateway.bootstrap.serving.publishing_address import publish
from gateway.bootstrap.serving.shutdown import Stop
from gateway.bootstrap.serving.waitress_server import CONNECTIONS, FILES, THREADS, allow_files, settle
from gateway.errors import SafelaneError

GRACE_SECONDS = 10
"""Time for open requests when the worker ends; a long poll is cut, and repeated by the node."""


class GunicornServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves until SIGTERM or SIGINT.

    `listen` is HOST:PORT, port 0 for any; `address` is the file of the URL.
    """

    def __init__(
        self, running: Callable[[Stop], AbstractContextManager[Flask]], listen: str, address: Path
    ) -> None:
        self._running = running
        self._listen = listen
        self._address = address
        self._open = ExitStack()
        self._stop = Stop()
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": self._listen,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "worker_connections": CONNECTIONS,
            "timeout": 60,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 75,
            "control_socket_disable": True,
            "when_ready": self._ready,
            "worker_exit": self._ended,
            "on_exit": lambda _: self._address.unlink(missing_ok=True),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Open hub or node in the worker. An error is reported once, and ends the master as well."""
        allow_files(FILES)
        self._stop.on_stop(lambda: os.kill(os.getpid(), signal.SIGTERM))
        try:
            app = self._open.enter_context(self._running(self._stop))
        except SafelaneError as error:
            click.echo(f"safelane: {error.message}\n{error.remedy or ''}".rstrip(), err=True)
            sys.exit(Arbiter.APP_LOAD_ERROR)
        settle()
        return app

    def _ready(self, arbiter: Any) -> None:
        host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
        publish(self._address, f"http://{host}:{port}")

    def _ended(self, _arbiter: Any, _worker: Any) -> None:
        self._stop()
        self._open.close()
