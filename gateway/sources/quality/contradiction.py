"""A rule that data can break."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contradiction:
    """A rule, the number of casualties that break the rule, and the number that could be judged."""

    rule: str
    count: int
    judged: int
