"""The cell-key method: noise determined by the people in a cell, the same in every table and at any time.

Every person has a record key for life, uniform on [0, 1) with 8 digits. The key of a cell is the fractional
part of the sum of its people's keys, or, in a node, a key derived from the sum (`independent_keys`); together
with the cell's count the key determines the noise. Cells are changed one by one, so that tables no longer add
up. The cell-key method is perturbation, never differential privacy.

Source: Fraser and Wooton, A proposed method for confidentialising tabular output to protect against
differencing, UNECE work session 2005; the R package cellKey.
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
    """Every cell of a lattice: the shown value, and, inside the state only, the true value."""

    lattice: Lattice
    values: Ints
    truth: Ints

    @property
    def note(self) -> str:
        """The note on the method, for answers."""
        return "counts are changed by keyed noise (cell-key method); tables do not add up exactly"


def inner_keys(table: Table, key: bytes) -> Ints:
    """Return for each inner cell the fractional part of the sum of its people's record keys, in units of
    1e-8.

    Where there are counts but no records, people of a cell get keys by their number: a person who joins later
    leaves the keys of earlier people unchanged. Raises RulesError for a short key.
    """
    sums = np.zeros(len(table.counts), dtype=np.int64)
    for place, (coords, count) in enumerate(zip(table.coords.tolist(), table.counts.tolist(), strict=True)):
        codes = [d.codes[p] for d, p in zip(table.dims, coords, strict=True)]
        purpose = "record keys\x00" + "\x00".join(f"{len(c)}:{c}" for c in codes)
        sums[place] = record_keys(random_fractions(key, purpose, count)).sum() % UNIT
    return sums


def person_keys(key: bytes, persons: Iterable[bytes]) -> Ints:
    """Return each person's record key for life, in units of 1e-8, derived from the person and the secret.

    A cell of the same people therefore has the same noise in every snapshot. Raises RulesError for a short
    key.
    """
    if len(key) < KEY_BYTES:
        message = f"the member's key has {len(key)} bytes; it must have {KEY_BYTES}"
        raise RulesError(message, remedy="Make one with: openssl rand 32")
    secret = hmac.digest(key, b"safelane record keys 1", "sha256")
    drawn = (int.from_bytes(hmac.digest(secret, person, "sha256")[:8], "big") for person in persons)
    return np.fromiter((number % UNIT for number in drawn), dtype=np.int64)


def independent_keys(sums: Ints, key: bytes) -> Ints:
    """Return for each cell a key that depends on the cell's sum of record keys, and tells nothing of it.

    Sums themselves add up: of a group and its parts, keys and so numbers hang together, and whoever runs the
    method on every table of people that agrees with the numbers excludes most of these tables. Cells of the
    same people still have the same key.
    """
    secret = hmac.digest(key, b"safelane keys of cells 1", "sha256")
    distinct, place = np.unique(sums, return_inverse=True)
    drawn = (
        int.from_bytes(hmac.digest(secret, each.to_bytes(16, "big"), "sha256")[:8], "big") % UNIT
        for each in distinct.tolist()
    )
    keys: Ints = np.fromiter(drawn, dtype=np.int64, count=len(distinct))[place.ravel()]
    return keys


def with_noise(counts: Ints, keys: Ints, ptable: PTable) -> Ints:
    """Return counts of cells with noise; `keys` are the cells' sums of record keys in units of 1e-8."""
    found = counts.copy()
    rows = np.minimum(counts, ptable.noise.rows)
    drawn = (keys % UNIT) / UNIT
    for row in np.unique(rows[counts > 0]).tolist():
        here = (rows == row) & (counts > 0)
        found[here] += ptable.changes_at(row, drawn[here])
    return found


def record_keys(uniform: NDArray[np.float64]) -> Ints:
    """Return record keys in units of 1e-8. Raises RulesError for a key outside [0, 1)."""
    if not ((uniform >= 0) & (uniform < 1)).all():
        raise RulesError("a record key is not in [0, 1)", remedy="Draw them uniformly, with 8 digits.")
    keys: Ints = np.rint(uniform * UNIT).astype(np.int64) % UNIT
    return keys


def perturb(table: Table, keys: Ints, ptable: PTable, max_dims: int | None = None) -> CellKeyTable:
    """Perturb every cell of the lattice; `keys` as from `inner_keys`, one key for each inner cell."""
    lattice = Lattice.of(table.dims, table.by, max_dims)
    system = LinkedTables(lattice.dims, (TableBlock.whole(lattice),))
    truth = system.sums(table.coords, table.counts)
    return CellKeyTable(lattice, with_noise(truth, system.sums(table.coords, keys), ptable), truth)
