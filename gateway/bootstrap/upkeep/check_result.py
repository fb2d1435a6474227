"""The result of one check of `safelane doctor`."""

from dataclasses import dataclass
from datetime import timedelta
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


def in_words(span: timedelta) -> str:
    """Say how long a span is, in its largest unit that leaves at least two."""
    if span < timedelta(minutes=2):
        return f"{span.total_seconds():.0f} s"
    if span < timedelta(hours=2):
        return f"{span.total_seconds() / 60:.0f} min"
    return f"{span.total_seconds() / 3600:.0f} h" if span < timedelta(days=2) else f"{span.days} days"
