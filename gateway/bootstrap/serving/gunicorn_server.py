"""An application served by gunicorn: a master restarts the serving process when the process dies.

One worker with threads: the worker holds the lock on the log, and members' long polls are woken within one
process. The worker opens hub or node itself, so that nothing is inherited through a fork. It reads requests
as the other server does: gunicorn's own threads each wait for one sender, and as many slow senders as there
are threads would shut everybody out. Not for Windows.
"""

import os
import select
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
from gunicorn.workers.base import Worker

from gateway.bootstrap.serving.listener import Listener
from gateway.bootstrap.serving.publishing_address import publish
from gateway.bootstrap.serving.shutdown import Stop
from gateway.bootstrap.serving.waitress_server import FILES, WebServer, allow_files, settle, url_of
from gateway.errors import SafelaneError

GRACE_SECONDS = 10
"""Time for open requests when the worker ends; a long poll is cut, and repeated by the node."""


class GunicornServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves on `listener` until SIGTERM or SIGINT; `address` is the file of the URL."""

    def __init__(
        self, running: Callable[[Stop], AbstractContextManager[Flask]], listener: Listener, address: Path
    ) -> None:
        self._running = running
        self.listener = listener
        self._address = address
        self._open = ExitStack()
        self._stop = Stop()
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": self.listener.address,
            "workers": 1,
            "worker_class": PatientWorker,
            "timeout": 60,
            "graceful_timeout": GRACE_SECONDS,
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
        publish(self._address, url_of(arbiter.LISTENERS[0].sock, self.listener))

    def _ended(self, _arbiter: Any, _worker: Any) -> None:
        self._stop()
        self._open.close()


class PatientWorker(Worker):  # type: ignore[misc]  # gunicorn has no types
    """The serving process: waitress on the listening socket of the master, which hears that all is well."""

    def run(self) -> None:
        server = WebServer(
            self.wsgi, self.app.listener, on_end=self._server_ended, bound=self.sockets[0].sock
        )
        server.start()
        while self.alive and os.getppid() == self.ppid:
            self._alive_for(1.0)
        server.drain(GRACE_SECONDS, self._alive_for)
        server.close()

    def _alive_for(self, seconds: float) -> None:
        """Tell the master that this process lives, and wait: for a signal, at most for so long."""
        self.notify()
        ready, _, _ = select.select([self.PIPE[0]], [], [], seconds)
        if ready:
            os.read(self.PIPE[0], 64)

    def _server_ended(self) -> None:
        self.alive = False
