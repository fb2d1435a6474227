"""Noise draws: one table of a release part's people with noise drawn once for every inner cell."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import CertificateError, LatticeTooLargeError, ProtectionError
from anonymisers.perturbation.keyed_laplace import keyed_noisy
from anonymisers.tables.hierarchy import Hierarchy

MOST = 200_000
"""Limit of the inner cells of a table: with more cells, sums would be nothing but noise."""


@dataclass(frozen=True)
class NoiseSpace:
    """The inner cells of a table: for each dimension, by name, the possible codes of a release part's people.

    Space and number of cells follow from policy and dictionary alone.
    """

    axes: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, dims: Sequence[Hierarchy], within: Mapping[str, frozenset[str]]) -> "NoiseSpace":
        """Build the space; `within` limits the leaves of a dimension. Raises LatticeTooLargeError."""
        axes = []
        for dim in dims:
            leaves = [dim.codes[place] for place in dim.leaves.tolist()]
            axes.append(
                (dim.name, tuple(c for c in leaves if dim.name not in within or c in within[dim.name]))
            )
        if prod(len(codes) for _, codes in axes) > MOST:
            names = " x ".join(name for name, _ in axes)
            message = f"the table of {names} has more than {MOST:,} inner cells"
            raise LatticeTooLargeError(message, remedy="List a coarser one, or one of fewer dimensions.")
        return cls(tuple(axes))

    @property
    def size(self) -> int:
        return prod(len(codes) for _, codes in self.axes)

    def places(self, dims: Sequence[Hierarchy]) -> NDArray[np.int32]:
        """Return (size, dims) positions of every inner cell in hierarchies with the same codes, in any order.

        Raises ProtectionError for hierarchies with other codes, as after a recoding of the dictionary.
        """
        by_name = {dim.name: dim for dim in dims}
        lines = []
        for name, codes in self.axes:
            dim = by_name[name]
            places = [dim.index.get(code, -1) for code in codes]
            if any(place < 0 or not dim.is_leaf[place] for place in places):
                raise ProtectionError(
                    f"what was drawn has codes of {name!r} that are others now",
                    remedy="What was drawn stays as it is: other codes need another data set.",
                )
            lines.append(places)
        places_of = np.array(list(product(*lines)), dtype=np.int32).reshape(self.size, len(lines))
        names = [name for name, _ in self.axes]
        return places_of[:, [names.index(dim.name) for dim in dims]]


@dataclass(frozen=True)
class NoiseDraws:
    """`values` over the cells of `space` in row-major order; whole numbers, perhaps negative."""

    space: NoiseSpace
    values: tuple[int, ...]

    def to_bytes(self) -> bytes:
        """For storage inside the state."""
        return json.dumps([[[n, list(codes)] for n, codes in self.space.axes], list(self.values)]).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "NoiseDraws":
        """Read the bytes written by `to_bytes`. Raises CertificateError for anything else."""
        try:
            axes, values = json.loads(data)
            found = cls(NoiseSpace(tuple((n, tuple(codes)) for n, codes in axes)), tuple(values))
        except (ValueError, TypeError):
            raise CertificateError("what was drawn once is damaged") from None
        if len(found.values) != found.space.size or found.to_bytes() != data:
            raise CertificateError("what was drawn once is damaged")
        return found


def draw_noise(
    space: NoiseSpace,
    dims: Sequence[Hierarchy],
    coords: NDArray[np.int32],
    epsilon: Fraction,
    keyed: tuple[bytes, Sequence[object]],
) -> NoiseDraws:
    """Count people, one row of positions (n, dims) each, and add noise; the budget must be spent before.

    `keyed`: the member's key, and the names of the draw (`keyed_noisy`), besides space and epsilon: the same
    counts give the same numbers. No person may be in two rows. People in no cell of the space are not
    counted.
    """
    shape = [len(dim.codes) for dim in dims]
    places = space.places(dims)
    cells = np.ravel_multi_index(tuple(places.T), shape) if shape else np.zeros(1, dtype=np.int64)
    people = np.ravel_multi_index(tuple(coords.T), shape) if shape else np.zeros(len(coords), dtype=np.int64)
    found, times = np.unique(people, return_counts=True)
    counts = dict(zip(found.tolist(), times.tolist(), strict=True))
    truth = np.array([counts.get(cell, 0) for cell in cells.tolist()], dtype=np.int64)
    key, names = keyed
    return NoiseDraws(space, keyed_noisy(truth, epsilon, key, [*names, space.axes]))
