"""What the operator's pages know of the machine, handed in by bootstrap: storage, certificate, backups."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app

from gateway.api.services import NODE

if TYPE_CHECKING:
    # Only for types: a hub does not import what nodes run.
    from gateway.member.node.context import Node

KEY = "safelane-operator"
ENOUGH = 2 * 1024**3
"""Bytes of free disk below which the page warns, as `safelane doctor` does."""
BACKUP_DAYS = 7
CERTIFICATE_DAYS = 30


@dataclass(frozen=True)
class LastBackup:
    """When a backup of this installation was last made and read back; `entries`: of the log in it."""

    made_at: datetime
    entries: int
    sealed: bool


@dataclass(frozen=True)
class Encryption:
    """How the files are encrypted. `seen`: by what, as the system says; None where nothing is seen.

    `said`: by what, as the operator says; `without`: the operator's reason for doing without.
    """

    seen: str | None
    said: str
    without: str

    @property
    def lacking(self) -> bool:
        return self.seen is None and not self.said


@dataclass(frozen=True)
class Machine:
    """`free`, `size`: bytes of the disk; `database`: bytes of its file, None for a server.

    `certificate_ends`: None where this process serves none of its own. `backup`: None where none is known.
    """

    free: int
    size: int
    database: int | None
    certificate_ends: datetime | None
    backup: LastBackup | None
    encryption: Encryption


@dataclass(frozen=True)
class MachineState:
    """The same with what is worrying. Ages in whole days; None where there is nothing that ages.

    `scarce`: little room is left, and a log that cannot be written answers nothing. `backup_old`: no backup
    of the last week is known. `certificate_soon`: the certificate ends within a month, or has ended.
    """

    machine: Machine
    scarce: bool
    backup_days: int | None
    backup_old: bool
    certificate_days: int | None
    certificate_soon: bool


def machine_now(now: datetime) -> MachineState:
    """The state of the machine, with what an operator has to do something about."""
    look: Callable[[], Machine] = current_app.extensions[KEY]
    found = look()
    backup = None if found.backup is None else max(0, (now - found.backup.made_at).days)
    ends = None if found.certificate_ends is None else (found.certificate_ends - now).days
    return MachineState(
        machine=found,
        scarce=found.free < ENOUGH,
        backup_days=backup,
        backup_old=backup is None or backup > BACKUP_DAYS,
        certificate_days=ends,
        certificate_soon=ends is not None and ends < CERTIFICATE_DAYS,
    )


def node() -> "Node":
    """The node that serves the page."""
    found: Node = current_app.extensions[NODE]
    return found
