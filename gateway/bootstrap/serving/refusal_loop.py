"""Writes refusals that were counted, once the log has room for them, and all of them at the end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from gateway.accounts.context import Accounts
from gateway.accounts.refusal_log import write_counted, write_waiting
from gateway.api.access_control import KEY
from gateway.bootstrap.serving import waiting_refusals
from gateway.bootstrap.serving.retry_loop import attempt
from gateway.bootstrap.serving.shutdown import Stop

SECONDS = 60.0
"""Between two looks at what waits."""


@contextmanager
def writing_refusals(app: Flask, stop: Stop, directory: Path) -> Iterator[None]:
    """Until the block ends; then what still waits is written. What a killed process counted comes first."""
    writer = _Writer(app.extensions[KEY], directory, waiting_refusals.load(directory))
    writer.look()
    threading.Thread(target=writer.run, args=(stop,), name="refusals", daemon=True).start()
    try:
        yield
    finally:
        writer.look(ending=True)


@dataclass
class _Writer:
    """Writes what waits. `left` was counted by a process that was killed, and is not in the log yet."""

    accounts: Accounts
    directory: Path
    left: waiting_refusals.Counted

    def run(self, stop: Stop) -> None:
        while not stop.wait(SECONDS):
            self.look()

    def look(self, *, ending: bool = False) -> None:
        with attempt("refusals not logged"):
            write_counted(self.accounts, self.left)
            self.left = ()
            write_waiting(self.accounts, ending=ending)
        with attempt("refusals not kept"):
            waiting_refusals.save(self.directory, (*self.left, *self.accounts.refusals.counted()))
