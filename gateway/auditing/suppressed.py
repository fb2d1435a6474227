"""An alert for the operator while refused attempts are so many that they are counted, not logged one by one.

It follows from the log alone, so that it holds after a restart as well.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from audit.events.account_events import AccessRefused
from audit.events.search import Criteria, event_of, time_of
from audit.log.log import Storage
from audit.reading.alerts import Thresholds, say_suppressed
from gateway.auditing.entry_search import Span, entries
from gateway.watching.model import Alert, Concern

_AT_ONCE = 500
_MOST = 20_000
"""Entries that are looked at, from the newest on: a monitor looks every minute."""


def suppressed_alerts(log: Storage, origin: str, thresholds: Thresholds, now: datetime) -> list[Alert]:
    """Return an alert with the number and kinds of what was only counted within the last window, if much."""
    kinds: Counter[tuple[str, str]] = Counter()
    numbers = []
    for number, event in _recent(log, now - thresholds.window):
        if event.times > 1:
            kinds[event.action, event.reason] += event.times
            numbers.append(number)
    if kinds.total() < thresholds.suppressed:
        return []
    words = f"{say_suppressed(kinds)}; see them with safelane log list --type access-refused"
    return [Alert(Concern.SUPPRESSED, origin, "refused attempts", words, tuple(sorted(numbers)))]


def _recent(log: Storage, since: datetime) -> Iterator[tuple[int, AccessRefused]]:
    latest = log.latest_checkpoint()
    end = 0 if latest is None else latest.size
    for start in range(end - _AT_ONCE, max(end - _MOST, 0) - _AT_ONCE, -_AT_ONCE):
        some = list(entries(log, Span(max(start, 0), start + _AT_ONCE)))
        for found in Criteria(kind=AccessRefused.TYPE, since=since).find(some):
            if isinstance(found.event, AccessRefused):
                yield found.number, found.event
        first = next((event for _, entry in some if (event := event_of(entry)) is not None), None)
        if first is not None and time_of(first) < since:
            return
