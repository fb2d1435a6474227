"""Services to clients and their cost, by year of service, pillar and item: which are shown, and how they are
read.

The number of a pillar in a year stands by itself: a sum over pillars is shown only where all of them are, and
there is no breakdown by people. It is withheld where fewer than k clients are behind it, where a few of them
dominate it, by the p% rule, and where the number of clients who received such assistance is withheld itself,
of which the services would be an upper bound. The items of a pillar add up to it, and are protected together
(`anonymisers.magnitudes.parts_of_a_sum`). Where one is withheld, so are the costs of its pillar and items:
whoever knows what each service costs would have two sums over the withheld ones, of numbers and of dollars,
and two sums give two numbers away. A year is fixed once it is released.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from anonymisers.cube.released_cells import Value
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from anonymisers.magnitudes.parts_of_a_sum import shown_parts, sum_is_sensitive
from anonymisers.tables.arrays import Ints
from gateway.dictionary import ROOT, SERVICE_DATE, Dictionary, Tree
from gateway.member.cube.clients_counts import SERVICE_YEAR
from gateway.member.cube.cube_reading import ExactNumbers
from gateway.member.model.clients import Clients

SERVICES, COST = "services", "service_cost"
MEASURES = (SERVICES, COST)
PILLAR = "pillar"
"""The dimension of services, and its coarser level."""
ITEM = "item"
_RECEIVED = ("RECV", "MET")
"""Codes of a status of assistance that say who received it: at the finest level, and at the coarser one."""

Numbers = Mapping[str, Mapping[str, int]]
"""The shown numbers of one year: by measure and code of a pillar or an item; what is withheld is missing."""


def numbers_of_year(
    rows: Clients, rules: MagnitudeRules, pillars: Mapping[str, tuple[str, ...]], *, items: bool = False
) -> Numbers:
    """The numbers of one year that may be shown; costs in whole US dollars.

    `pillars`: those of which the number of clients who received them is shown (`received_shown`), each with
    its items (`items_of`). With `items` their numbers are made too.
    """
    received = rows.received
    if received is None:
        return {}
    found: dict[str, dict[str, int]] = {SERVICES: {}, COST: {}}
    for pillar, codes in pillars.items():
        parts = [(code,) if code != codes[-1] else (code, pillar) for code in codes]
        services, cents = received.number_in(parts), received.cents_in(parts)
        if sum_is_sensitive(services, rules):
            continue
        found[SERVICES][pillar] = int(services.sum())
        by_item = items and received.items and len(codes) > 1
        shown = shown_parts(services, rules) if by_item else frozenset[int]()
        found[SERVICES] |= {codes[part]: int(services[:, part].sum()) for part in shown}
        if cents is not None and not (by_item and len(shown) < len(codes)):
            found[COST] |= _costs(services, cents, rules, (pillar, codes, shown))
    return found


def _costs(
    services: Ints, cents: Ints, rules: MagnitudeRules, of: tuple[str, tuple[str, ...], frozenset[int]]
) -> dict[str, int]:
    """The costs that may be shown of a pillar and its items, of items only where their services are shown.

    Where no service has a stated cost, it is not known that the services cost nothing.
    """
    pillar, codes, may = of
    unknown = ((services.sum(axis=0) > 0) & (cents.sum(axis=0) == 0)).tolist()
    if sum_is_sensitive(cents, rules) or (services.any() and not cents.any()):
        return {}
    withheld = {part for part in range(len(codes)) if part not in may or unknown[part]}
    shown = shown_parts(cents, rules, withheld) if may else ()
    whole, dollars = _in_dollars(cents.sum(axis=0))
    return {pillar: whole, **{codes[part]: dollars[part] for part in shown}}


def _in_dollars(cents: Ints) -> tuple[int, list[int]]:
    """The sum in whole dollars, and its parts in whole dollars that add up to it (largest remainders)."""
    whole = (int(cents.sum()) + 50) // 100
    dollars = cents // 100
    order = np.argsort(-(cents % 100), kind="stable")
    dollars[order[: whole - int(dollars.sum())]] += 1
    return whole, dollars.tolist()


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


def items_of(dictionary: Dictionary, member: str, pillars: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """The items of each of these pillars, that of no stated item last; a pillar without any is its own."""
    tree = dictionary.hierarchy(PILLAR, ITEM, member)
    return {
        pillar: tuple(code for code in tree.at[ITEM] if tree.parent.get(code) == pillar) or (pillar,)
        for pillar in pillars
    }


def trees_of_services(
    dictionary: Dictionary, member: str, finest: Iterable[str], years: Iterable[int], *, items: bool = False
) -> Mapping[str, Tree]:
    """The two dimensions of questions about services: these years, and the pillars of these dimensions, with
    their items or without."""
    shared = frozenset(pillars_of(finest))
    whole = dictionary.hierarchy(PILLAR, ITEM if items else PILLAR, member)

    def known(code: str) -> bool:
        return code in shared or whole.parent.get(code) in shared

    codes = tuple(code for code in whole.codes if code == ROOT or known(code))
    parent = MappingProxyType({code: above for code, above in whole.parent.items() if known(code)})
    at = MappingProxyType({level: tuple(filter(known, codes)) for level, codes in whole.at.items()})
    return {
        SERVICE_DATE: dictionary.hierarchy(SERVICE_DATE, SERVICE_YEAR, member, years=years),
        PILLAR: Tree(PILLAR, whole.levels, codes, parent, at),
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
        type(code) is str and type(number) is int and number >= 0
        for numbers in found.values()
        for code, number in numbers.items()
    )
    if not sound or not found.keys() <= set(MEASURES):
        raise ValueError("no numbers of services")
    return found
