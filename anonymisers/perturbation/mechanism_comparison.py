"""What each mechanism loses and discloses on the same data. For the controller only: the comparison shows
true counts."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from anonymisers.cube.certified_cube import build_cube
from anonymisers.perturbation.bounded_attack import FoundBounds, attack_bounded, by_ptable, within
from anonymisers.perturbation.cell_key import inner_keys, perturb
from anonymisers.perturbation.controlled_rounding import controlled_rounding
from anonymisers.perturbation.discrete_laplace import inner_counts, noisy, summed
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.tables.arrays import Ints
from anonymisers.tables.count_table import Table
from anonymisers.tables.rules import Rules, is_small_count

ASKED = 40
"""Small cells put to the bounded attacker: each costs two linear programs."""
UNREAD = -(2**40)
NOBODY: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Loss:
    """The loss of one mechanism: the share of people in readable cells, the mean and the largest difference
    of a readable cell, the share of small cells shown unchanged, whether tables add up, and the number of
    examined small cells found exactly by the bounded attacker (None where a proof replaces the attack)."""

    mechanism: str
    readable: float
    mean_off: float
    worst_off: int
    small_exact: float
    adds_up: bool
    found: int | None
    asked: int | None


def compare(
    table: Table, rules: Rules, key: bytes, *, noise: Noise, base: int, epsilon: Fraction, seconds: float
) -> tuple[Loss, ...]:
    """Suppression, cell keys, controlled rounding and differential privacy, for the tables of the rules.

    The noise of the last is drawn for this comparison and must not be released: nothing is charged.
    Raises AnonymiserError.
    """
    cube = build_cube(table, rules, key)
    ptable = PTable.of(noise)
    keyed = perturb(table, inner_keys(table, key), ptable, rules.max_dims)
    rounded = controlled_rounding(table, base, key, rules.max_dims)
    coords, counts = inner_counts(table)
    private = summed(table, coords, noisy(counts, epsilon), epsilon, rules.max_dims)
    truth = keyed.truth
    small = np.flatnonzero(is_small_count(truth, rules.threshold))
    asked = small[:: max(1, -(-len(small) // ASKED))]
    lattice = keyed.lattice
    by_keys = attack_bounded(lattice, by_ptable(keyed.values, ptable), asked, seconds=seconds)
    by_base = attack_bounded(lattice, within(rounded.values, rounded.farthest), asked, seconds=seconds)
    return (
        _loss("suppression", truth, np.where(cube.withheld, UNREAD, truth)),
        _loss("cell key", truth, keyed.values, small, by_keys),
        _loss("controlled rounding", truth, rounded.values, small, by_base),
        _loss("differential privacy", truth, private.values, small),
    )


def _loss(
    name: str, truth: Ints, shown: Ints, small: Ints = NOBODY, learnt: FoundBounds | None = None
) -> Loss:
    read = shown != UNREAD
    off = np.abs(shown - truth)[read]
    return Loss(
        mechanism=name,
        readable=float(truth[read].sum() / max(1, truth.sum())),
        mean_off=float(off.mean()) if len(off) else 0.0,
        worst_off=int(off.max(initial=0)),
        small_exact=float((shown == truth)[small].mean()) if len(small) else 0.0,
        adds_up=name != "cell key",
        found=None if learnt is None else len(learnt.disclosed),
        asked=None if learnt is None else len(learnt.cells),
    )
