"""How often refused attempts reach the log: always the first time, then once a minute with their number.

Refusals cost the sender nothing, and an entry stays for ever: repeated refusals must not fill the log.
Refusals that were not written at once are counted and written with the next entry of the same kind.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSE = timedelta(minutes=1)
MOST_AN_HOUR = 240
"""Entries an hour about refusals, all kinds together."""
MOST_KINDS = 1000
"""Kinds of refusals that are distinguished at any time: strangers must not fill the memory either."""
HOUR = timedelta(hours=1)


@dataclass
class _Kind:
    written: datetime
    waiting: int = 0


class Refusals:
    """Counts refusals of one process. Thread-safe."""

    def __init__(self) -> None:
        self._kinds: dict[str, _Kind] = {}
        self._hour: tuple[datetime, int] | None = None
        self._lock = threading.Lock()

    def times(self, kind: str, now: datetime) -> int:
        """Return the number of refusals of this kind that an entry reports now; 0 to write no entry.

        `kind` names the person and the refused action, in equal words for equal refusals.
        """
        with self._lock:
            known = self._kinds.get(kind)
            if (known is not None and now - known.written < PAUSE) or not self._room(now):
                self._wait(kind, known, now)
                return 0
            self._count(now)
            self._kinds[kind] = _Kind(now)
            return 1 + (0 if known is None else known.waiting)

    def _wait(self, kind: str, known: _Kind | None, now: datetime) -> None:
        if known is not None:
            known.waiting += 1
        elif len(self._kinds) < MOST_KINDS:
            self._kinds[kind] = _Kind(now - PAUSE, 1)

    def _room(self, now: datetime) -> bool:
        if len(self._kinds) >= MOST_KINDS:
            self._kinds = {k: v for k, v in self._kinds.items() if v.waiting or now - v.written < PAUSE}
        return self._hour is None or now - self._hour[0] >= HOUR or self._hour[1] < MOST_AN_HOUR

    def _count(self, now: datetime) -> None:
        if self._hour is None or now - self._hour[0] >= HOUR:
            self._hour = (now, 0)
        self._hour = (self._hour[0], self._hour[1] + 1)
