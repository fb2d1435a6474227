"""Services to clients and their cost, by pillar and year of service: which are shown, and how they are read.

Each number of a pillar in a year stands by itself: nothing that is shown adds up to others, as a sum over
pillars is shown only where all of them are, and there is no breakdown by people. So no other number has to be
withheld beside one. A number is withheld where fewer than k clients are behind it, where a few of them
dominate it, by the p% rule, and where the number of clients who received such assistance is withheld itself,
of which the services would be an upper bound. A year is fixed once it is released.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from anonymisers.cube.released_cells import Value
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.magnitudes.magnitude_rules import CellAmounts, MagnitudeRules
from anonymisers.tables.arrays import Ints
from gateway.dictionary import SERVICE_DATE, Dictionary, Tree
from gateway.member.cube.activity_counts import flat_tree
from gateway.member.cube.clients_counts import SERVICE_YEAR
from gateway.member.cube.cube_reading import ExactNumbers
from gateway.member.model.clients import Clients

SERVICES, COST = "services", "service_cost"
MEASURES = (SERVICES, COST)
PILLAR = "pillar"
_RECEIVED = ("RECV", "MET")
"""Codes of a status of assistance that say who received it: at the finest level, and at the coarser one."""

Numbers = Mapping[str, Mapping[str, int]]
"""The shown numbers of one year: by measure and pillar; what is withheld is missing."""


def numbers_of_year(rows: Clients, rules: MagnitudeRules, pillars: Sequence[str]) -> Numbers:
    """The numbers of one year that may be shown; costs in whole US dollars.

    `pillars`: those of which the number of clients who received them is shown (`received_shown`).
    """
    received = rows.received
    if received is None:
        return {}
    found: dict[str, dict[str, int]] = {SERVICES: {}, COST: {}}
    numbers, costs = received.number_in(tuple(pillars)), received.cents_in(tuple(pillars))
    for column, pillar in enumerate(pillars):
        found[SERVICES] |= _judged(pillar, numbers[:, column], rules)
        if costs is not None and pillar in found[SERVICES]:
            cents = _judged(pillar, costs[:, column], rules)
            # Where no service has a stated cost, it is not known that they cost nothing.
            known = not numbers[:, column].any() or bool(cents.get(pillar))
            found[COST] |= {name: (each + 50) // 100 for name, each in cents.items() if known}
    return found


def _judged(pillar: str, amounts: Ints, rules: MagnitudeRules) -> dict[str, int]:
    """The sum of what single clients contribute to a pillar; nothing where it is sensitive."""
    theirs = amounts[amounts > 0]
    cell = CellAmounts.of(rules, np.zeros(len(theirs), dtype=np.int64), theirs, 1)
    return {} if cell.sensitive[0] else {pillar: int(cell.sums[0])}


def received_shown(cube: ReleaseHistory, pillar: str) -> bool:
    """Whether the cube of a year shows how many clients received assistance of this pillar."""
    name = f"status.{pillar}"
    dim = next((dim for dim in cube.dims if dim.name == name), None)
    codes = () if dim is None else tuple(code for code in _RECEIVED if code in dim.index)
    return any(isinstance(cube.lookup({name: code}), Value) for code in codes)


def still_shown(released: Numbers, now: Numbers) -> Numbers:
    """What was released and may be shown by the rules in force: nothing that was not shown before."""
    return {
        measure: {p: n for p, n in numbers.items() if p in now.get(measure, {})}
        for measure, numbers in released.items()
    }


def pillars_of(finest: Iterable[str]) -> tuple[str, ...]:
    """The pillars that a policy shares: those of whose status it shares anything."""
    return tuple(name.partition(".")[2] for name in sorted(finest) if name.startswith("status."))


def trees_of_services(
    dictionary: Dictionary, member: str, finest: Iterable[str], years: Iterable[int]
) -> Mapping[str, Tree]:
    """The two dimensions of questions about services: these years, and the pillars of these dimensions."""
    shared = frozenset(pillars_of(finest))
    codes = [code for code in dictionary.codes(PILLAR) if code in shared]
    return {
        SERVICE_DATE: dictionary.hierarchy(SERVICE_DATE, SERVICE_YEAR, member, years=years),
        PILLAR: flat_tree(PILLAR, PILLAR, codes),
    }


@dataclass(frozen=True)
class ServicesRead(ExactNumbers):
    """The numbers of one measure, as questions read them. `numbers` are empty in a replayed decision."""

    trees: Mapping[str, Tree]
    numbers: Mapping[tuple[int, str], int] = field(default_factory=lambda: MappingProxyType({}))

    def read(self, key: Mapping[str, str]) -> int | None:
        """The number of a cell, None when a part is withheld; KeyError outside the table."""
        unknown = [name for name, code in key.items() if code not in self.trees[name].codes]
        if unknown:
            raise KeyError(", ".join(unknown))
        years = [key[SERVICE_DATE]] if SERVICE_DATE in key else self.trees[SERVICE_DATE].at[SERVICE_YEAR]
        pillars = [key[PILLAR]] if PILLAR in key else self.trees[PILLAR].at[PILLAR]
        found = [self.numbers.get((int(year), pillar)) for year in years for pillar in pillars]
        shown = [number for number in found if number is not None]
        return sum(shown) if len(shown) == len(found) else None


def numbers_from(stored: Any) -> Numbers:
    """Read the numbers of a year from JSON. Raises ValueError or TypeError for anything else."""
    found = {measure: dict(numbers) for measure, numbers in dict(stored).items()}
    sound = all(
        type(pillar) is str and type(number) is int and number >= 0
        for numbers in found.values()
        for pillar, number in numbers.items()
    )
    if not sound or not found.keys() <= set(MEASURES):
        raise ValueError("no numbers of services")
    return found
