"""The system's time, and notification of waiting threads."""

from datetime import UTC, datetime
from threading import Condition


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


SYSTEM = SystemClock()


class ProcessNotifier:
    """Wakes the waiting threads of this process (`gateway.hub.ports.Notifier`), then notifies `also`."""

    def __init__(self, *also: "ProcessNotifier") -> None:
        self._also = also
        self._count = 0
        self._condition = Condition()

    def notify(self) -> None:
        with self._condition:
            self._count += 1
            self._condition.notify_all()
        for each in self._also:
            each.notify()

    def ticket(self) -> int:
        with self._condition:
            return self._count

    def wait(self, ticket: int, seconds: float) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._count != ticket, timeout=seconds)
