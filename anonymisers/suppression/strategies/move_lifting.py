"""Strategy "move lifting": a known move is extended to further tables by other people.

Used where a search continues another (`secondary_suppression.Continuation`).

A move says nothing about dimensions outside the tables of the former search. A further table names some of
these dimensions, so each change is divided among the *kinds* of people by such dimensions. Further people may
swap places as well, as long as every cell of the former tables keeps the same change. Lifting of moves: Dobra
and Sullivant (2004); Rauh and Sullivant (2016).
"""

from dataclasses import dataclass

import numpy as np

from anonymisers.suppression.strategies.suppression_pattern import MarkovMove
from anonymisers.suppression.strategies.swap_schemes import Axes, SwapScheme
from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.base_table import BaseTable


@dataclass(frozen=True)
class MoveLiftingTuning:
    """How many inner cells a lifted move is searched for in."""

    inner_cells: int = 600
    """Approximate number of inner cells."""


TUNING = MoveLiftingTuning()


@dataclass(frozen=True, eq=False)
class LiftingCells:
    """Inner cells (m, dims) among which people of several kinds make up a known move.

    `groups` (m,): the combination of matching codes, within which people swap places. `cells` (m,): the cell,
    by the known move's dimensions, counting each inner cell; this cell must change by `required`.
    """

    scheme: SwapScheme
    coords: Positions
    groups: Ints
    cells: Ints
    required: Ints


def lifting_cells(people: BaseTable, known: MarkovMove, lacking: Axes) -> LiftingCells | None:
    """Return inner cells where people of several kinds may make up a known move; None where nobody can.

    `lacking`: the dimensions by which kinds differ. The matching codes of the move come first, in every kind,
    then the matching codes with the most people.
    """
    scheme = SwapScheme(known.scheme.swapped, tuple(sorted((*known.scheme.matching, *lacking))))
    if not scheme.matching:
        return None
    combinations = np.unique(known.coords[:, list(scheme.swapped)], axis=0)
    matching_codes = _matching_codes(people, known, scheme, lacking, combinations)[
        : max(1, TUNING.inner_cells // len(combinations))
    ]
    coords = np.empty((len(matching_codes) * len(combinations), len(people.dims)), dtype=np.int32)
    coords[:] = [d.root for d in people.dims]
    coords[:, list(scheme.swapped)] = np.tile(combinations, (len(matching_codes), 1))
    coords[:, list(scheme.matching)] = np.repeat(matching_codes, len(combinations), axis=0)
    former = people.margin(known.scheme.axes)
    codes, cells = np.unique(former.code(coords), return_inverse=True)
    changed = former.code(known.coords)
    if not np.isin(changed, codes).all():
        return None
    required = np.zeros(len(codes), dtype=np.int64)
    required[np.searchsorted(codes, changed)] = known.change
    return LiftingCells(
        scheme, coords, np.repeat(np.arange(len(matching_codes)), len(combinations)), cells.ravel(), required
    )


def _matching_codes(
    people: BaseTable, known: MarkovMove, scheme: SwapScheme, lacking: Axes, combinations: Positions
) -> Positions:
    """Return combinations of matching codes, each once: those of the move first."""
    axes = list(scheme.matching)
    own = known.coords.copy()
    if lacking:
        kinds = people.margin(lacking).coords[:, list(lacking)]
        own = np.repeat(own, len(kinds), axis=0)
        own[:, list(lacking)] = np.tile(kinds, (len(known.coords), 1))
    everybody = people.margin(scheme.axes)
    swapped = everybody.coords[:, list(scheme.swapped)]
    near = (swapped[:, None] == combinations[None]).all(axis=2).any(axis=1)
    others, place = np.unique(everybody.coords[near][:, axes], axis=0, return_inverse=True)
    total = np.bincount(place.ravel(), weights=everybody.counts[near], minlength=len(others))
    ranked = np.concatenate([np.unique(own[:, axes], axis=0), others[np.argsort(-total, kind="stable")]])
    _, first = np.unique(ranked, axis=0, return_index=True)
    return ranked[np.sort(first)]
