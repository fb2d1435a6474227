"""An audited log: the kept log, the replay of decisions, and notices for the auditor."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.auditing.alert_board import AlertBoard
from gateway.auditing.context import KeptLog


@dataclass(frozen=True)
class ReplayResult:
    """Result of a decision replay, for either side: `differences` is empty where the decision is as logged.

    `unchecked` names the parts that can no longer be compared, `changed` the parts that have changed since.
    """

    differences: tuple[str, ...]
    unchecked: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class AuditedLog:
    """A log, with the replay of this side's decisions by the number of their entry.

    `replay` raises SafelaneError for an entry that is no decision, or a decision that can no longer be
    replayed.
    """

    kept: KeptLog
    replay: Callable[[int], ReplayResult]
    board: AlertBoard = field(default_factory=AlertBoard)
