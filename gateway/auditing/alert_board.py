"""Cached notices for an auditor: over a large log, finding the notices takes many seconds."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.reading.alerts import Notice, Thresholds
from gateway.auditing.alerts import find_notices
from gateway.auditing.context import KeptLog
from gateway.auditing.entry_search import whole

AT_ONCE = 5000
"""Number of log entries that are searched while the auditor waits."""
FRESH = timedelta(minutes=10)


@dataclass(frozen=True)
class Findings:
    """Notices about the first `size` entries, and the time of the search."""

    notices: tuple[Notice, ...]
    size: int
    at: datetime


class AlertBoard:
    """The latest findings of one log. Thread-safe."""

    def __init__(self) -> None:
        self._latest: Findings | None = None
        self._searching = threading.Lock()

    def latest(self, kept: KeptLog, thresholds: Thresholds) -> Findings | None:
        """Return current notices of a small log, the last notices of a large log, None during the first
        search.
        """
        with kept.store.reading() as view:
            size = whole(view).end
        if size <= AT_ONCE:
            return _find(kept, thresholds, size)
        latest = self._latest
        old = latest is None or kept.clock.now() - latest.at > FRESH
        if old and self._searching.acquire(blocking=False):
            work = (kept, thresholds, size)
            threading.Thread(target=self._renew, args=work, name="notices", daemon=True).start()
        return latest

    def _renew(self, kept: KeptLog, thresholds: Thresholds, size: int) -> None:
        try:
            self._latest = _find(kept, thresholds, size)
        finally:
            self._searching.release()


def _find(kept: KeptLog, thresholds: Thresholds, size: int) -> Findings:
    return Findings(tuple(find_notices(kept, thresholds)), size, kept.clock.now())
