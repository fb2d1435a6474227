"""What an auditor works with where a log is kept: the log, decisions made again, and what stands out."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.auditing.alert_board import AlertBoard
from gateway.auditing.context import KeptLog


@dataclass(frozen=True)
class ReplayResult:
    """A decision made again, for either side: `differences` are empty where it is as logged.

    `unchecked` says what could not be compared any more, `changed` what is no longer as it was then.
    """

    differences: tuple[str, ...]
    unchecked: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class AuditedLog:
    """A log, and how decisions of its side are made again, by the number of their entry.

    `replay` raises SafelaneError for what is no decision, or can no longer be made again.
    """

    kept: KeptLog
    replay: Callable[[int], ReplayResult]
    board: AlertBoard = field(default_factory=AlertBoard)
