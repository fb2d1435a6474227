"""Ports of monitoring, the same for a hub and a node: bookkeeping, with nothing about people."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from audit.log.excerpt import Copied
from audit.log.log import Storage
from audit.witness.witness import WitnessStorage
from gateway.watching.model import Alert, KeptAlert, KeptEvidence, SeenByHub


class WatchView(Protocol):
    """Read access to the observations of other logs."""

    def copied(self, origin: str) -> Copied: ...

    def copied_entries(self, origin: str) -> Sequence[tuple[int, bytes]]:
        """Return another log's unsettled entries about this side, by number."""

    def key_changes(self, origin: str) -> Sequence[tuple[int, bytes]]:
        """Return the entries about keys of a followed log, or of this side's own log, by number."""

    def evidence(self) -> Sequence[KeptEvidence]:
        """Return all evidence, oldest first."""

    def alerts(self, *, ended: bool) -> Sequence[KeptAlert]:
        """Return open alerts, oldest first; with `ended` also closed alerts."""

    def seen_by_hub(self) -> SeenByHub | None:
        """Return, on a node, the hub's knowledge of the node's log."""


class Watch(WatchView, Protocol):
    """Write access to the observations of other logs."""

    def extend_copy(
        self, origin: str, old_size: int, copied: Copied, entries: Iterable[tuple[int, bytes]]
    ) -> None:
        """Extend a copy of a log. Raises StaleCopyError when the copy is no longer at `old_size`."""

    def forget_copied(self, origin: str, numbers: Iterable[int]) -> None: ...

    def begin_anew(self, origin: str) -> None:
        """Forget the observations of a log whose name another log has taken over, as the operator decided."""

    def settle(self, origin: str, asked: Iterable[int]) -> None:
        """Record that this side's log and the log `origin` agree about the questions of these entries."""

    def keep_evidence(self, kept: KeptEvidence) -> bool:
        """Return whether the bundle was kept: once, and only some bundles of each log, since one proves the
        fault.
        """

    def begin_alert(self, alert: Alert, since: datetime) -> None: ...

    def end_alert(self, alert: Alert, ended: datetime) -> None: ...

    def keep_seen_by_hub(self, seen: SeenByHub) -> None: ...

    def add_key_change(self, entry: bytes, *, because: int) -> None:
        """Record that the entry `because` of this side's own log changes a key, from this transaction on."""


class Notes(Protocol):
    """The bookkeeping of either side that monitoring needs, in one durable transaction."""

    @property
    def log(self) -> Storage: ...

    @property
    def witness(self) -> WitnessStorage: ...

    @property
    def watch(self) -> Watch: ...
