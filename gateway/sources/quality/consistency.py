"""Contradictions within a snapshot: rules of the field, each counted in casualties."""

from collections.abc import Callable, Iterable

import numpy as np

from anonymisers.tables.arrays import Bools
from gateway.dictionary import Dictionary
from gateway.member.model.column import disagree, looked_up
from gateway.member.model.snapshot import Snapshot
from gateway.sources.quality.column_summary import has, known, month_numbers
from gateway.sources.quality.contradiction import Contradiction
from gateway.sources.quality.related_consistency import beside_contradictions

_SMALL = frozenset({"0-4", "5-9", "10-14"})
LARGEST_ACCIDENT = 60
"""Number of casualties above which one accident number was more likely used for two accidents."""

NOT_FOR_THE_DEAD = {
    "REH": "rehabilitation",
    "PSS": "psychological support",
    "SEI": "social and economic inclusion",
}
"""Services after emergency care; services to the family of a victim have a record of the family's own."""


def contradictions(snapshot: Snapshot, dictionary: Dictionary) -> tuple[Contradiction, ...]:
    """Every rule for which the snapshot has the dimensions, whether broken or not."""
    columns = {**snapshot.columns, **snapshot.details}
    children = {c for c in dictionary.codes("band_va") if dictionary.lift(c, "adult_child") == "CHILD"}
    found: list[Contradiction] = []

    def both(rule: str, first: tuple[str, Iterable[str]], second: tuple[str, Iterable[str]]) -> None:
        if first[0] in columns and second[0] in columns:
            judged = known(columns[first[0]]) & known(columns[second[0]])
            broken = has(columns[first[0]], first[1]) & has(columns[second[0]], second[1])
            found.append(Contradiction(rule, int(broken.sum()), int(judged.sum())))

    both("a child who is a deminer", ("age", children), ("civ_status", ["DEM"]))
    both("a child in military, police or security service", ("age", children), ("civ_status", ["MIL"]))
    both("a child on whom others depend", ("age", _SMALL & children), ("dependants", map(str, range(1, 100))))
    both("demining, but no deminer", ("activity", ["DEM"]), ("civ_status", ["CIV", "MIL"]))
    both("on duty, but a civilian", ("activity", ["MIL"]), ("civ_status", ["CIV"]))
    both("playing, but a deminer or soldier", ("activity", ["PLAY"]), ("civ_status", ["DEM", "MIL"]))
    for pillar, what in NOT_FOR_THE_DEAD.items():
        both(f"killed, but received {what}", ("outcome", ["K"]), (f"status.{pillar}", ["RECV"]))
    for rule, dimension, judge in _OF_SEVERAL:
        if dimension in snapshot.columns:
            found.append(Contradiction(rule, int(judge(snapshot).sum()), len(snapshot)))
    found += beside_contradictions(snapshot)
    return tuple(found)


def _killed_before(snapshot: Snapshot) -> Bools:
    """Casualties of people who had been killed in an earlier month already, or were killed twice."""
    killed = has(snapshot.column("outcome"), ["K"])
    month = month_numbers(snapshot.column("date"))
    never = np.iinfo(np.int64).max
    death = np.full(int(snapshot.people.max(initial=-1)) + 1, never, dtype=np.int64)
    np.minimum.at(death, snapshot.people[killed], month[killed])
    times = np.bincount(snapshot.people[killed], minlength=len(death))
    later: Bools = month > looked_up(death, snapshot.people)
    twice: Bools = killed & looked_up(times > 1, snapshot.people)
    return later | twice


def _accident_differs(dimension: str) -> Callable[[Snapshot], Bools]:
    def judge(snapshot: Snapshot) -> Bools:
        if snapshot.is_its_own_accident:
            return np.zeros(len(snapshot), dtype=np.bool_)
        accident = snapshot.accidents
        column = snapshot.column(dimension)
        several: Bools = looked_up(disagree(accident, column.indices, known(column)), accident)
        return several

    return judge


def _large_accident(snapshot: Snapshot) -> Bools:
    if snapshot.is_its_own_accident:
        return np.zeros(len(snapshot), dtype=np.bool_)
    accident = snapshot.accidents
    large: Bools = looked_up(np.bincount(accident) > LARGEST_ACCIDENT, accident)
    return large


_OF_SEVERAL: tuple[tuple[str, str, Callable[[Snapshot], Bools]], ...] = (
    ("killed, by another record earlier or twice", "outcome", _killed_before),
    ("one accident in several months", "date", _accident_differs("date")),
    ("one accident in several places", "place", _accident_differs("place")),
    (f"an accident with more than {LARGEST_ACCIDENT} casualties", "date", _large_accident),
)
"""Rules about several rows: the text of the rule, the dimension needed, and the function to judge by."""
