"""A sample of the tables that agree with a release, where these cannot all be listed.

Whole-number programs with random costs (HiGHS) give tables in which a withheld cell is at an end of the range
of small cells: those that an intruder asks for first. Nothing but the release is read.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from anonymisers.tables.arrays import Ints

SAMPLED = 24
"""Tables in a sample, at most."""
TRIES_EACH = 3
"""Programs for each table of a sample, at most: an end may be out of reach."""
NODES = 500
"""Nodes of branch and bound of each program: a bound in steps, never in seconds."""


def sampled_tables(sums: Sequence[tuple[Ints, int]], cells: Ints, ends: tuple[int, int], seed: bytes) -> Ints:
    """Return different tables (t, inner) that have all sums, each with a withheld cell at one of the ends.

    `sums`: inner cells by number, and what they add up to; `cells` (m, inner): 1 where a withheld cell counts
    an inner cell.
    """
    rng = np.random.default_rng(list(seed))
    found: dict[bytes, Ints] = {}
    for table in _tables(sums, cells, ends, rng):
        found.setdefault(table.tobytes(), table)
        if len(found) == SAMPLED:
            break
    return np.array(list(found.values()), dtype=np.int64).reshape(len(found), cells.shape[1])


def _tables(
    sums: Sequence[tuple[Ints, int]], cells: Ints, ends: tuple[int, int], rng: np.random.Generator
) -> Iterator[Ints]:
    size = cells.shape[1]
    rows = np.repeat(np.arange(len(sums)), [len(inside) for inside, _ in sums])
    columns = np.concatenate([np.zeros(0, dtype=np.int64), *(inside for inside, _ in sums)])
    fixed = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(sums), size))
    values = np.array([value for _, value in sums], dtype=np.float64)
    shown = LinearConstraint(fixed, values, values)
    for _ in range(SAMPLED * TRIES_EACH if len(cells) else 0):
        cell, end = rng.integers(len(cells)), ends[rng.integers(2)]
        solved = milp(
            rng.random(size),
            constraints=[shown, LinearConstraint(cells[[cell]], end, end)],
            integrality=np.ones(size),
            bounds=Bounds(0, np.inf),
            options={"node_limit": NODES},
        )
        if solved.x is not None:
            yield np.rint(solved.x).astype(np.int64)
