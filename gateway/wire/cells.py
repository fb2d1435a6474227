"""What a cell of a regional table is: a value, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

TOTAL = "Total"
"""The root of every dimension."""


class Status(StrEnum):
    """Why a cell is as it is. These words travel in every export."""

    VALUE = "value"
    WITHHELD = "withheld"  # to protect people; never whether first-hand or to protect another cell
    NOT_SHARED = "not-shared"  # the member's policy does not release it, whatever the data
    NO_ANSWER = "no-answer"  # the member was offline or late
    NOT_COLLECTED = "not-collected"  # the member's records do not cover it

    @property
    def meaning(self) -> str:
        return MEANINGS[self]


MEANINGS = {
    Status.VALUE: "the number itself",
    Status.WITHHELD: "withheld to protect people",
    Status.NOT_SHARED: "not released by the member's policy",
    Status.NO_ANSWER: "the member did not answer in time",
    Status.NOT_COLLECTED: "not covered by the member's records",
}


@dataclass(frozen=True)
class Axis:
    """One level of a table and its codes in display order; `Total` is the last of them."""

    level: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One cell of a regional table. `key` has one code for each axis.

    `value` is there exactly when `status` is VALUE. `at_least` and `at_most` bound a withheld total, from
    what its members show; `lacks` are the members that a total is without: then it is none of the region.
    `under_masks` are members whose withheld parts a total holds, summed so that nobody saw them. `off_by` is
    the most by which a value differs from the count, where numbers of members in it were changed;
    `typically_off_by` the standard deviation of noise in it, which has no most: such a value may be below 0.
    """

    key: tuple[str, ...]
    status: Status
    value: int | None = None
    at_least: int | None = None
    lacks: tuple[str, ...] = ()
    at_most: int | None = None
    under_masks: tuple[str, ...] = ()
    off_by: int = 0
    typically_off_by: int = 0

    @property
    def changed(self) -> bool:
        """Whether it is not the count itself."""
        return bool(self.off_by or self.typically_off_by)

    def __post_init__(self) -> None:
        if (self.value is None) == (self.status is Status.VALUE):
            raise ValueError("a cell has a value exactly when its status says so")


def size(axes: Sequence[Axis]) -> int:
    """The number of cells that `axes` span."""
    cells = 1
    for axis in axes:
        cells *= len(axis.codes)
    return cells
