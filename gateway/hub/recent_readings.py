"""Which readings of releases are in the log since a short while, in the memory of this process."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from audit.events.event_values import ReadThrough

PAUSE = timedelta(hours=1)
MOST = 10_000
"""Readings that are remembered; what is forgotten early is logged once more."""

Reading = tuple[str, str, int, ReadThrough]
"""Person, question, number of the release, way."""


class RecentReadings:
    """Thread-safe. Two first readings at the same moment may both be logged; none is missing."""

    def __init__(self) -> None:
        self._logged: OrderedDict[Reading, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def is_known(self, reading: Reading, now: datetime) -> bool:
        """Return whether the reading was logged within the last hour."""
        with self._lock:
            logged = self._logged.get(reading)
        return logged is not None and now - logged < PAUSE

    def remember(self, reading: Reading, now: datetime) -> None:
        """Remember a reading that is in the log."""
        with self._lock:
            self._logged[reading] = now
            self._logged.move_to_end(reading)
            if len(self._logged) > MOST:
                self._logged.popitem(last=False)
