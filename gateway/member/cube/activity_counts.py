"""Numbers of risk education and marking, beside the cube of people: counting and reading.

They are exact, and none is withheld for people: no person stands behind a sheet. A policy may withhold those
that tell what one operator held; then a sum of which a part is withheld is withheld too. The years are closed
ones of the policy, as for people; of these a table has the years and kinds of which there are sheets, so that
a year without any is not collected, and no zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from gateway.dictionary import ROOT, Dictionary, Tree
from gateway.member.cube.cube_reading import ExactNumbers
from gateway.member.model.activities import MEASURES, Activities

DATE, TYPE = "activity_date", "activity_type"
YEAR = "activity_year"

Kinds: TypeAlias = Mapping[str, tuple[tuple[int, ...], tuple[str, ...]]]
"""Each measure of a source, with the years and the kinds of activity that its table has."""


def kinds_of(dictionary: Dictionary, activities: Activities | None, years: Iterable[int]) -> Kinds:
    """The years and kinds that tables have, of these closed years."""
    if activities is None:
        return {}
    closed = frozenset(years)
    made: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {}
    for measure in activities.measures:
        kinds = activities.within(measure, closed)
        present = {code for _, code in kinds}
        made[measure] = (
            tuple(sorted({year for year, _ in kinds})),
            tuple(code for code in dictionary.codes(TYPE) if code in present),
        )
    return made


@dataclass(frozen=True)
class ActivitiesRead(ExactNumbers):
    """The numbers of a measure, as questions read them. `counts` are empty in a replayed decision."""

    trees: Mapping[str, Tree]
    counts: Mapping[tuple[int, str], int]
    withheld: frozenset[tuple[int, str]] = frozenset()
    """Years and kinds whose number is withheld."""

    @classmethod
    def of(
        cls,
        dictionary: Dictionary,
        activities: Activities | None,
        measure: str,
        years: Iterable[int],
        *,
        p_percent: int = 0,
    ) -> "ActivitiesRead | None":
        """None where the source says nothing of the measure. `p_percent`: the p% rule by operator; 0 for
        none."""
        closed = frozenset(years)
        known = kinds_of(dictionary, activities, closed).get(measure)
        if activities is None or known is None:
            return None
        every = activities.within(measure, closed)
        shown = activities.shown(measure, closed, p_percent) if p_percent else every
        return cls(trees_of(*known), shown, frozenset(every) - frozenset(shown))

    def read(self, key: Mapping[str, str]) -> int | None:
        """The number of a cell, None when a part is withheld; KeyError outside the table."""
        unknown = [name for name, code in key.items() if code not in self.trees[name].codes]
        if unknown:
            raise KeyError(", ".join(unknown))

        def inside(kind: tuple[int, str]) -> bool:
            return key.get(DATE) in (None, str(kind[0])) and key.get(TYPE) in (None, kind[1])

        if any(map(inside, self.withheld)):
            return None
        return sum(number for kind, number in self.counts.items() if inside(kind))


def trees_of(years: Iterable[int], kinds: Iterable[str]) -> Mapping[str, Tree]:
    """The two dimensions of a table, with these years and kinds."""
    return {DATE: flat_tree(DATE, YEAR, map(str, years)), TYPE: flat_tree(TYPE, TYPE, kinds)}


def flat_tree(dimension: str, level: str, codes: Iterable[str]) -> Tree:
    """A dimension of one level with these codes."""
    codes = tuple(codes)
    parents = MappingProxyType(dict.fromkeys(codes, ROOT))
    return Tree(dimension, (level,), (ROOT, *codes), parents, MappingProxyType({level: codes}))


__all__ = ["DATE", "MEASURES", "TYPE", "YEAR", "ActivitiesRead", "Kinds", "flat_tree", "kinds_of", "trees_of"]
