"""Writes refusals that were counted, once the log has room for them, and all of them at the end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from gateway.accounts.context import Accounts
from gateway.accounts.refusal_log import write_waiting
from gateway.api.access_control import KEY
from gateway.bootstrap.serving.retry_loop import attempt
from gateway.bootstrap.serving.shutdown import Stop

SECONDS = 60.0
"""Between two looks at what waits."""


@contextmanager
def writing_refusals(app: Flask, stop: Stop) -> Iterator[None]:
    """Until the block ends; then what still waits is written."""
    accounts: Accounts = app.extensions[KEY]
    threading.Thread(target=_write, args=(accounts, stop), name="refusals", daemon=True).start()
    try:
        yield
    finally:
        with attempt("refusals not logged"):
            write_waiting(accounts, ending=True)


def _write(accounts: Accounts, stop: Stop) -> None:
    while not stop.wait(SECONDS):
        with attempt("refusals not logged"):
            write_waiting(accounts)
