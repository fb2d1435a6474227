"""The choices of the first rounding of people, stored with these people for ever."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import CertificateError, ProtectionError, TableError
from anonymisers.tables.arrays import Ints
from anonymisers.tables.cube_header import dimension_from_json, dimension_to_json
from anonymisers.tables.hierarchy import ROOT, Hierarchy

Cells = tuple[tuple[tuple[str, ...], int], ...]


@dataclass(frozen=True)
class StoredRounding:
    """The crossed dimensions, and the multiple of the base for each inner cell not shown as 0."""

    dims: tuple[Hierarchy, ...]
    cells: Cells

    @classmethod
    def of(cls, dims: Sequence[Hierarchy], coords: NDArray[np.int32], multiples: Ints) -> "StoredRounding":
        """Build from inner cells (m, dims), each once, and their multiples."""
        shown = np.flatnonzero(multiples)
        codes = [
            tuple(dim.codes[place] for dim, place in zip(dims, row, strict=True))
            for row in coords[shown].tolist()
        ]
        return cls(tuple(dims), tuple(zip(codes, multiples[shown].tolist(), strict=True)))

    def multiples(self, dims: Sequence[Hierarchy], coords: NDArray[np.int32]) -> Ints:
        """Return the stored choices for inner cells of the same or coarser dimensions.

        Raises ProtectionError for a finer dimension, whose cells were not rounded, and for other people.
        """
        places = {dim.name: place for place, dim in enumerate(self.dims)}
        if missing := [dim.name for dim in dims if dim.name not in places]:
            raise _finer(missing[0])
        lines = [(places[dim.name], _leaves(self.dims[places[dim.name]], dim)) for dim in dims]
        number = {tuple(row): place for place, row in enumerate(coords.tolist())}
        found = np.zeros(len(coords), dtype=np.int64)
        for codes, multiple in self.cells:
            here = number.get(tuple(line[codes[place]] for place, line in lines))
            if here is None:
                raise ProtectionError(
                    "people who were rounded once stand in other cells now",
                    remedy="What was rounded stays as it is: code these people as they were coded then.",
                )
            found[here] += multiple
        return found

    def as_finely(self, dims: Sequence[Hierarchy]) -> bool:
        """Return whether each inner cell of these dimensions is exactly one rounded inner cell."""
        now = {dim.name: dim for dim in dims}
        return now.keys() == {dim.name for dim in self.dims} and all(
            now[dim.name].codes[place] == code
            for dim in self.dims
            for code, place in _leaves(dim, now[dim.name]).items()
        )

    def to_bytes(self) -> bytes:
        """For storage inside the state."""
        body = {
            "dims": [dimension_to_json(dim) for dim in self.dims],
            "cells": [[*codes, multiple] for codes, multiple in self.cells],
        }
        return json.dumps(body, ensure_ascii=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "StoredRounding":
        """Read the bytes written by `to_bytes`. Raises CertificateError for anything else."""
        try:
            body = json.loads(data)
            cells = tuple((tuple(codes), multiple) for *codes, multiple in body["cells"])
            return cls(tuple(dimension_from_json(dim) for dim in body["dims"]), cells)
        except (ValueError, TypeError, KeyError, TableError):
            raise CertificateError("what was rounded once is damaged") from None


def _leaves(then: Hierarchy, now: Hierarchy) -> dict[str, int]:
    """Map each code that was finest then to the finest code now containing it."""
    found = {}
    for leaf in then.leaves.tolist():
        line = (then.codes[place] for place in then.ancestors(leaf))
        place = now.index[next(code for code in line if code in now.index)]
        if not now.is_leaf[place] and then.codes[leaf] != ROOT:
            raise _finer(now.name)
        found[then.codes[leaf]] = place
    return found


def _finer(dimension: str) -> ProtectionError:
    return ProtectionError(
        f"what was given out was rounded without {dimension!r}, or less finely in it",
        remedy="What was rounded stays as it is: share no dimension, and no level, that was not shared then.",
    )
