"""The withheld cells of a question about clients of assistance, each with what it can be.

As for casualties, the bounds follow from the cells that the recipient may obtain for the question's purpose,
and from those of the answer itself. They are of one year of service, whose people no other year tells of.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np

from anonymisers.cube.feasible_range import UNBOUNDED, bounds_from, place_of
from anonymisers.errors import TableError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.tables.arrays import Bools
from gateway.dictionary import SERVICE_DATE, Dictionary, Tree
from gateway.member.answer.obtainable_tables import Asked, Levels, obtainable_tables
from gateway.member.answer.withheld_bounds import Withheld
from gateway.member.cube.clients_counts import SERVICE_YEAR, ClientsRead, cells_of, last_service_year
from gateway.member.cube.cube_cache import ReadyCube
from gateway.member.cube.cube_reading import choices_of
from gateway.member.errors import NothingWithheldError
from gateway.wire.cells import TOTAL
from policies import Policy

Key = Mapping[str, str]


def withheld_clients(
    dictionary: Dictionary, cube: ReadyCube, policy: Policy, asked: Asked
) -> tuple[Withheld, ...]:
    """The withheld cells in row-major order of the answer.

    Raises NothingWithheldError for a year of which nothing is shown.
    """
    clients, (year,) = _read_in(cube, asked)
    history = clients.years.get(int(year))
    if history is None:
        raise NothingWithheldError(f"Of {year} no number of clients is shown.")
    trees = {name: tree for name, tree in clients.trees.items() if name != SERVICE_DATE}
    who = asked.requester
    recipient = json.dumps([year, who.organisation, who.role, asked.question.purpose, asked.question.measure])
    seen = cube.once(
        f"clients {recipient}",
        lambda: _seen(history, trees, obtainable_tables(dictionary, policy, trees, asked)),
    ).copy()
    choices = choices_of(dictionary, clients.trees, asked.question)
    shown = sum(choice.level is not None for choice in choices)
    rows: list[tuple[tuple[str, ...], list[Key]]] = []
    for combination in product(*(choice.codes for choice in choices)):
        names = [choice.dimension for choice in choices]
        codes = tuple(code for code, _ in combination[:shown])
        rows.append((codes, list(_keys(names, [nodes for _, nodes in combination]))))
        if len(rows[-1][1]) == 1:  # a sum of several cells tells none of them
            _mark(seen, history, trees, rows[-1][1][0])
    low, high = bounds_from(history, history.least, seen)
    found = []
    for codes, keys in rows:
        values = [clients.read({**key, SERVICE_DATE: year}) for key in keys]
        if None not in values:
            continue
        hidden = [key for key, value in zip(keys, values, strict=True) if value is None]
        places = [at for key in hidden for at in _places(history, trees, key)]
        known = sum(value for value in values if value is not None)
        top = high[places]
        most = None if int(top.max()) >= UNBOUNDED // 2 else int(top.sum()) + known
        found.append(Withheld(codes, int(low[places].sum()) + known, most))
    return tuple(found)


def _read_in(cube: ReadyCube, asked: Asked) -> tuple[ClientsRead, tuple[str, ...]]:
    """The clients of a cube, and the year that a question is about."""
    clients = cube.clients
    if clients is None:
        raise NothingWithheldError("No clients are counted.")
    named = asked.question.filter(SERVICE_YEAR)
    years = last_service_year(clients.trees) if named is None else named.codes
    if not years:
        raise NothingWithheldError("No year of service is closed.")
    return clients, years


def _keys(names: list[str], nodes: list[tuple[str, ...]]) -> Iterator[Key]:
    for codes in product(*nodes):
        named = zip(names, codes, strict=True)
        yield {name: code for name, code in named if code != TOTAL and name != SERVICE_DATE}


def _seen(history: ReleaseHistory, trees: Mapping[str, Tree], tables: frozenset[Levels]) -> Bools:
    """A mask over the cells of some tables. Ages without a sex are sums, and tell no single cell."""
    seen = np.zeros(history.lattice.size, dtype=np.bool_)
    for levels in tables:
        named = [name for name, _ in levels]
        for codes in product(*(trees[name].at[level] for name, level in levels)):
            if not _mark(seen, history, trees, dict(zip(named, codes, strict=True))):
                break  # a table that the cube does not have
    return seen


def _mark(seen: Bools, history: ReleaseHistory, trees: Mapping[str, Tree], key: Key) -> bool:
    """Whether the cube has the cell; it counts as seen where it is one cell."""
    try:
        places = _places(history, trees, key)
    except (KeyError, TableError):
        return False
    if len(places) == 1:
        seen[places] = True
    return True


def _places(history: ReleaseHistory, trees: Mapping[str, Tree], key: Key) -> list[int]:
    """The cells of the year's cube whose sum is asked for, as places in its lattice."""
    return [place_of(history, cell) for cell in cells_of(trees, key)]
