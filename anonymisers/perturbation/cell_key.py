"""The cell-key method: noise that follows from who is in a cell, the same whenever the cell is asked for.

Every person has a record key for life, uniform on [0, 1) with 8 digits. The key of a cell is the sum of its
people's keys without the whole part; with the cell's count it decides the noise. Cells are changed one by
one, so tables no longer add up. Source: Fraser and Wooton, A proposed method for confidentialising tabular
output to protect against differencing, UNECE work session 2005; the R package cellKey. It is perturbation,
never differential privacy.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import RulesError
from anonymisers.perturbation.ptable import PTable
from anonymisers.tables.arrays import Ints
from anonymisers.tables.count_table import Table
from anonymisers.tables.keyed_random import KEY_BYTES, random_fractions
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock

DIGITS = 8
UNIT = 10**DIGITS


@dataclass(frozen=True, eq=False)
class CellKeyTable:
    """Every cell of a lattice: what is shown, and inside the state only, the truth."""

    lattice: Lattice
    values: Ints
    truth: Ints

    @property
    def note(self) -> str:
        """What an answer says about itself."""
        return "counts are changed by keyed noise (cell-key method); tables do not add up exactly"


def inner_keys(table: Table, key: bytes) -> Ints:
    """For each inner cell the sum of its people's record keys, in units of 1e-8, without whole parts.

    Where there are no records but counts only, people of a cell get keys by their number: whoever joins
    later leaves the keys of the others as they are. Raises RulesError for a key that is too short.
    """
    sums = np.zeros(len(table.counts), dtype=np.int64)
    for place, (coords, count) in enumerate(zip(table.coords.tolist(), table.counts.tolist(), strict=True)):
        codes = [d.codes[p] for d, p in zip(table.dims, coords, strict=True)]
        purpose = "record keys\x00" + "\x00".join(f"{len(c)}:{c}" for c in codes)
        sums[place] = record_keys(random_fractions(key, purpose, count)).sum() % UNIT
    return sums


def person_keys(key: bytes, persons: Iterable[bytes]) -> Ints:
    """Each person's record key for life, in units of 1e-8: it follows from who it is and from the secret.

    So a cell of the same people has the same noise in every snapshot. Raises RulesError for a short key.
    """
    if len(key) < KEY_BYTES:
        message = f"the member's key has {len(key)} bytes; it must have {KEY_BYTES}"
        raise RulesError(message, remedy="Make one with: openssl rand 32")
    secret = hmac.digest(key, b"safelane record keys 1", "sha256")
    drawn = (int.from_bytes(hmac.digest(secret, person, "sha256")[:8], "big") for person in persons)
    return np.fromiter((number % UNIT for number in drawn), dtype=np.int64)


def with_noise(counts: Ints, keys: Ints, ptable: PTable) -> Ints:
    """Counts of cells with their noise; `keys`: of the cells, sums of record keys in units of 1e-8."""
    found = counts.copy()
    rows = np.minimum(counts, ptable.noise.rows)
    drawn = (keys % UNIT) / UNIT
    for row in np.unique(rows[counts > 0]).tolist():
        here = (rows == row) & (counts > 0)
        found[here] += ptable.changes_at(row, drawn[here])
    return found


def record_keys(uniform: NDArray[np.float64]) -> Ints:
    """Record keys in units of 1e-8. Raises RulesError for one that is not in [0, 1)."""
    if not ((uniform >= 0) & (uniform < 1)).all():
        raise RulesError("a record key is not in [0, 1)", remedy="Draw them uniformly, with 8 digits.")
    keys: Ints = np.rint(uniform * UNIT).astype(np.int64) % UNIT
    return keys


def perturb(table: Table, keys: Ints, ptable: PTable, max_dims: int | None = None) -> CellKeyTable:
    """Every cell of the lattice with its noise; `keys` as from `inner_keys`, one for each inner cell."""
    lattice = Lattice.of(table.dims, table.by, max_dims)
    system = LinkedTables(lattice.dims, (TableBlock.whole(lattice),))
    truth = system.sums(table.coords, table.counts)
    return CellKeyTable(lattice, with_noise(truth, system.sums(table.coords, keys), ptable), truth)
