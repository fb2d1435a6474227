"""The result of one check of `safelane doctor`."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    WELL = "well"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """The subject of a check, its state, and the remedy for a fault."""

    about: str
    state: State
    detail: str
    remedy: str = ""
