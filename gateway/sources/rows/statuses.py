"""The status of each pillar of assistance, of contacts: the farthest that was recorded counts.

Of a pillar without a contact the status is unknown: nobody asked is not nobody in need.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import Column
from gateway.sources.model.targets import FARTHEST

UNKNOWN = "UNK"
NOTHING = -1
"""How far a pillar has come of which no contact tells anything."""


def how_far(states: Column) -> NDArray[np.int64]:
    """How far each contact tells that its pillar has come; NOTHING where the status is not known."""
    places = [FARTHEST.index(code) if code in FARTHEST else NOTHING for code in states.codes]
    return np.array(places, dtype=np.int64)[states.indices]


def farthest_statuses(
    keys: NDArray[np.int64], count: int, pillars: Column, states: Column, dimensions: Sequence[str]
) -> Mapping[str, Column]:
    """For each pillar the farthest status of each key; unknown where a contact that tells too little may be
    farther.

    `keys`: to whom each contact belongs, from 0 to `count`. A contact of an unknown status may be any; one of
    an unknown pillar may belong to any pillar.
    """
    at = np.array(pillars.values(), dtype=object)
    known = how_far(states)
    possible = np.where(known == NOTHING, len(FARTHEST) - 1, known)

    def farthest(far: NDArray[np.int64], rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        found = np.full(count, NOTHING, dtype=np.int64)
        np.maximum.at(found, keys[rows], far[rows])
        return found

    somewhere = farthest(possible, at == UNKNOWN)
    made: dict[str, Column] = {}
    for dimension in dimensions:
        here = at == dimension.partition(".")[2]
        found = farthest(known, here)
        may_be = np.maximum(farthest(possible, here), somewhere)
        codes = np.where(may_be > found, NOTHING, found).tolist()
        made[dimension] = Column.of([UNKNOWN if code == NOTHING else FARTHEST[code] for code in codes])
    return made
