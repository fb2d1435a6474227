"""Cells of a regional table: each has a value, or the reason why there is no value."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

TOTAL = "Total"
"""The root of every dimension."""


class Status(StrEnum):
    """The status of a cell. The words travel in every export."""

    VALUE = "value"
    WITHHELD = "withheld"  # to protect people; never whether first-hand or to protect another cell
    NOT_SHARED = "not-shared"  # the member's policy does not release the cell, for any data
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
    """One level of a table and its codes in display order; `Total` is the last code."""

    level: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One cell of a regional table. `key` has one code for each axis.

    `value` is there exactly when `status` is VALUE. `at_least` and `at_most` bound a withheld total, from the
    cells that its members show to the recipient. `missing_members`: the members missing from a total, which
    then is no total of the region. `masked_members`: in a former release, the members with withheld parts in
    a total, summed so that nobody saw a part. `largest_deviation`: the largest difference between value and
    count, where numbers of members in the value were perturbed. `standard_deviation`: the standard deviation
    of noise in the value; noise has no largest difference, and such a value may be below 0.
    """

    key: tuple[str, ...]
    status: Status
    value: int | None = None
    at_least: int | None = None
    missing_members: tuple[str, ...] = ()
    at_most: int | None = None
    masked_members: tuple[str, ...] = ()
    largest_deviation: int = 0
    standard_deviation: int = 0

    @property
    def perturbed(self) -> bool:
        """Whether the value may differ from the count."""
        return bool(self.largest_deviation or self.standard_deviation)

    def within(self, at_least: int | None, at_most: int | None) -> "Cell":
        """The same cell with these bounds."""
        # Field by field: a table has thousands, and `replace` takes four times as long.
        return Cell(
            self.key,
            self.status,
            self.value,
            at_least,
            self.missing_members,
            at_most,
            self.masked_members,
            self.largest_deviation,
            self.standard_deviation,
        )

    def __post_init__(self) -> None:
        if (self.value is None) == (self.status is Status.VALUE):
            raise ValueError("a cell has a value exactly when its status says so")


def size(axes: Sequence[Axis]) -> int:
    """The number of cells of a table with these axes."""
    cells = 1
    for axis in axes:
        cells *= len(axis.codes)
    return cells
