"""The event of an alert that an auditor has explained."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from audit.events.event import Event
from audit.formats.commitment import Commitment


class Explanation(StrEnum):
    """Why an alert is no cause for concern: a closed list, so that no entry holds words about a person."""

    EXPECTED = "expected"
    """Usual work of the organisation, such as the yearly report."""
    ASKED = "asked"
    """The organisation or the office was asked, and its answer convinces."""
    MISTAKE = "mistake"
    EXERCISE = "exercise"
    ELSEWHERE = "elsewhere"
    """Handed on: others deal with it."""


@dataclass(frozen=True)
class AlertExplained(Event):
    """An auditor has reviewed an alert about this log, and marked it as explained.

    The alert is named by its kind, its subject, and the first and the last of its entries. An alert that
    later rests on a newer entry is open again.
    """

    TYPE: ClassVar[str] = "alert-explained"
    actor: Commitment
    organisation: str
    role: str
    alert: str
    about: str
    first: int
    last: int
    explanation: Explanation
    at: datetime
