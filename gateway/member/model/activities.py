"""Sheets about risk education and marking, added up by year and kind: a table beside a snapshot's people.

No person stands behind a sheet, so that a number has no threshold and nothing is withheld. Numbers of people
reached are attendances: whoever comes twice counts twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from audit.errors import AuditError
from audit.formats.canonical import canonical_json, load_canonical_object
from gateway.errors import SafelaneError

MEASURES = ("sessions", "reached", "areas_marked")
"""What sheets of activities say, by the names of the dictionary."""

Kind = tuple[int, str]
"""A year, and a code of `activity_type`."""


class ActivitiesError(SafelaneError):
    """Stored numbers of activities that are damaged."""


@dataclass(frozen=True)
class Activities:
    """`measures`: what the source has columns for, whether or not any sheet says a number.

    `counts`: by year and kind, each measure that some sheet of that year and kind states, with its sum.
    `largest`: likewise, what the two largest operators hold of it; None where the source does not tell who
    held an activity. Operators' names are kept nowhere.
    """

    measures: tuple[str, ...]
    counts: Mapping[Kind, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    largest: Mapping[Kind, Mapping[str, tuple[int, int]]] | None = None

    def within(self, measure: str, years: frozenset[int]) -> Mapping[Kind, int]:
        """The numbers of a measure, of the given years only."""
        return {
            kind: stated[measure]
            for kind, stated in self.counts.items()
            if measure in stated and kind[0] in years
        }

    def shown(self, measure: str, years: frozenset[int], p_percent: int) -> Mapping[Kind, int]:
        """The same without the sensitive ones (p% rule by operator), and none where operators are unknown.

        A number is sensitive where all operators but the two largest hold less than p per cent of what the
        largest holds, so that the second largest could tell that one to within p per cent. 0 is of nobody.
        """
        largest = self.largest
        if largest is None:
            return {}
        return {
            kind: number
            for kind, number in self.within(measure, years).items()
            if not number
            or 100 * (number - sum(largest[kind][measure])) >= p_percent * largest[kind][measure][0]
        }

    def added(self, more: "Activities") -> "Activities":
        """With the sheets of a file that was added: a year of which it has sheets is as it says."""
        years = {year for year, _ in more.counts}
        former = {kind: stated for kind, stated in self.counts.items() if kind[0] not in years}
        measures = tuple(one for one in MEASURES if one in (*self.measures, *more.measures))
        largest = None
        if self.largest is not None and more.largest is not None:
            kept = {kind: held for kind, held in self.largest.items() if kind in former}
            largest = MappingProxyType({**kept, **more.largest})
        return Activities(measures, MappingProxyType({**former, **more.counts}), largest)

    def to_text(self) -> str:
        """Canonical JSON, for the member's own store."""
        rows = [[year, code, dict(stated)] for (year, code), stated in sorted(self.counts.items())]
        body: dict[str, Any] = {"measures": list(self.measures), "sheets": rows}
        if self.largest is not None:
            held = sorted(self.largest.items())
            body["largest"] = [[*kind, {m: list(two) for m, two in each.items()}] for kind, each in held]
        return canonical_json(body).decode()

    @classmethod
    def from_text(cls, text: str) -> "Activities":
        """Read what `to_text` wrote. Raises ActivitiesError for any other text."""
        try:
            value: dict[str, Any] = load_canonical_object(text.encode(), "numbers of activities")
            counts = {(year, code): MappingProxyType(stated) for year, code, stated in value["sheets"]}
            largest = None
            if "largest" in value:
                largest = MappingProxyType(
                    {
                        (year, code): MappingProxyType({m: (int(a), int(b)) for m, (a, b) in each.items()})
                        for year, code, each in value["largest"]
                    }
                )
            found = cls(tuple(value["measures"]), MappingProxyType(counts), largest)
        except (AuditError, KeyError, TypeError, ValueError):
            raise _damaged() from None
        numbers = [n for stated in counts.values() for n in stated.values()]
        if found.to_text() != text or any(type(n) is not int or n < 0 for n in numbers):
            raise _damaged()
        if largest is not None and {k: set(each) for k, each in largest.items()} != {
            k: set(each) for k, each in counts.items()
        }:
            raise _damaged()
        return found


def _damaged() -> ActivitiesError:
    return ActivitiesError("These are no whole numbers of activities.", remedy="Load the source again.")
