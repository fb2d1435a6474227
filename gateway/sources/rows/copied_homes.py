"""Homes that are copies of the accident's place.

Clients and casualties are protected apart because they share no place. Where a register fills in the home
from the accident, they do, and the two would tell together what each withholds.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import Column
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.targets import HOME, PLACE

MOST_ALIKE, OF_AT_LEAST = 0.95, 50
"""Share of known homes that may be in the province of the accident, and of how many this is judged."""
FEW = 20
"""Known homes from which on all of them alike are a copy, in a small register."""


def is_copy(columns: Mapping[str, Column], at: NDArray[np.int64], table: str, findings: Findings) -> bool:
    """Whether the homes are copies of the accidents' places, in all rows or in those of clients (`at`).

    A copy is a finding: the home then counts as not collected.
    """
    if PLACE not in columns:
        return False
    home, place = columns[HOME], columns[PLACE]
    every = np.arange(len(home.indices))
    copied = any(_alike(home.taken(rows), place.taken(rows)) for rows in (every, np.unique(at)))
    if copied:
        findings.add(table, HOME, Problem.HOME_COPIED)
    return copied


def _alike(home: Column, place: Column) -> bool:
    known = [
        (one, other)
        for one, other in zip(home.values(), place.values(), strict=True)
        if not one.endswith("UNK") and not other.endswith("UNK")
    ]
    same = sum(one == other for one, other in known)
    many = len(known) >= OF_AT_LEAST and same >= MOST_ALIKE * len(known)
    return many or (len(known) >= FEW and same == len(known))
