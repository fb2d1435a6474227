"""The kinds of servers, and the stop request for every loop."""

import threading
from collections.abc import Callable

WAITRESS, GUNICORN = "waitress", "gunicorn"
"""waitress runs everywhere; gunicorn, for production, restarts a dead process."""


class Stop:
    """A stop request: made once, seen by every loop."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._hooks: list[Callable[[], None]] = []

    def on_stop(self, hook: Callable[[], None]) -> None:
        self._hooks.append(hook)

    def __call__(self) -> None:
        if not self._event.is_set():
            self._event.set()
            for hook in self._hooks:
                hook()

    @property
    def asked(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        return self._event.wait(seconds)
