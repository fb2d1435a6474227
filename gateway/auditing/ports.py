"""What auditing needs from outside, of a hub and of a node alike."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from audit.formats.commitment import Opening
from audit.log.log import Storage
from gateway.watching.ports import WatchView
from gateway.watching.recovering import Recovery


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""


class Names(Protocol):
    """What commits to somebody's name."""

    def entries_of(self, name: str) -> Sequence[tuple[int, str]]:
        """Log entries that commit to this name, as far as they can be opened, and in which field."""


class NamesToErase(Protocol):
    def erase_openings(self, name: str, *, because: int) -> dict[str, int]:
        """What opens commitments to this name; returns how many in which field."""


class View(Protocol):
    """Reading. One state of the database throughout."""

    @property
    def log(self) -> Storage: ...

    @property
    def people(self) -> Names: ...

    @property
    def watch(self) -> WatchView:
        """What this side has seen of other logs."""

    def opening(self, field: str, entry_index: int) -> Opening | None:
        """What opens a commitment, or None once it has been erased."""


class UnitOfWork(Protocol):
    """Writing: all of it or nothing."""

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
