"""The end of a serving command: on Ctrl-C, on a signal of the system, or with the parent process."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Stop in order on Ctrl-C or on a signal of the system: `stop` runs on a thread of its own.

    A handler in Python runs on the main thread between any two steps, also while that thread holds the lock
    that `stop` needs, and would wait for itself for ever. It does not run at all while the main thread waits
    for a lock and the system gave the signal to another thread. So nothing is done in it: where the signal
    arrives, Python writes its number into a pipe at once (`signal.set_wakeup_fd`).
    """
    asked, ask = os.pipe()
    os.set_blocking(ask, False)

    def handle(_number: int, _frame: FrameType | None) -> None: ...

    def watch() -> None:
        while numbers := os.read(asked, 1024):
            if any(signal.getsignal(number) is handle for number in numbers):
                stop()

    threading.Thread(target=watch, name="signals", daemon=True).start()
    signal.set_wakeup_fd(ask, warn_on_full_buffer=False)  # it is full of the same request
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)


def stop_with_parent(stop: Callable[[], None]) -> None:
    """Stop as soon as the parent closes this process's standard input, which happens when the parent dies."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()
