"""What watching needs from the store of either side. It explains nothing about people: it is bookkeeping."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from audit.log.excerpt import Copied
from audit.log.log import Storage
from audit.witness.witness import WitnessStorage
from gateway.watching.model import Alert, KeptAlert, KeptEvidence, SeenByHub


class WatchView(Protocol):
    """Reading what was seen of other logs."""

    def copied(self, origin: str) -> Copied: ...

    def copied_entries(self, origin: str) -> Sequence[tuple[int, bytes]]:
        """Entries of another log that concern us and have not been settled, by number."""

    def key_changes(self, origin: str) -> Sequence[tuple[int, bytes]]:
        """The entries about keys of a log that we follow, or of our own, by number."""

    def evidence(self) -> Sequence[KeptEvidence]:
        """Oldest first."""

    def alerts(self, *, ended: bool) -> Sequence[KeptAlert]:
        """Those that stand, oldest first; with `ended` also those that do no longer."""

    def seen_by_hub(self) -> SeenByHub | None:
        """On a node: what the hub knows of its log."""


class Watch(WatchView, Protocol):
    """Writing it."""

    def extend_copy(
        self, origin: str, old_size: int, copied: Copied, entries: Iterable[tuple[int, bytes]]
    ) -> None:
        """Go on with a copy. Raises StaleCopyError when it is no longer at `old_size`."""

    def forget_copied(self, origin: str, numbers: Iterable[int]) -> None: ...

    def begin_anew(self, origin: str) -> None:
        """Forget what was seen of a log, whose name another log has taken over by the operator's will."""

    def settle(self, origin: str, asked: Iterable[int]) -> None:
        """About the questions of these entries, our log and that of `origin` say the same."""

    def keep_evidence(self, kept: KeptEvidence) -> bool:
        """Whether it was kept: once, and of each log only so many bundles, since one convicts it."""

    def begin_alert(self, alert: Alert, since: datetime) -> None: ...

    def end_alert(self, alert: Alert, ended: datetime) -> None: ...

    def keep_seen_by_hub(self, seen: SeenByHub) -> None: ...

    def add_key_change(self, entry: bytes, *, because: int) -> None:
        """The entry `because` of our own log changes a key; from this transaction on it counts."""


class Notes(Protocol):
    """The part of either side's bookkeeping that watching needs, in one durable transaction."""

    @property
    def log(self) -> Storage: ...

    @property
    def witness(self) -> WitnessStorage: ...

    @property
    def watch(self) -> Watch: ...
