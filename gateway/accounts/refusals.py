"""How often refused attempts reach the log: always the first time, then once a minute with their number.

Refusals cost the sender nothing, and an entry stays for ever: repeated refusals must not fill the log.
Neither may some keep others out of it: strangers together, each person, and the attempts to sign in at each
account have a budget of their own. What was not written at once is counted, and written once there is room.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from gateway.accounts.model import Principal

PAUSE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MOST_KINDS = 1000
"""Kinds of refusals of strangers that are distinguished at any time: they must not fill the memory either."""


class Source(StrEnum):
    """Where refused attempts come from."""

    STRANGERS = "strangers"
    SIGN_IN = "sign-in"
    PERSON = "person"


MOST_AN_HOUR: Mapping[Source, int] = MappingProxyType(
    {Source.STRANGERS: 120, Source.SIGN_IN: 30, Source.PERSON: 60}
)
"""Entries an hour: of all strangers together, of sign-ins at one account, of one person."""


@dataclass(frozen=True)
class RefusedAttempt:
    """A refused attempt; equal for equal refusals. `principal`: who it was, or whose account it was about;
    None for a stranger. `signing_in`: nobody knows whether it was that person.
    """

    principal: Principal | None
    action: str
    reason: str
    signing_in: bool = False

    @property
    def source(self) -> Source:
        """The source whose budget the attempt takes from."""
        if self.principal is None:
            return Source.STRANGERS
        return Source.SIGN_IN if self.signing_in else Source.PERSON

    @property
    def budget(self) -> tuple[Source, str]:
        """The budget's name: strangers have one together."""
        return self.source, "" if self.principal is None else self.principal.user


@dataclass
class _Kind:
    written: datetime
    waiting: int = 0


@dataclass
class _Hour:
    began: datetime
    entries: int = 0


class Refusals:
    """Counts refusals of one process. Thread-safe."""

    def __init__(self) -> None:
        self._kinds: dict[RefusedAttempt, _Kind] = {}
        self._hours: dict[tuple[Source, str], _Hour] = {}
        self._forgot = datetime.min.replace(tzinfo=UTC)
        """When kinds of which nothing waits were forgotten last."""
        self._lock = threading.Lock()

    def times(self, attempt: RefusedAttempt, now: datetime) -> int:
        """Return the number of such refusals that an entry reports now; 0 to write no entry."""
        with self._lock:
            known = self._kinds.get(attempt)
            if (known is not None and now - known.written < PAUSE) or not self._room(attempt, now):
                self._wait(attempt, known, now)
                return 0
            self._count(attempt, now)
            self._kinds[attempt] = _Kind(now)
            return 1 + (0 if known is None else known.waiting)

    def waiting(self, now: datetime, *, ending: bool = False) -> list[tuple[RefusedAttempt, int]]:
        """Return what was counted and not written, with its number, as far as there is room for an entry.

        When this process is `ending`, everything: nobody remembers the numbers after that.
        """
        with self._lock:
            found = []
            for attempt, kind in self._kinds.items():
                due = kind.waiting and (ending or (now - kind.written >= PAUSE and self._room(attempt, now)))
                if due:
                    self._count(attempt, now)
                    found.append((attempt, kind.waiting))
                    kind.written, kind.waiting = now, 0
            return found

    def counted(self) -> list[tuple[RefusedAttempt, int]]:
        """Return what was counted and not written so far, with its number; it goes on waiting."""
        with self._lock:
            return [(attempt, kind.waiting) for attempt, kind in self._kinds.items() if kind.waiting]

    def _wait(self, attempt: RefusedAttempt, known: _Kind | None, now: datetime) -> None:
        if known is not None:
            known.waiting += 1
            return
        if len(self._kinds) >= MOST_KINDS and now - self._forgot >= PAUSE:  # each time would take long
            self._forgot = now
            self._kinds = {k: v for k, v in self._kinds.items() if v.waiting or now - v.written < PAUSE}
        if len(self._kinds) < MOST_KINDS or attempt.principal is not None:
            self._kinds[attempt] = _Kind(now - PAUSE, 1)

    def _room(self, attempt: RefusedAttempt, now: datetime) -> bool:
        hour = self._hours.get(attempt.budget)
        return hour is None or now - hour.began >= HOUR or hour.entries < MOST_AN_HOUR[attempt.source]

    def _count(self, attempt: RefusedAttempt, now: datetime) -> None:
        hour = self._hours.get(attempt.budget)
        if hour is None or now - hour.began >= HOUR:
            hour = self._hours[attempt.budget] = _Hour(now)
        hour.entries += 1
