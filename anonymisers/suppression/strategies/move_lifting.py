"""An alternative found once more for further tables: the same numbers change, by people who suit those too.

Who moves in it may be anybody by the dimensions that nobody looked at when it was found. A further table
looks at some: so each change is divided among the *kinds* of people by these, and others may change places
beside it wherever all numbers stay that were looked at before.
"""

from dataclasses import dataclass

import numpy as np

from anonymisers.suppression.strategies.suppression_pattern import Alternative
from anonymisers.suppression.strategies.swap_schemes import Axes, Move
from anonymisers.tables.arrays import Ints, Positions
from anonymisers.tables.base_table import BaseTable

SIZE = 600
"""Inner cells that are looked at, about."""


@dataclass(frozen=True, eq=False)
class Room:
    """Inner cells (m, dims) by which an alternative may be made of people of several kinds.

    `groups` (m,): whose context they share, so that people only change places in it. `cells` (m,): the cell
    of the known alternative's dimensions that each is part of; those change by `needed` each.
    """

    move: Move
    coords: Positions
    groups: Ints
    cells: Ints
    needed: Ints


def room_for(people: BaseTable, known: Alternative, lacking: Axes) -> Room | None:
    """Where people of several kinds may take the part of those in an alternative; None where nobody can.

    `lacking`: the dimensions by which kinds differ. The contexts of the alternative come first, in every
    kind, then those with the most people.
    """
    move = Move(known.move.moved, tuple(sorted((*known.move.context, *lacking))))
    if not move.context:
        return None
    box = np.unique(known.coords[:, list(move.moved)], axis=0)
    contexts = _contexts(people, known, move, lacking, box)[: max(1, SIZE // len(box))]
    coords = np.empty((len(contexts) * len(box), len(people.dims)), dtype=np.int32)
    coords[:] = [d.root for d in people.dims]
    coords[:, list(move.moved)] = np.tile(box, (len(contexts), 1))
    coords[:, list(move.context)] = np.repeat(contexts, len(box), axis=0)
    looked = people.margin(known.move.axes)
    codes, cells = np.unique(looked.code(coords), return_inverse=True)
    changed = looked.code(known.coords)
    if not np.isin(changed, codes).all():
        return None
    needed = np.zeros(len(codes), dtype=np.int64)
    needed[np.searchsorted(codes, changed)] = known.change
    return Room(move, coords, np.repeat(np.arange(len(contexts)), len(box)), cells.ravel(), needed)


def _contexts(people: BaseTable, known: Alternative, move: Move, lacking: Axes, box: Positions) -> Positions:
    """Combinations of codes of the context, each once: those of the alternative first."""
    axes = list(move.context)
    own = known.coords.copy()
    if lacking:
        kinds = people.margin(lacking).coords[:, list(lacking)]
        own = np.repeat(own, len(kinds), axis=0)
        own[:, list(lacking)] = np.tile(kinds, (len(known.coords), 1))
    everybody = people.margin(move.axes)
    moved = everybody.coords[:, list(move.moved)]
    near = (moved[:, None] == box[None]).all(axis=2).any(axis=1)
    others, place = np.unique(everybody.coords[near][:, axes], axis=0, return_inverse=True)
    total = np.bincount(place.ravel(), weights=everybody.counts[near], minlength=len(others))
    ranked = np.concatenate([np.unique(own[:, axes], axis=0), others[np.argsort(-total, kind="stable")]])
    _, first = np.unique(ranked, axis=0, return_index=True)
    return ranked[np.sort(first)]
