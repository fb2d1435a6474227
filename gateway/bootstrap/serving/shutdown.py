"""The kinds of servers, and the stop request for every loop."""

import threading
from collections.abc import Callable

WAITRESS, GUNICORN = "waitress", "gunicorn"
"""waitress runs everywhere; gunicorn, for production, restarts a dead process."""


class Stop:
    """A stop request: made once, seen by every loop.

    Not for the handler of a signal, which may interrupt whoever holds a lock here.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._hooks: list[Callable[[], None]] = []
        # Of the thread that stops: a hook may ask for the stop once more.
        self._stopping = threading.RLock()

    def on_stop(self, hook: Callable[[], None]) -> None:
        """Call `hook` at the stop; at once where that was asked for already."""
        with self._stopping:
            self._hooks.append(hook)
            if self._event.is_set():
                self._run_hooks()

    def __call__(self) -> None:
        """Ask for the stop; return once every hook has run, whoever asked first.

        Raises what a hook raises, after the others.
        """
        with self._stopping:
            self._event.set()
            self._run_hooks()

    def _run_hooks(self) -> None:
        """Each hook once."""
        if self._hooks:
            hook = self._hooks.pop(0)
            try:
                hook()
            finally:
                self._run_hooks()

    @property
    def asked(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        return self._event.wait(seconds)
