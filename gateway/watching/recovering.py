"""After a restore: nothing is signed until every witness has said that it has seen no more than the backup.

A log that was restored from an old backup and went on would fork: what it signed after the backup was made is
known to its witnesses, and another history would follow.
"""

from collections.abc import Sequence
from typing import Protocol

from gateway.errors import SafelaneError


class RecoveringError(SafelaneError):
    """The log was restored and may not grow yet."""

    exit_code = 9


class Recovery(Protocol):
    """Witnesses that have not been heard since the restore."""

    def awaited(self) -> Sequence[str]: ...


class RecoveryNotes(Recovery, Protocol):
    def heard(self, witness: str) -> None:
        """The witness has seen no more of the log than there is."""


def check_recovered(recovery: Recovery) -> None:
    """Raise RecoveringError while witnesses are awaited; every append goes through here."""
    awaited = recovery.awaited()
    if awaited:
        raise RecoveringError(
            f"This log was restored from a backup; not heard since: {', '.join(awaited)}.",
            remedy="It goes on by itself once they have called and have seen no more than the backup holds. "
            "If one has, restore a newer backup; if there is none, the log cannot go on: found a new one.",
        )
