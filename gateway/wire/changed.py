"""How a member's numbers were changed to protect people: part of its answer, and signed with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LARGEST_CHANGE = 10**6
"""No policy changes a number by more, however many cells are added up: a larger one is a fault."""


class Mechanism(StrEnum):
    """In the words of policies. A member whose numbers are exact names none."""

    CELL_KEY = "cell-key"
    ROUNDING = "controlled-rounding"


@dataclass(frozen=True)
class Changed:
    """`most`: the most by which a number of this table differs from the count of people."""

    mechanism: Mechanism
    most: int

    def as_json(self) -> dict[str, Any]:
        return {"mechanism": self.mechanism.value, "most": self.most}


def changed_from_json(data: Mapping[str, Any]) -> Changed:
    """Raises KeyError, TypeError or ValueError for anything that `Changed.as_json` does not write."""
    most = data["most"]
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= LARGEST_CHANGE:
        raise ValueError
    changed = Changed(Mechanism(data["mechanism"]), most)
    if changed.as_json() != data:
        raise ValueError
    return changed
