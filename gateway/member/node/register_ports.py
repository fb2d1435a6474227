"""The store's part for the register: snapshots, changes from load to load, consents, figures.

`because` is the entry of the node's own log that explains a write.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.record_changes import RecordChanges
from gateway.member.model.registered_figure import RegisteredFigure
from gateway.member.model.snapshot import Snapshot


class RegisterView(Protocol):
    """Reading loads and registered figures."""

    def snapshot(self) -> tuple[LoadedSnapshot, Snapshot] | None:
        """The newest snapshot, with its rows."""

    def loaded(self) -> LoadedSnapshot | None:
        """The newest snapshot, without its rows: enough to see whether and when a register was loaded."""

    def consents(self) -> Mapping[str, str]:
        """Person, by internal pseudonym -> all uses that the person agrees to, for each changed consent."""

    def record_changes(self) -> list[RecordChanges]:
        """The differences between each snapshot and the snapshot before it, oldest first."""

    def figures(self) -> list[RegisteredFigure]:
        """Every figure that was ever registered, in the order of the log."""


class RegisterWriter(RegisterView, Protocol):
    """Writing loads and registered figures."""

    def add_snapshot(self, loaded: LoadedSnapshot, snapshot: Snapshot, *, because: int) -> tuple[str, ...]:
        """Keep a snapshot. Returns the SHA-256 of each part of a large one; nothing of one kept whole."""
        ...

    def add_changes(self, snapshot: str, changes: str, at: datetime, *, because: int) -> None: ...

    def add_figure(self, made: RegisteredFigure, *, because: int) -> None: ...

    def withdraw_figure(self, index: int, at: datetime, *, because: int) -> None: ...

    def add_consent(self, person: str, code: str, at: datetime, *, because: int) -> None: ...
