"""Join several releases into a model: one known or unknown number per distinct group of people, and the sums.

A *cuboid* is a group of people given by one node per axis (Gray et al. 1997). Cells of different releases
with the same cuboid are the same number. A cuboid that no release lists is added where the cuboid completes a
sum of listed cuboids (the people of 2025, when one release has all years and another all years but 2025). The
cells of added cuboids are the *unlisted* cells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.axes import Axis, Use, build_axis
from anonymisers.attack.time_limit import ENDLESS, Clock
from anonymisers.errors import LatticeTooLargeError, TableError
from anonymisers.tables.arrays import Ints
from anonymisers.tables.hierarchy import ROOT
from anonymisers.tables.release import Release

CUBOID_LIMIT = 20_000_000


@dataclass(frozen=True, eq=False)
class BaseTableSums:
    """Sums over cells of the base table: whole[i] is the sum of the cuboids parts[indptr[i]:indptr[i+1]]."""

    whole: Ints
    indptr: Ints
    parts: Ints


@dataclass(frozen=True, eq=False)
class AttackModel:
    """Cuboids and the sums between cuboids.

    `nodes` (n, axes) are node numbers; `values` (n,) are shown values, -1 where no release shows the cell;
    `withheld` (n,) marks cells listed and withheld by some release; `release` (n,) is the number of a release
    listing the cell (preferably a release withholding the cell), -1 for cuboids in no release. Each block of
    `sums` is an array (m, 1 + parts) of cuboid numbers: the first is the sum of the rest. `needed` marks the
    sums not implied by other sums. `base_sums` are sums over cells of the base table, where the model
    includes those cells. `complete` is false when there were too many cuboids or nodes to add all
    differences.
    """

    axes: tuple[Axis, ...]
    nodes: NDArray[np.int32]
    values: Ints
    withheld: NDArray[np.bool_]
    release: NDArray[np.int32]
    sums: tuple[NDArray[np.int32], ...]
    needed: tuple[NDArray[np.bool_], ...]
    complete: bool
    base_sums: BaseTableSums | None = None


def build_model(releases: Sequence[Release], clock: Clock = ENDLESS) -> AttackModel:
    """Join releases into one model.

    Raises TableError, naming the cell, where releases contradict each other, and OutOfTimeError when the time
    is up.
    """
    axes, nodes_of = _axes(releases, clock)
    strides = _strides(axes)
    listed = _Listed.of(releases, nodes_of, strides)
    keys, complete = _add_unlisted(listed.keys, axes, strides, clock)
    nodes = np.stack([(keys // s) % len(a.masks) for a, s in zip(axes, strides, strict=True)], axis=1).astype(
        np.int32
    )
    at = np.searchsorted(keys, listed.keys)
    values = np.full(len(keys), -1, dtype=np.int64)
    withheld = np.zeros(len(keys), dtype=np.bool_)
    release = np.full(len(keys), -1, dtype=np.int32)
    values[at], withheld[at], release[at] = listed.values, listed.withheld, listed.release
    blocks = list(_sums(keys, axes, strides, clock))
    model = AttackModel(
        axes,
        nodes,
        values,
        withheld,
        release,
        tuple(b for _, b in blocks),
        tuple(_needed(blocks, len(axes), len(keys), clock)),
        complete and all(a.complete for a in axes),
    )
    _check_shown(model)
    return model


def label(model: AttackModel, cuboid: int) -> str:
    """Describe a cuboid for messages: its codes, never its value."""
    return "(" + (", ".join(f"{n}={_words(v)}" for n, v in key_of(model, cuboid)) or "the total") + ")"


def key_of(model: AttackModel, cuboid: int) -> tuple[tuple[str, str | tuple[str, ...]], ...]:
    """Return the dimensions limited by a cuboid, each with its code or codes."""
    pairs = ((a.name, a.labels[n]) for a, n in zip(model.axes, model.nodes[cuboid].tolist(), strict=True))
    return tuple((name, codes) for name, codes in pairs if codes != "Total")


def _words(codes: str | tuple[str, ...]) -> str:
    return codes if isinstance(codes, str) else "+".join(codes)


def _axes(
    releases: Sequence[Release], clock: Clock
) -> tuple[tuple[Axis, ...], list[list[NDArray[np.int32]]]]:
    """The joint axes, and per release and axis the node of each position."""
    names = list(dict.fromkeys(d.name for r in releases for d in r.dims))
    axes, per_axis = [], []
    for name in names:
        uses = []
        for release in releases:
            at = next((i for i, d in enumerate(release.dims) if d.name == name), None)
            if at is None:
                uses.append(Use(None, (), np.zeros(1, dtype=np.int32)))
                continue
            codes = release.where.get(name, ())
            where = (codes,) if isinstance(codes, str) else tuple(codes)
            uses.append(Use(release.dims[at], where, release.coords[:, at]))
        axis, nodes = build_axis(name, uses, clock)
        axes.append(axis)
        per_axis.append(nodes)
    return tuple(axes), [[nodes[r] for nodes in per_axis] for r in range(len(releases))]


def _strides(axes: Sequence[Axis]) -> list[int]:
    strides, size = [], 1
    for axis in reversed(axes):
        strides.append(size)
        size *= max(len(axis.masks), 1)
    if size >= 2**63:
        raise LatticeTooLargeError(
            "these releases speak of too many groups to be read together",
            remedy="Attack releases that share few dimensions apart.",
        )
    return strides[::-1]


@dataclass(frozen=True, eq=False)
class _Listed:
    """The distinct cuboids of all releases, ascending by key."""

    keys: Ints
    values: Ints
    withheld: NDArray[np.bool_]
    release: NDArray[np.int32]

    @classmethod
    def of(
        cls, releases: Sequence[Release], nodes_of: list[list[NDArray[np.int32]]], strides: list[int]
    ) -> "_Listed":
        keys, values, numbers, rows = [], [], [], []
        for number, (release, nodes) in enumerate(zip(releases, nodes_of, strict=True)):
            own = _keys_of(release, number, nodes, releases, strides)
            kept = own >= 0
            keys.append(own[kept])
            values.append(np.where(release.withheld, -1, release.values)[kept])
            numbers.append(np.full(int(kept.sum()), number, dtype=np.int32))
            rows.append(np.flatnonzero(kept))
        listed = (np.concatenate(keys), np.concatenate(values), np.concatenate(numbers))
        return cls._merged(listed, np.concatenate(rows), releases)

    @classmethod
    def _merged(
        cls, listed: tuple[Ints, Ints, NDArray[np.int32]], rows: Ints, releases: Sequence[Release]
    ) -> "_Listed":
        keys, values, numbers = listed
        distinct, at = np.unique(keys, return_inverse=True)
        top = np.full(len(distinct), -1, dtype=np.int64)
        np.maximum.at(top, at, values)
        wrong = (values >= 0) & (values != top[at])
        if wrong.any():
            number, row = int(numbers[wrong][0]), int(rows[wrong][0])
            place = _place(releases[number], row)
            msg = f"release {number + 1} of {len(releases)} counts {place} otherwise than another"
            raise TableError(msg, remedy="Releases of one snapshot must agree; revise them together.")
        withheld = np.zeros(len(distinct), dtype=np.bool_)
        withheld[at[values < 0]] = True
        release = np.full(len(distinct), -1, dtype=np.int32)
        release[at] = numbers
        release[at[values < 0]] = numbers[values < 0]
        return cls(distinct, top, withheld, release)


def _place(release: Release, row: int) -> str:
    codes = [(d.name, d.codes[p]) for d, p in zip(release.dims, release.coords[row].tolist(), strict=True)]
    return ", ".join(f"{name}={code}" for name, code in codes if code != ROOT) or "the total"


def _keys_of(
    release: Release,
    number: int,
    nodes: list[NDArray[np.int32]],
    releases: Sequence[Release],
    strides: list[int],
) -> Ints:
    """Return the cuboid of each cell of a release; -1 where the population leaves nobody in the cell."""
    by_name = {d.name: i for i, d in enumerate(release.dims)}
    names = list(dict.fromkeys(d.name for r in releases for d in r.dims))
    keys = np.zeros(len(release.values), dtype=np.int64)
    nobody = np.zeros(len(release.values), dtype=np.bool_)
    for name, own, stride in zip(names, nodes, strides, strict=True):
        at = by_name.get(name)
        node = np.full(len(keys), own[0]) if at is None else own[release.coords[:, at]]
        nobody |= node < 0
        keys += node.astype(np.int64) * stride
    if (release.values[nobody] > 0).any():
        msg = f"release {number + 1} of {len(releases)} counts people outside its own population"
        raise TableError(msg)
    keys[nobody] = -1
    return keys


def _find(keys: Ints, wanted: Ints) -> Ints:
    """Index of each wanted key, -1 where there is none."""
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    return np.where(keys[at] == wanted, at, -1)


def _node(keys: Ints, axis: Axis, stride: int) -> Ints:
    return (keys // stride) % len(axis.masks)


def _add_unlisted(
    keys: Ints, axes: Sequence[Axis], strides: Sequence[int], clock: Clock
) -> tuple[Ints, bool]:
    """Add cuboids completing a sum until nothing is missing: a missing part beside listed parts, or a missing
    whole."""
    fresh = keys
    while len(fresh):
        if len(keys) > CUBOID_LIMIT:
            return keys, False
        found = [np.empty(0, dtype=np.int64)]
        for axis, stride in zip(axes, strides, strict=True):
            for whole, parts in axis.relations:
                clock.check()
                found.append(_completing(keys, axis, stride, whole, parts))
        fresh = _distinct(np.concatenate(found))
        fresh = fresh[_find(keys, fresh) < 0]
        keys = np.sort(np.concatenate([keys, fresh]))
    return keys, True


def _distinct(keys: Ints) -> Ints:
    """Return each key once, ascending; `np.unique` hashes the keys and takes ten times as long."""
    keys = np.sort(keys)
    return np.asarray(keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]])


def _completing(keys: Ints, axis: Axis, stride: int, whole: int, parts: tuple[int, ...]) -> Ints:
    node = _node(keys, axis, stride)
    steps = (np.array(parts, dtype=np.int64) - whole) * stride
    wanted = keys[node == whole][:, None] + steps
    have = _find(keys, wanted.ravel()).reshape(wanted.shape) >= 0
    partly = have.any(axis=1) & ~have.all(axis=1)
    missing = wanted[partly][~have[partly]]
    wholes = keys[node == parts[0]] - steps[0]
    wholes = wholes[_find(keys, wholes) < 0]
    around = wholes[:, None] + steps
    full = (_find(keys, around.ravel()).reshape(around.shape) >= 0).all(axis=1)
    return np.concatenate([missing, wholes[full]])


def _sums(
    keys: Ints, axes: Sequence[Axis], strides: Sequence[int], clock: Clock
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """Yield blocks of sums, each with the number of the axis of summation."""
    for number, (axis, stride) in enumerate(zip(axes, strides, strict=True)):
        node = _node(keys, axis, stride)
        for whole, parts in axis.relations:
            clock.check()
            steps = (np.array((whole, *parts), dtype=np.int64) - whole) * stride
            wanted = keys[node == whole][:, None] + steps
            at = _find(keys, wanted.ravel()).reshape(wanted.shape)
            block = at[(at >= 0).all(axis=1)]
            if len(block):
                yield number, block.astype(np.int32)


def _needed(
    blocks: Sequence[tuple[int, NDArray[np.int32]]], axes: int, cuboids: int, clock: Clock
) -> Iterator[NDArray[np.bool_]]:
    """Mark the sums that do not follow from other sums.

    Summing a cuboid along axis b equals summing its parts along a lower axis a, when the parts along a also
    add up along b and the parts along b also add up along a. The sum along b is then dropped. By induction
    over fineness and axis number, every dropped sum follows from kept sums.
    """
    ways = np.zeros((axes, cuboids), dtype=np.int16)
    for axis, block in blocks:
        np.add.at(ways[axis], block[:, 0], 1)
    single = ways == 1
    implied_by = {
        axis: [_both_ways(blocks, lower, single[axis]) & single[lower] for lower in range(axis)]
        for axis in range(axes)
    }
    for axis, block in blocks:
        clock.check()
        whole, parts = block[:, 0], block[:, 1:]
        implied = np.zeros(len(block), dtype=np.bool_)
        for lower, also in enumerate(implied_by[axis]):
            implied |= also[whole] & single[lower][parts].all(axis=1)
        yield ~(implied & single[axis][whole])


def _both_ways(
    blocks: Sequence[tuple[int, NDArray[np.int32]]], lower: int, adds_up: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Mark the cuboids whose parts along `lower` all add up along the other axis as well."""
    also = np.zeros(len(adds_up), dtype=np.bool_)
    for axis, block in blocks:
        if axis == lower:
            also[block[:, 0]] = adds_up[block[:, 1:]].all(axis=1)
    return also


def _check_shown(model: AttackModel) -> None:
    """Check every sum whose cells are all shown."""
    for block in model.sums:
        shown = model.values[block]
        wrong = (shown >= 0).all(axis=1) & (shown[:, 0] != shown[:, 1:].sum(axis=1))
        if wrong.any():
            cell = label(model, int(block[np.flatnonzero(wrong)[0], 0]))
            msg = f"the releases contradict each other: the cell {cell} is not the sum of its parts"
            raise TableError(msg, remedy="Releases of one snapshot must agree; revise them together.")
