"""An application served by gunicorn: a master that starts the serving process again when it dies.

One worker with threads: it holds the lock on the log, and members' long polls are woken within one process.
The worker opens hub or node itself, so that nothing of it is inherited through a fork. Not for Windows.
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
"""For requests under way when the worker ends; a long poll is cut, and made again by the node."""


class GunicornServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves until SIGTERM or SIGINT. `listen` is HOST:PORT, port 0 for any; `address` tells where."""

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
        """In the worker: open hub or node. What is wrong is said once, and the master ends as well."""
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
