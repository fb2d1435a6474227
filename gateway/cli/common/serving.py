"""The end of a serving command: on Ctrl-C, on a signal of the system, or with the parent process."""

import os
import signal
import sys
import threading
from collections.abc import Callable


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Stop in order on Ctrl-C or on a signal of the system."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop())


def stop_with_parent(stop: Callable[[], None]) -> None:
    """Stop as soon as the parent closes this process's standard input, which happens when the parent dies."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()
