"""A rule that data can break."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contradiction:
    """A rule, how many casualties break it, and how many it could be judged for."""

    rule: str
    count: int
    judged: int
