"""How a serving command ends: on Ctrl-C, when the system asks, or with the process that started it."""

import os
import signal
import sys
import threading
from collections.abc import Callable


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Stop in order when asked to, by Ctrl-C or by the system."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop())


def stop_with_parent(stop: Callable[[], None]) -> None:
    """Stop as soon as the parent closes our standard input, which the system does when it dies."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()
