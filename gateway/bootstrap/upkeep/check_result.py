"""What `safelane doctor` tells of one thing that it looked at."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    WELL = "well"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and for what is not well what to do."""

    about: str
    state: State
    said: str
    remedy: str = ""
