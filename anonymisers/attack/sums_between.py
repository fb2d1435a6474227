"""Sums between the listed tables and the base table: three dimensions beside all tables of two.

Such a cell stands in no table, and may have one possible value although no cell of the base table has. Where
it is small, the inner-cell rule forbids that, and whoever adds up feasible tables finds the cell.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.attack_model import AttackModel, BaseTableSums
from anonymisers.attack.base_program import keys_of
from anonymisers.tables.arrays import Ints

SUM_LIMIT = 20_000
"""Limit of the sums that are added: tables of fewer dimensions come first."""


@dataclass(frozen=True, eq=False)
class _Sums:
    """Cells of one table that nobody lists: `nodes` (n, axes), and the base table's cells inside of each."""

    nodes: NDArray[np.int32]
    sizes: Ints
    parts: Ints


def with_sums_between(model: AttackModel) -> tuple[AttackModel, bool]:
    """The model, which has the cells of the base table, with the finest cells of every table between.

    A cell with a single cell of the base table inside is that cell, and not added. False where SUM_LIMIT left
    some out.
    """
    if model.base_sums is None:
        return model, True
    base = _base_cells(model)
    added: list[_Sums] = []
    room = SUM_LIMIT
    for sums in _tables_between(model, base):
        room -= len(sums.nodes)
        if room < 0:
            return _extended(model, added), False
        added.append(sums)
    return _extended(model, added), True


def _base_cells(model: AttackModel) -> Ints:
    """The cuboids that no node of any axis cuts."""
    inside = np.ones(len(model.values), dtype=np.bool_)
    for number, axis in enumerate(model.axes):
        atom = np.zeros(len(axis.masks), dtype=np.bool_)
        atom[list(axis.atoms)] = True
        inside &= atom[model.nodes[:, number]]
    return np.flatnonzero(inside)


def _tables_between(model: AttackModel, base: Ints) -> Iterator[_Sums]:
    everybody = [axis.labels.index("Total") if "Total" in axis.labels else -1 for axis in model.axes]
    axes = [number for number, node in enumerate(everybody) if node >= 0]
    listed = np.sort(keys_of(model, model.nodes))
    for count in range(1, len(model.axes)):
        for kept in combinations(range(len(model.axes)), count):
            dropped = [number for number in axes if number not in kept]
            if len(dropped) + count < len(model.axes):
                continue  # a dimension of which no release has everybody
            nodes = model.nodes[base].copy()
            nodes[:, dropped] = [everybody[number] for number in dropped]
            keys = keys_of(model, nodes)
            distinct, first, row_of, sizes = np.unique(
                keys, return_index=True, return_inverse=True, return_counts=True
            )
            at = np.minimum(np.searchsorted(listed, distinct), len(listed) - 1)
            fresh = (listed[at] != distinct) & (sizes > 1)
            own = np.flatnonzero(fresh[row_of])
            order = own[np.argsort(row_of[own], kind="stable")]
            if fresh.any():
                yield _Sums(nodes[first[fresh]], sizes[fresh], base[order])


def _extended(model: AttackModel, added: list[_Sums]) -> AttackModel:
    if not added or model.base_sums is None:
        return model
    count = sum(len(sums.nodes) for sums in added)
    former = model.base_sums
    whole = np.concatenate([former.whole, len(model.values) + np.arange(count)])
    sizes = np.concatenate([np.diff(former.indptr), *(sums.sizes for sums in added)])
    return replace(
        model,
        nodes=np.concatenate([model.nodes, *(sums.nodes for sums in added)]),
        values=np.concatenate([model.values, np.full(count, -1, dtype=np.int64)]),
        withheld=np.concatenate([model.withheld, np.zeros(count, dtype=np.bool_)]),
        release=np.concatenate([model.release, np.full(count, -1, dtype=np.int32)]),
        base_sums=BaseTableSums(
            whole,
            np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            np.concatenate([former.parts, *(sums.parts for sums in added)]),
        ),
    )
