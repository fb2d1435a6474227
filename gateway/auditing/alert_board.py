"""An auditor's notices of one log: entries are read once, later looks read what has been added since."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.reading.alerts import Notice
from audit.reading.entry_facts import EntryFacts, ExplainedAlert
from gateway.auditing.alerts import find_notices
from gateway.auditing.context import KeptLog
from gateway.auditing.entry_search import whole
from gateway.auditing.explained_alerts import with_explanations

AT_ONCE = 20_000
"""Number of entries that are read while the auditor waits: less than a second."""
FRESH = timedelta(minutes=10)


@dataclass(frozen=True)
class Findings:
    """Alerts about the first `size` entries, and the time of the search.

    Each alert stands with its explanation, those without one first, else the newest first. `organisations`
    are those that asked; `sampled_at` is when a sample was drawn last.
    """

    alerts: tuple[tuple[Notice, ExplainedAlert | None], ...]
    size: int
    at: datetime
    organisations: tuple[str, ...]
    sampled_at: datetime | None

    @property
    def open(self) -> int:
        """Number of alerts without an explanation."""
        return sum(explained is None for _, explained in self.alerts)


class AlertBoard:
    """The latest findings of one log, and what is known of its entries. Thread-safe."""

    def __init__(self) -> None:
        self._latest: Findings | None = None
        self._facts = EntryFacts()
        self._searching = threading.Lock()

    def latest(self, kept: KeptLog) -> Findings | None:
        """Return current notices where few entries are new, else the last ones; None in the first search."""
        with kept.store.reading() as view:
            size = whole(view).end
        latest = self._latest
        if size - self._facts.size <= AT_ONCE:
            if self._searching.acquire(timeout=1.0):
                self._renew(kept)
            return self._latest
        old = latest is None or kept.clock.now() - latest.at > FRESH
        if old and self._searching.acquire(blocking=False):
            threading.Thread(target=self._renew, args=(kept,), name="notices", daemon=True).start()
        return latest

    def current(self, kept: KeptLog) -> Findings:
        """Return current notices, however long it takes."""
        self._searching.acquire()  # given back by `_renew`
        return self._renew(kept)

    def _renew(self, kept: KeptLog) -> Findings:
        try:
            facts = self._facts
            found = sorted(find_notices(kept, facts=facts), key=lambda one: -max(one.numbers, default=0))
            self._latest = Findings(
                tuple(with_explanations(found, facts.explained)),
                facts.size,
                kept.clock.now(),
                tuple(sorted(facts.organisations)),
                facts.sampled_at,
            )
            return self._latest
        finally:
            self._searching.release()
