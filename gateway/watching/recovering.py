"""Recovery after a restore: nothing is signed until every witness confirms that it has seen no later state.

A log restored from an old backup would fork if it went on at once: the witnesses know the entries signed
after the backup, and a different history would follow.
"""

from collections.abc import Sequence
from typing import Protocol

from gateway.errors import SafelaneError


class RecoveringError(SafelaneError):
    """The log was restored and may not grow yet."""

    exit_code = 9


class Recovery(Protocol):
    """The witnesses that have not been heard since the restore."""

    def awaited(self) -> Sequence[str]: ...


class RecoveryNotes(Recovery, Protocol):
    def heard(self, witness: str) -> None:
        """Record that the witness has seen no more of the log than exists here."""


def check_recovered(recovery: Recovery) -> None:
    """Raise RecoveringError while witnesses are awaited; every append calls this check."""
    awaited = recovery.awaited()
    if awaited:
        raise RecoveringError(
            f"This log was restored from a backup; not heard since: {', '.join(awaited)}.",
            remedy="It goes on by itself once they have called and have seen no more than the backup holds. "
            "If one has, restore a newer backup; if there is none, the log cannot go on: found a new one.",
        )
