"""What differs between a load and the one before, case by case: by year of the accident, and by province.

Cases are matched by the pseudonym of their number. For the state only: a difference of one is a person.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from anonymisers.tables.arrays import Bools
from gateway.member.model.record_changes import changed_rows
from gateway.member.model.snapshot import Snapshot

MOST_SHOWN = 12
"""Provinces that a report lists, those with most differences first."""


class Differing(NamedTuple):
    """Cases that appeared, that vanished, and that are there in both loads and differ."""

    appeared: int
    vanished: int
    corrected: int


@dataclass(frozen=True)
class Differences:
    """Differences since the load of the register of `since`. Years and provinces without any are left out.

    A case that moved to another year or province counts in its present one.
    """

    since: date
    years: Mapping[str, Differing]
    provinces: Mapping[str, Differing]

    @property
    def total(self) -> Differing:
        """The differences of all years together."""
        return (
            Differing(*(sum(column) for column in zip(*self.years.values(), strict=True)))
            if self.years
            else NONE
        )

    def most(self) -> Iterator[tuple[str, Differing]]:
        """The provinces with most differences, those with most vanished cases first."""
        order = sorted(self.provinces.items(), key=lambda one: (-one[1].vanished, -sum(one[1]), one[0]))
        yield from order[:MOST_SHOWN]

    def as_json(self) -> dict[str, Any]:
        """The differences as JSON values."""
        return {
            "since": self.since.isoformat(),
            "years": {year: list(counts) for year, counts in self.years.items()},
            "provinces": {code: list(counts) for code, counts in self.provinces.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Differences":
        """Read what `as_json` wrote. Raises KeyError, TypeError and ValueError for anything else."""
        return cls(
            date.fromisoformat(kept["since"]),
            {year: Differing(*counts) for year, counts in kept["years"].items()},
            {code: Differing(*counts) for code, counts in kept["provinces"].items()},
        )


NONE = Differing(0, 0, 0)


def differences(former: Snapshot, new: Snapshot, *, adds: bool = False) -> Differences:
    """What differs in `new` from `former`. With `adds`, cases that `new` lacks stay: none has vanished."""
    rows = changed_rows(former, new)
    vanished = np.zeros_like(rows.vanished) if adds else rows.vanished
    return Differences(
        former.created,
        _counted(former, new, "date", (rows.appeared, vanished, rows.corrected)),
        _counted(former, new, "place", (rows.appeared, vanished, rows.corrected)),
    )


def _counted(
    former: Snapshot, new: Snapshot, dimension: str, rows: tuple[Bools, Bools, Bools]
) -> dict[str, Differing]:
    appeared, vanished, corrected = rows
    parts = ((new, appeared), (former, vanished), (new, corrected))
    times = [_times(snapshot, dimension, chosen) for snapshot, chosen in parts]
    every = sorted({code for one in times for code in one})
    return {code: Differing(*(one.get(code, 0) for one in times)) for code in every}


def _times(snapshot: Snapshot, dimension: str, chosen: Bools) -> dict[str, int]:
    """How many of the chosen rows there are by year or by province."""
    if dimension not in snapshot.columns and dimension != "date":
        return {}
    column = snapshot.column(dimension)
    counts = np.bincount(column.indices[chosen], minlength=len(column.codes)).tolist()
    found: dict[str, int] = {}
    for code, times in zip(column.codes, counts, strict=True):
        if times:
            key = code[:4] if dimension == "date" else code
            found[key] = found.get(key, 0) + times
    return found
