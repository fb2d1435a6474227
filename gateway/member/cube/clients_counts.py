"""Clients of assistance in one year of service: how people are counted, and how questions read the numbers.

Sex and age now stand in one dimension of two levels, and each table has at most two dimensions: three
dimensions of their own would make a cube ten times as dear, for tables that nobody asks for. So a table of
disability, sex and age is one of two dimensions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType

import numpy as np

from anonymisers.cube.released_cells import OutsideLattice, Value
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.tables.cell_names import CellName, cell_name
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from gateway.dictionary import SERVICE_DATE, Dictionary, Tree
from gateway.member.cube.cube_reading import ExactNumbers
from gateway.member.model.clients import Clients

CLIENTS, CASES = "clients", "cases"
MEASURES = (CLIENTS, CASES)
SERVICE_YEAR = "service_year"
SEX, AGE_NOW, ADULT_CHILD_NOW = "sex", "age_now", "adult_child_now"
SEX_AND_AGE = "sex_and_age_now"
"""The dimension of a cube that stands for sex, and for sex with age now."""
NO_SEX, NO_AGE = "U", "UNK"
"""Codes of people whose sex or age is not known."""
MOST_DIMENSIONS = 2
"""Dimensions of a table of a cube, sex and age now together counting as one."""


def cube_dimensions(dictionary: Dictionary, member: str, finest: Mapping[str, str]) -> tuple[Hierarchy, ...]:
    """The dimensions of a cube of clients with these finest levels, sex and age now as one."""
    trees = trees_of(dictionary, member, finest)
    del trees[SERVICE_DATE]
    together = _together(finest)
    found = [
        Hierarchy(name, tree.codes, tree.parent)
        for name, tree in trees.items()
        if not together or name not in (SEX, AGE_NOW)
    ]
    if together:
        found.append(_sex_and_age(trees[SEX], trees[AGE_NOW]))
    return tuple(found)


def trees_of(
    dictionary: Dictionary, member: str, finest: Mapping[str, str], years: Iterable[int] = ()
) -> dict[str, Tree]:
    """The dimensions of questions about clients: the years of service, and those of the cube."""
    made = {
        SERVICE_DATE: dictionary.hierarchy(SERVICE_DATE, SERVICE_YEAR, member, years=years),
        **{name: dictionary.hierarchy(name, level, member) for name, level in finest.items()},
    }
    return dict(sorted(made.items()))


def last_service_year(trees: Mapping[str, Tree]) -> tuple[str, ...]:
    """The last closed year of service in the dimensions of questions; none where they have no such years."""
    return trees[SERVICE_DATE].at[SERVICE_YEAR][-1:] if SERVICE_DATE in trees else ()


def clients_table(dictionary: Dictionary, member: str, finest: Mapping[str, str], clients: Clients) -> Table:
    """The clients of one year by the dimensions of its cube, with the structural zeros of assistance.

    A person counts once: in its first row, where a source gave several.
    """
    dims = cube_dimensions(dictionary, member, finest)
    once = np.sort(np.unique(clients.person, return_index=True)[1])
    codes = {
        name: [dictionary.lift(code, level) for code in clients.columns[name].taken(once).values()]
        for name, level in finest.items()
    }
    if _together(finest):
        sexes, ages = codes.pop(SEX), codes.pop(AGE_NOW)
        codes[SEX_AND_AGE] = [together(sex, age) for sex, age in zip(sexes, ages, strict=True)]
    counted: dict[tuple[str, ...], int] = {}
    for row in zip(*(codes[dim.name] for dim in dims), strict=True):
        counted[row] = counted.get(row, 0) + 1
    return Table.of(dims, counted.items(), structural=structural_zeros(dims))


def few_not_known(dims: Iterable[Hierarchy], clients: Clients, threshold: int) -> bool:
    """Whether fewer clients of a year than the threshold, and not none, have no sex, or of one sex no age.

    So few are withheld, and where totals are shown, many others of whom both are known with them.
    """
    there = {dim.name for dim in dims}
    named = [name for name in (SEX, AGE_NOW) if name in there or SEX_AND_AGE in there]
    once = np.sort(np.unique(clients.person, return_index=True)[1])
    columns = [clients.columns[name].taken(once).values() for name in named if name in clients.columns]
    found: dict[tuple[str, ...], int] = {}
    for codes in zip(*columns, strict=True):
        if codes[0] == NO_SEX or codes[-1] == NO_AGE:
            key = codes[:1] if codes[0] == NO_SEX else codes
            found[key] = found.get(key, 0) + 1
    return any(number < threshold for number in found.values())


def levels_of_cube(dictionary: Dictionary, member: str, dims: Iterable[Hierarchy]) -> dict[str, str] | None:
    """The finest level of each dimension of a cube of clients, found by its codes; None where a dictionary
    has them no more."""
    found: dict[str, str] = {}
    for dim in dims:
        if dim.name == SEX_AND_AGE:
            found |= {SEX: dictionary.dimension(SEX).level_names(member)[0], AGE_NOW: ADULT_CHILD_NOW}
            continue
        for level in dictionary.dimension(dim.name).level_names(member):
            if {ROOT, *dictionary.hierarchy(dim.name, level, member).codes} == set(dim.codes):
                found[dim.name] = level
                break
    return found if cube_dimensions(dictionary, member, found) == tuple(dims) else None


def structural_zeros(dims: Iterable[Hierarchy]) -> tuple[CellName, ...]:
    """Without unmet need there is none in any pillar: everybody knows that nobody can be there."""
    names = {dim.name: dim for dim in dims}
    barrier = names.get("barrier_main")
    if barrier is None or "NO_UNMET" not in barrier.index:
        return ()
    return tuple(
        cell_name({"barrier_main": "NO_UNMET", name: "UNMET"})
        for name, dim in names.items()
        if name.startswith("status.") and "UNMET" in dim.index
    )


def together(sex: str, age: str) -> str:
    """The code for a sex with an age."""
    return f"{sex} {age}"


def named_apart(cell: CellName) -> CellName:
    """A cell by the dimensions that questions name: sex and age now apart."""
    found: list[tuple[str, str]] = []
    for name, code in cell:
        sex, _, age = code.partition(" ")
        both = name == SEX_AND_AGE
        found += [(SEX, sex), *([(AGE_NOW, age)] if age else [])] if both else [(name, code)]
    return tuple(found)


def cells_of(trees: Mapping[str, Tree], key: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The cells of a year's cube whose sum is asked for; several only for an age without a sex.

    `key` is without the year. Raises KeyError outside the tables of a cube.
    """
    unknown = [name for name, code in key.items() if name not in trees or code not in trees[name].codes]
    rest = {name: code for name, code in key.items() if name not in (SEX, AGE_NOW)}
    people = {name: key[name] for name in (SEX, AGE_NOW) if name in key}
    if unknown or len(rest) + bool(people) > MOST_DIMENSIONS:
        raise KeyError(", ".join(unknown or key))
    if not people or not (SEX in trees and AGE_NOW in trees):
        yield {**rest, **people}
    elif AGE_NOW not in people:
        yield {**rest, SEX_AND_AGE: people[SEX]}
    else:
        sexes = [people[SEX]] if SEX in people else trees[SEX].at[SEX]
        yield from ({**rest, SEX_AND_AGE: together(sex, people[AGE_NOW])} for sex in sexes)


@dataclass(frozen=True)
class ClientsRead(ExactNumbers):
    """The clients of a member, as questions read the numbers. `years` are empty in a replayed decision.

    A question that names no year is about the last closed one.
    """

    trees: Mapping[str, Tree]
    years: Mapping[int, ReleaseHistory] = field(default_factory=lambda: MappingProxyType({}))

    def read(self, key: Mapping[str, str]) -> int | None:
        """The number of a cell, None when withheld; KeyError outside the tables."""
        closed = self.trees[SERVICE_DATE].at[SERVICE_YEAR]
        if not closed:
            raise KeyError(SERVICE_DATE)
        year = key.get(SERVICE_DATE, closed[-1])
        if year not in closed:
            raise KeyError(SERVICE_DATE)
        rest = {name: code for name, code in key.items() if name != SERVICE_DATE}
        found = self._sum(rest, int(year))
        return 0 if found is None and self._below_nobody(rest, int(year)) else found

    def _sum(self, key: Mapping[str, str], year: int) -> int | None:
        """The number of a cell of one year, None when withheld; KeyError outside the tables."""
        cells = list(cells_of(self.trees, key))
        cube = self.years.get(year)
        if cube is None:
            return None
        found = [cube.lookup(cell) for cell in cells]
        if any(isinstance(each, OutsideLattice) for each in found):
            raise KeyError(", ".join(key))
        shown = [each.count for each in found if isinstance(each, Value)]
        return sum(shown) if len(shown) == len(cells) else None

    def _below_nobody(self, key: Mapping[str, str], year: int) -> bool:
        """Whether a shown 0 is about a larger group with this one in it.

        Then the cell is 0, as whoever may read it can work out: a withheld sign would say that somebody could
        be there. The larger groups stand in the same table as its totals, or in one with fewer levels.
        """
        wider = ([None, *_above(self.trees[name], code)] for name, code in key.items())
        for codes in product(*([code, *more] for code, more in zip(key.values(), wider, strict=True))):
            above = {name: code for name, code in zip(key, codes, strict=True) if code is not None}
            if above != dict(key) and self._sum(above, year) == 0:
                return True
        return False


def _above(tree: Tree, code: str) -> Iterator[str]:
    """The coarser codes that hold a code, without the root."""
    while (code := tree.parent.get(code, ROOT)) != ROOT:
        yield code


def _together(finest: Mapping[str, str]) -> bool:
    return SEX in finest and AGE_NOW in finest


def _sex_and_age(sexes: Tree, ages: Tree) -> Hierarchy:
    pairs = {together(sex, age): sex for sex in sexes.at[SEX] for age in ages.at[ADULT_CHILD_NOW]}
    return Hierarchy(
        SEX_AND_AGE, (ROOT, *sexes.at[SEX], *pairs), {**dict.fromkeys(sexes.at[SEX], ROOT), **pairs}
    )
