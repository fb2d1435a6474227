"""Ports of auditing, the same for a hub and a node."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from audit.formats.commitment import Opening
from audit.log.log import Storage
from gateway.auditing.index import Head, Known, Segment, Sought
from gateway.watching.ports import WatchView
from gateway.watching.recovering import Recovery


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""


class Names(Protocol):
    """The commitments to people's names."""

    def entries_of(self, name: str) -> Sequence[tuple[int, str]]:
        """Return the log entries, with the field, that commit to this name, as far as openings exist."""


class NamesToErase(Protocol):
    def erase_openings(self, name: str, *, because: int) -> dict[str, int]:
        """Erase the openings of commitments to this name; returns the number in each field."""


class View(Protocol):
    """Read access to one consistent state of the database."""

    @property
    def log(self) -> Storage: ...

    @property
    def people(self) -> Names: ...

    @property
    def watch(self) -> WatchView:
        """Observations of other logs by this side."""

    @property
    def recovery(self) -> Recovery: ...

    def opening(self, field: str, entry_index: int) -> Opening | None:
        """Return the opening of a commitment, or None after erasure."""

    def openings_between(self, start: int, end: int) -> Sequence[tuple[int, str, Opening | None]]:
        """Return the openings of entries `[start, end)`, each with its entry's number and its field.

        None for an opening that is damaged.
        """


class UnitOfWork(Protocol):
    """Write access: all writes or none."""

    @property
    def log(self) -> Storage: ...

    @property
    def people(self) -> NamesToErase: ...

    @property
    def recovery(self) -> Recovery: ...

    def keep_opening(self, field: str, opening: Opening, *, because: int) -> None: ...


class Store(Protocol):
    def reading(self) -> AbstractContextManager[View]: ...

    def writing(self) -> AbstractContextManager[UnitOfWork]: ...


class SearchIndex(Protocol):
    """The words of a log in segments, kept outside the database: lost or behind, it costs time only."""

    def heads(self) -> Sequence[Head]:
        """All kept segments, in their order."""

    def look_up(self, sought: Sought) -> Known:
        """What is kept of the terms and the times of a search, in one state."""

    def keep(self, segment: Segment) -> None:
        """Keep a segment in place of the one of its number, if any. Raises StorageError."""

    def kept(self, number: int) -> Segment | None:
        """A whole segment, as kept."""


class NoIndex:
    """Where no index is kept, as on a read-only disk: every entry is read."""

    def heads(self) -> Sequence[Head]:
        """None."""
        return ()

    def look_up(self, sought: Sought) -> Known:  # noqa: ARG002 - there is nothing to look in
        """Nothing."""
        return Known()

    def keep(self, segment: Segment) -> None:
        """Forget it."""

    def kept(self, number: int) -> Segment | None:  # noqa: ARG002 - none is kept
        """None."""
        return None
