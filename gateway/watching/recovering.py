"""Recovery after a restore: nothing is signed until every witness confirms that it has seen no later state.

A log restored from an old backup would fork if it went on at once: the witnesses know the entries signed
after the backup, and a different history would follow. A node takes such entries back from the hub; what
they were is known of some, and of others only that they were there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.errors import SafelaneError


class RecoveringError(SafelaneError):
    """The log was restored and may not grow yet."""

    exit_code = 9


@dataclass(frozen=True)
class Loss:
    """Entries `[start, stop)` of a log, signed after the backup that the log was restored from.

    `known`: how many of the entries are there again in full. `certain`: nothing is missing of what decides
    over people, and the node goes on as if nothing was lost. `at`: when the log was taken back. `because`:
    the entry of the log that records the loss; None until it is written.
    """

    start: int
    stop: int
    known: int
    certain: bool
    at: datetime
    because: int | None = None

    @property
    def unknown(self) -> int:
        """How many entries are known by their hashes alone."""
        return self.stop - self.start - self.known

    def covers(self, number: int) -> bool:
        """Whether an entry is one of these."""
        return self.start <= number < self.stop


class Recovery(Protocol):
    """The witnesses that have not been heard since the restore, and what was lost."""

    def awaited(self) -> Sequence[str]: ...

    def since(self) -> datetime | None:
        """When the log was restored, as long as witnesses are awaited."""

    def lost_at(self) -> datetime | None:
        """When the state that the backup replaces was lost, if the operator has said so."""

    def losses(self) -> Sequence[Loss]:
        """Every loss of this log, oldest first."""


class RecoveryNotes(Recovery, Protocol):
    def heard(self, witness: str) -> None:
        """Record that the witness has seen no more of the log than exists here."""

    def keep_loss(self, loss: Loss) -> None:
        """Keep a loss, in the transaction that takes the log back."""


class RecoveryWriter(RecoveryNotes, Protocol):
    def explain_loss(self, loss: Loss, *, because: int) -> None:
        """Keep the number of the entry that records a loss."""


def lost_in(recovery: Recovery) -> Callable[[int], bool]:
    """Return whether an entry, by its number, is one that may be known by its hash alone."""
    losses = recovery.losses()
    return lambda number: any(loss.covers(number) for loss in losses)


def check_recovered(recovery: Recovery) -> None:
    """Raise RecoveringError while witnesses are awaited; every append calls this check."""
    awaited = recovery.awaited()
    if awaited:
        raise RecoveringError(
            f"This log was restored from a backup; not heard since: {', '.join(awaited)}.",
            remedy="It goes on by itself once they have called and have seen no more than the backup holds. "
            "A node takes from its hub what the hub has seen more. If a member has seen more of a hub's log, "
            "restore a newer backup, or found the hub anew from its members' mirrors.",
        )
