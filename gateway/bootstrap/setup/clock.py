"""The system's time and the process's bell."""

from datetime import UTC, datetime
from threading import Condition


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


SYSTEM = SystemClock()


class ProcessBell:
    """Rings for every thread of this process (`gateway.hub.ports.Bell`), and with it the `quieter` bells."""

    def __init__(self, *quieter: "ProcessBell") -> None:
        self._quieter = quieter
        self._rung = 0
        self._condition = Condition()

    def ring(self) -> None:
        with self._condition:
            self._rung += 1
            self._condition.notify_all()
        for bell in self._quieter:
            bell.ring()

    def ticket(self) -> int:
        with self._condition:
            return self._rung

    def wait(self, ticket: int, seconds: float) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._rung != ticket, timeout=seconds)
