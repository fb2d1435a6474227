"""Builds the cubes of clients, one for each closed year of service, beside the cube of casualties.

A year that was released is fixed. A new one is protected, certified and attacked like any cube, and then held
against the casualties by the check of the bridge; where that fails, clients give way. Where no safe tables
are found at the planned levels, homes and barriers are told less finely. A year without a safe cube is
withheld, and tried again with the next; a year of too few clients is withheld for good.
"""

import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

import numpy as np

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.cube.fewer_tables import BuiltCube, build_with_fewer_tables
from anonymisers.errors import AnonymiserError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from anonymisers.tables.a_priori_status import rules_for
from anonymisers.tables.count_table import Table
from anonymisers.tables.rules import Rules
from gateway.dictionary import Dictionary
from gateway.member.build.bridge_check import Survivors, held_beside
from gateway.member.build.totals_first import with_totals_first
from gateway.member.cube.client_services import (
    Numbers,
    items_of,
    numbers_of_year,
    pillars_of,
    received_shown,
    still_shown,
)
from gateway.member.cube.clients_counts import clients_table, cube_dimensions
from gateway.member.cube.clients_history import ClientsHistory
from gateway.member.cube.cube_inputs import Progress
from gateway.member.model.clients import Clients
from gateway.member.model.stored_cube import ClientsPlan

ATTEMPTS = 4
"""Keyed searches for a suppression pattern; a few of many searches end without a certifiable pattern."""

SEARCHES = 3
"""Searches for a year: the first, and those that withhold what has to give way to casualties."""


@dataclass(frozen=True)
class ClientsInputs:
    """What the cubes of clients are made of. `clients`: those who agreed to be counted."""

    dictionary: Dictionary
    member: str
    clients: Clients
    plan: ClientsPlan
    rules: Rules
    rules_at: Callable[[Mapping[str, str]], Rules]
    """The protection at other finest levels than the planned ones."""
    key: bytes
    survivors: Survivors
    """The people of the cube of casualties, with its certificates."""
    single_records: bool = False
    """Whether single records were ever given out: then no year is released."""
    lost_before: int = 0
    """The first year of which nothing can be lost, at a node that lost what it had released."""
    progress: Progress | None = None
    amounts: MagnitudeRules | None = None
    """The protection of services and their cost; None where none are shown."""


def grow_clients(inputs: ClientsInputs, former: ClientsHistory | None) -> ClientsHistory:
    """The cubes of all closed years of service; years that were released stay as they are.

    The rules in force decide how a former year is read: no number is shown that was not shown before.
    """
    kept = {} if former is None else {year: cube for year, cube in former.years.items() if _settled(cube)}
    made = {
        year: _read_again(inputs, cube) if year in inputs.plan.years else cube for year, cube in kept.items()
    }
    for year in inputs.plan.years:
        if year not in made:
            made[year] = _history(inputs, _part(inputs, year))
    return ClientsHistory(MappingProxyType(dict(sorted(made.items()))), _services(inputs, made, former))


def _services(
    inputs: ClientsInputs, made: Mapping[int, ReleaseHistory], former: ClientsHistory | None
) -> Mapping[int, tuple[Numbers, Numbers]]:
    """The services of each year, which are fixed with it; a year that was released without has none.

    Which of them are shown now, the rules in force decide.
    """
    before = {} if former is None else former.services
    found = dict(before)
    if inputs.amounts is None or not inputs.plan.services:
        return found
    without = frozenset({} if former is None else former.released) - before.keys()
    for year, cube in made.items():
        if year not in inputs.plan.years or year in without or not cube.parts[0].cubes:
            continue
        pillars = [p for p in pillars_of(dim.name for dim in cube.dims) if received_shown(cube, p)]
        now = numbers_of_year(
            Clients.from_bytes(cube.parts[0].sealed),
            inputs.amounts,
            items_of(inputs.dictionary, inputs.member, pillars),
            items=inputs.plan.items,
        )
        now = {measure: numbers for measure, numbers in now.items() if measure in inputs.plan.services}
        first = before[year][0] if year in before else now
        found[year] = (first, still_shown(first, now))
    return MappingProxyType(dict(sorted(found.items())))


def withheld_years(inputs: ClientsInputs, former: ClientsHistory | None) -> ClientsHistory:
    """The same without a new cube: what was released stays, and every other year is withheld."""
    return grow_clients(replace(inputs, single_records=True), former)


def _settled(cube: ReleaseHistory) -> bool:
    """Whether a year is released, or withheld for good."""
    return bool(cube.parts[0].cubes or cube.parts[0].sealed)


def _read_again(inputs: ClientsInputs, cube: ReleaseHistory) -> ReleaseHistory:
    return _history(inputs, cube.parts[0])


def _history(inputs: ClientsInputs, part: ReleasePart) -> ReleaseHistory:
    dims = cube_dimensions(inputs.dictionary, inputs.member, inputs.plan.finest)
    return ReleaseHistory.of(dims, inputs.rules, [part])


def _part(inputs: ClientsInputs, year: int) -> ReleasePart:
    """The part of a new year: as planned, else with fewer levels, else with fewer tables."""
    period, rows = frozenset({str(year)}), inputs.clients.of_year(year)
    withheld = ReleasePart("period", period, None, ())
    if inputs.single_records:
        return withheld
    if year < inputs.lost_before or len(np.unique(rows.person)) < inputs.rules.threshold:
        return replace(withheld, sealed=rows.to_bytes())
    for finest in (*_coarser(inputs), None):
        part = _certified(inputs, withheld, rows, finest, year)
        if part is not None:
            return part
    return withheld


def _certified(
    inputs: ClientsInputs, part: ReleasePart, rows: Clients, finest: Mapping[str, str] | None, year: int
) -> ReleasePart | None:
    """A part that is safe by itself and beside the casualties; None where none was found.

    `finest`: the levels of all its tables; None for the levels as planned, and as many tables as are safe.
    """
    levels = inputs.plan.finest if finest is None else finest
    table = clients_table(inputs.dictionary, inputs.member, levels, rows)
    rules = inputs.rules_at(levels)
    for search in range(SEARCHES):
        words = f"clients {year} {sorted(levels.items())} {search}"
        built = _built(inputs, words, table, rules, whole=finest is not None)
        if built is None or built.cube is None:
            return None
        cube = built.cube
        if finest is not None:
            cube, rules = with_totals_first(cube, table, rules, partial(_other, inputs, words, table))
        made = replace(part, cubes=(cube,), sealed=rows.to_bytes(), remainder=built.remainder)
        beside = held_beside(inputs.survivors, made, rows, table, year)
        gives_way = beside.gives_way
        if not gives_way:
            return beside.part
        tables = tuple(dict.fromkeys([*rules.priority, *gives_way.tables]))
        always = (rules.always | gives_way.empty) - gives_way.cells
        stricter = replace(rules, never=rules.never | gives_way.cells, always=always, priority=tables)
        if stricter == rules:
            return None  # all of it gave way already
        rules = stricter
    return None


def _other(inputs: ClientsInputs, words: str, table: Table, rules: Rules) -> CertifiedCube | None:
    """A cube of all tables by other rules; None where none is found."""
    built = _built(inputs, words, table, rules, whole=True)
    return None if built is None else built.cube


def _coarser(inputs: ClientsInputs) -> Iterator[Mapping[str, str]]:
    """The planned levels, and coarser ones: a home and a barrier together single out the most people."""
    planned = inputs.plan.finest
    yield planned
    last = {name: inputs.dictionary.dimension(name).level_names(inputs.member)[-1] for name in planned}
    for names in (("barrier_main",), ("home",), ("home", "barrier_main")):
        coarse = {name: last[name] if name in names else level for name, level in planned.items()}
        if all(name in planned and coarse[name] != planned[name] for name in names):
            yield coarse
    if "barrier_main" in planned and len(planned) > 1:
        yield {name: level for name, level in planned.items() if name != "barrier_main"}


def _built(inputs: ClientsInputs, words: str, table: Table, rules: Rules, *, whole: bool) -> BuiltCube | None:
    """A cube of all tables by a keyed search, or by several the tables that are safe; None where none is."""
    keys = [
        hmac.digest(inputs.key, f"{words} {number}".encode(), "sha256")
        for number in range(1 if whole else ATTEMPTS)
    ]
    rules = rules_for(rules, table)
    try:
        if whole:
            return BuiltCube(build_cube(table, rules, keys[0], inputs.progress))
        return build_with_fewer_tables(table, rules, keys, inputs.progress)
    except AnonymiserError:
        return None
