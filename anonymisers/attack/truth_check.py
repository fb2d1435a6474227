"""The true value of every cuboid, from the true table."""

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.attack_model import AttackModel, label
from anonymisers.attack.axes import Axis
from anonymisers.errors import TableError
from anonymisers.tables.arrays import Ints
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy


class Truth:
    """The number of people in each cuboid (`values`), and the person in each cuboid of one person.

    Raises TableError when the true table is coarser than the releases, lacks a dimension of the releases, or
    disagrees with a shown value.
    """

    def __init__(self, model: AttackModel, truth: Table) -> None:
        self._nodes = model.nodes
        self._holders = [_holders(axis, truth) for axis in model.axes]
        self.values, self._rows = _values(model, self._holders, truth.counts)

    def holds_the_only_one(self, cuboids: Ints, alone: Ints) -> NDArray[np.bool_]:
        """Mark the pairs of cuboids where the first contains the only person of the second."""
        person = self._rows[alone]
        inside = np.ones(len(cuboids), dtype=np.bool_)
        for axis, held in enumerate(self._holders):
            inside &= (held[person] == self._nodes[cuboids, axis][:, None]).any(axis=1)
        return inside


def _values(model: AttackModel, holders: list[Ints], counts: Ints) -> tuple[Ints, Ints]:
    """Return the people of each cuboid, and the sum of their row numbers (of one person: the own row)."""
    strides = _strides(model)
    keys = model.nodes.astype(np.int64) @ strides
    order = np.argsort(keys)
    keys = keys[order]
    values, rows = np.zeros((2, len(keys)), dtype=np.int64)
    for wanted in _cuboids_of_people(holders, strides, len(counts), _choices(model, holders)):
        at = np.searchsorted(keys, wanted)
        at[at == len(keys)] = 0
        hit = (keys[at] == wanted) & (wanted >= 0)
        values += np.bincount(at[hit], counts[hit], minlength=len(keys)).astype(np.int64)
        rows += np.bincount(at[hit], np.flatnonzero(hit), minlength=len(keys)).astype(np.int64)
    result, summed = np.empty_like(values), np.empty_like(rows)
    result[order], summed[order] = values, rows
    wrong = (model.values >= 0) & (model.values != result)
    if wrong.any():
        msg = f"the true table does not agree with the shown cell {label(model, int(np.argmax(wrong)))}"
        raise TableError(msg, remedy="Give the table that the releases were made of.")
    return result, summed


def _strides(model: AttackModel) -> Ints:
    sizes = [len(axis.masks) for axis in model.axes]
    return np.array([int(np.prod(sizes[i + 1 :], dtype=np.int64)) for i in range(len(sizes))], dtype=np.int64)


def _choices(model: AttackModel, holders: list[Ints]) -> set[tuple[int, ...]]:
    """Return the choices of one slot per axis that lead to any cuboid of the releases.

    Releases hold tables of few dimensions: of all choices these are a small part.
    """
    sets, used = [], []
    for axis, held in enumerate(holders):
        filled = np.zeros((len(model.axes[axis].masks), held.shape[1]), dtype=np.bool_)
        for slot, nodes in enumerate(held.T):
            filled[nodes[nodes >= 0], slot] = True
        different, which = np.unique(filled, axis=0, return_inverse=True)
        sets.append([np.flatnonzero(row).tolist() for row in different])
        used.append(which.reshape(-1)[model.nodes[:, axis]])
    patterns = np.unique(np.stack(used, axis=1), axis=0)
    return {
        choice
        for pattern in patterns.tolist()
        for choice in product(*(slots[i] for slots, i in zip(sets, pattern, strict=True)))
    }


def _cuboids_of_people(
    holders: list[Ints], strides: Ints, people: int, choices: Iterable[tuple[int, ...]]
) -> Iterator[Ints]:
    """Yield, for each choice of one containing node per axis, each person's cuboid key; -1 for none."""
    for choice in choices:
        keys = np.zeros(people, dtype=np.int64)
        none = np.zeros(people, dtype=np.bool_)
        for held, slot, stride in zip(holders, choice, strides.tolist(), strict=True):
            keys += held[:, slot] * stride
            none |= held[:, slot] < 0
        keys[none] = -1
        yield keys


def _holders(axis: Axis, truth: Table) -> Ints:
    """Return an array (people, slots): the nodes containing each person, padded with -1."""
    at = next((i for i, d in enumerate(truth.dims) if d.name == axis.name), None)
    if at is None:
        msg = f"the true table lacks the dimension {axis.name!r} of the releases"
        raise TableError(msg, remedy="Give the true table with all dimensions of the releases.")
    dim = truth.dims[at]
    holders = axis.holders()
    lists = {
        leaf: _nodes_holding(axis, holders, dim, leaf) for leaf in np.unique(truth.coords[:, at]).tolist()
    }
    slots = max((len(nodes) for nodes in lists.values()), default=1)
    table = np.full((len(dim.codes), slots), -1, dtype=np.int64)
    for leaf, nodes in lists.items():
        table[leaf, : len(nodes)] = nodes
    return table[truth.coords[:, at]]


def _nodes_holding(axis: Axis, holders: tuple[Ints, Ints], dim: Hierarchy, leaf: int) -> list[int]:
    code = dim.codes[leaf]
    if code not in axis.codes:
        msg = f"dimension {axis.name!r}: no release knows the code {code!r} of the true table"
        raise TableError(msg, remedy="Give the true table in the coding of the releases.")
    mask = axis.codes[code]
    if mask.bit_count() == 1:
        nodes, starts = holders
        bit = mask.bit_length() - 1
        return [int(node) for node in nodes[starts[bit] : starts[bit + 1]]]
    if any(mask & m and mask & m != mask for m in axis.masks):
        msg = f"dimension {axis.name!r}: the code {code!r} of the true table is coarser than the releases"
        raise TableError(msg, remedy="Give the true table at the finest codes that any release uses.")
    return [n for n, m in enumerate(axis.masks) if mask & m]
