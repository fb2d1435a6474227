"""Perturbation tables of the cell-key method: of all noise within bounds, the one of largest entropy.

For a count i the noise v lies in -D..D, leaves i + v at 0 or above a threshold js, has mean 0 and a variance
of at most V, falls from 0 outwards, and leaves the count as it is with probability pstay at least, where the
variance allows. Source: Giessing, Computational issues in the design of transition probabilities and
disclosure risk estimation for additive noise, Privacy in Statistical Databases 2016; the R package ptable.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from anonymisers.errors import RulesError
from anonymisers.tables.arrays import Floats, Ints

STEP = 0.05
"""By how much pstay gives way until the variance is reached."""
SMALL = 1e-6
"""Probabilities, or gaps to the variance, below SMALL count as zero."""


@dataclass(frozen=True)
class Noise:
    """D (whole, 1 or more), V above 0, js from 0 to D, pstay from 0 to below 1. Raises RulesError."""

    most: int
    variance: float
    blocked: int = 0
    stay: float = 0.0

    def __post_init__(self) -> None:
        fine = (
            (1 <= self.most <= 100, "D, the largest change, is a whole number from 1 to 100"),
            (
                0 < self.variance <= self.most * (self.most + 1) / 3,
                "V, the variance, is more than 0 and at most D(D+1)/3, that of even noise",
            ),
            (0 <= self.blocked <= self.most, "js, the largest count that is never shown, is from 0 to D"),
            (0 <= self.stay < 1, "pstay, the least probability of no change, is from 0 to below 1"),
        )
        for holds, words in fine:
            if not holds:
                raise RulesError("these parameters of the cell-key method are impossible", remedy=f"{words}.")

    @property
    def rows(self) -> int:
        """The count from which on all counts are treated alike."""
        return self.most if not self.blocked else self.most + self.blocked + 1


@dataclass(frozen=True, eq=False)
class PTable:
    """For each count 0..rows the possible changes (ascending) and the probability of each."""

    noise: Noise
    changes: tuple[Ints, ...]
    chances: tuple[Floats, ...]

    @classmethod
    def of(cls, noise: Noise) -> "PTable":
        """The table of largest entropy. Raises RulesError, naming the count, where there is none."""
        changes, chances = [np.zeros(1, dtype=np.int64)], [np.ones(1)]
        for count in range(1, noise.rows + 1):
            possible = _possible(noise, count)
            changes.append(possible)
            chances.append(_row(noise, count, possible))
        return cls(noise, tuple(changes), tuple(chances))

    def change(self, count: int, cell_key: float) -> int:
        """Return the change of a count of a cell with this key in [0, 1)."""
        return int(self.changes_at(min(count, self.noise.rows), np.array([cell_key]))[0])

    def changes_at(self, row: int, cell_keys: Floats) -> Ints:
        """Return the changes of counts in one row of the table, by the keys of their cells."""
        places = np.searchsorted(np.cumsum(self.chances[row]), cell_keys, side="right")
        found: Ints = self.changes[row][np.minimum(places, len(self.changes[row]) - 1)]
        return found


def _possible(noise: Noise, count: int) -> Ints:
    shown = np.arange(max(0, count - noise.most), count + noise.most + 1)
    possible: Ints = shown[(shown == 0) | (shown > noise.blocked)] - count
    return possible


def _row(noise: Noise, count: int, changes: Ints) -> Floats:
    """Return one count's probabilities, with pstay as near to the requested value as the variance allows."""
    stay = noise.stay if (changes == 0).any() else 0.0
    tried = np.append(np.arange(stay, 0.0, -STEP), 0.0)
    for least in tried.tolist():
        limits = _Limits.of(changes, noise.variance, least)
        if not limits.possible():
            continue
        chances = limits.widest()
        if least == 0.0 or abs(chances @ changes**2 - noise.variance) < SMALL:
            return chances
    message = f"no noise fits a count of {count}: D={noise.most}, V={noise.variance:g}, js={noise.blocked}"
    raise RulesError(message, remedy="Allow a larger variance V or a larger change D, or a smaller js.")


@dataclass(frozen=True, eq=False)
class _Limits:
    """Probabilities p with `equal` p = `sums` and `most` p <= `bounds`."""

    equal: Floats
    sums: Floats
    most: Floats
    bounds: Floats

    @classmethod
    def of(cls, changes: Ints, variance: float, stay: float) -> "_Limits":
        size = len(changes)
        equal = np.stack([np.ones(size), changes.astype(np.float64)])
        most = [changes.astype(np.float64) ** 2]
        bounds = [variance]
        for place, (one, other) in enumerate(pairwise(changes.tolist())):
            if other <= 0 or one >= 0:
                farther, nearer = (place, place + 1) if other <= 0 else (place + 1, place)
                row = np.zeros(size)
                row[farther], row[nearer] = 1.0, -1.0
                most.append(row)
                bounds.append(0.0)
        if stay > 0:
            most.append(-(changes == 0).astype(np.float64))
            bounds.append(-stay)
        return cls(equal, np.array([1.0, 0.0]), np.stack(most), np.array(bounds))

    def possible(self) -> bool:
        # Imported here: a node that only answers starts sooner and stays smaller without scipy.
        from scipy.optimize import linprog  # type: ignore[import-untyped]  # noqa: PLC0415

        size = self.equal.shape[1]
        found = linprog(
            np.zeros(size), A_ub=self.most, b_ub=self.bounds, A_eq=self.equal, b_eq=self.sums, bounds=(0, 1)
        )
        return bool(found.status == 0)

    def widest(self) -> Floats:
        """Return the probabilities of largest entropy, by the dual: p is exponential in the limits'
        multipliers.

        The logarithm of p is a sum of the limits' rows, each times a multiplier; the multipliers of `most`
        are not negative.
        """
        from scipy.optimize import minimize  # noqa: PLC0415 - as above

        rows = np.concatenate([self.equal[1:], self.most])
        goal = np.concatenate([self.sums[1:], self.bounds])

        def dual(multipliers: Floats) -> tuple[float, Floats]:
            power = -(multipliers @ rows)
            top = power.max()
            weight = np.exp(power - top)
            chances = weight / weight.sum()
            value = float(top + np.log(weight.sum()) + multipliers @ goal)
            return value, goal - rows @ chances

        free = len(self.equal) - 1
        limits = [(None, None)] * free + [(0.0, None)] * len(self.most)
        options = {"maxiter": 20_000, "maxfun": 100_000, "ftol": 1e-16, "gtol": 1e-11, "maxcor": 40}
        found = minimize(
            dual, np.zeros(len(rows)), jac=True, method="L-BFGS-B", bounds=limits, options=options
        )
        power = -(found.x @ rows)
        weight: Floats = np.exp(power - power.max())
        chances: Floats = weight / weight.sum()
        return chances
