"""Fewer tables: what is still shown where no safe cube of all tables was found.

A check that fails leads to more withheld cells, never to a release that the check has not passed: a cube of
fewer tables is searched for, certified and attacked as any other. The steps, each tried where the one before
failed:

1. all tables that the rules ask for, under one key after another;
2. the same with zeros as partners, where the rules publish zeros;
3. tables of fewer and fewer dimensions, and at last of one, the others withheld whole;
4. the total of all alone;
5. nothing.

A table that is protected without reading withheld counts goes down other steps (`protect_by_view`): of the
steps above only 1, under one key, 2, which the key begins with now and then, and 4 are left. Where the table
is too large for one view, zeros are withheld from the beginning, since tables are refused. Now and then a key
begins with 4, so that the total alone tells nothing of the counts.

Beside releases that are known already it is all tables or nothing: a difference from what is known could lie
in any table that is left out, and of earlier withheld cells it may be known that they hold somebody.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.cube.released_cells import Value
from anonymisers.errors import CertificateError, ProtectionError
from anonymisers.tables.a_priori_status import rules_for
from anonymisers.tables.count_table import Table
from anonymisers.tables.keyed_random import random_fractions
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.progress import Progress
from anonymisers.tables.release import Release
from anonymisers.tables.remainder import Remainder
from anonymisers.tables.rules import TOTAL_ALONE, Rules, TableOf
from anonymisers.tables.structural_zeros import structural_cells

BEGINS_LATER = "some keys withhold zeros from the beginning, and this is one of them"


@dataclass(frozen=True, eq=False)
class BuiltCube:
    """A cube, or None where nothing can be shown.

    `remainder` is None for a cube of all tables that the rules ask for; else it says what is left of these,
    and `reason` why.
    """

    cube: CertifiedCube | None
    remainder: Remainder | None = None
    reason: str = ""


def build_with_fewer_tables(
    table: Table,
    rules: Rules,
    keys: Sequence[bytes],
    progress: Progress | None = None,
    *,
    known: Sequence[Release] = (),
    attack_seconds: float = 20.0,
) -> BuiltCube:
    """Return a cube of all tables by the first key that gives one, else of as many tables as are safe.

    The arguments are those of `build_cube`. A cell that the rules always show is never withheld: where that
    cannot be, the ProtectionError of `build_cube` names the cell. Raises also RulesError, TableError and
    LatticeTooLargeError, for input that no other search would help.
    """
    # Search and attacker are imported by whoever builds, as in `certified_cube`.
    from anonymisers.simulatable.protect_by_view import TUNING  # noqa: PLC0415
    from anonymisers.simulatable.protection import fitting, without_counts  # noqa: PLC0415

    def built(some: Rules, key: bytes) -> CertifiedCube:
        return build_cube(table, some, key, progress, known=known, attack_seconds=attack_seconds)

    by_view = without_counts(table, rules, known)
    tried = (
        _without_reading_counts(rules, fitting(table, rules, known), keys[0], TUNING.base_rate)
        if by_view
        else [_Try(rules, key) for key in keys]
    )
    failed: ProtectionError | CertificateError | None = None
    for one in tried:
        try:
            return one.of(built(one.rules, one.key), failed.message if failed else BEGINS_LATER)
        except (ProtectionError, CertificateError) as error:
            failed = failed or error
    assert failed is not None  # noqa: S101 - there is a key, and each ends in a cube or an error
    for remainder, fewer in (
        ()
        if known
        else _steps(table, replace(rules, withstands_reruns=False, withstands_reruns_when_large=False))
    ):
        if by_view and (remainder.dims != 0 or table.counts.sum() < rules.threshold):
            continue  # nobody looks like a few people
        with suppress(ProtectionError, CertificateError):
            cube = built(fewer, keys[0])
            if by_view:
                cube = replace(cube, rerun_ratio=TUNING.base_rate)
            if not _shows_never_shown(cube, rules):
                return BuiltCube(cube, remainder, failed.message)
    if rules.always:
        raise failed
    return BuiltCube(None, Remainder(0), failed.message)


@dataclass(frozen=True)
class _Try:
    """A search for a cube of all tables; `rate`: how often a key begins with it at least."""

    rules: Rules
    key: bytes
    remainder: Remainder | None = None
    rate: float = 1.0

    def of(self, cube: CertifiedCube, reason: str) -> BuiltCube:
        """Return what the search found, with reruns as rare as the search is."""
        ratio = None if cube.rerun_ratio is None else cube.rerun_ratio * self.rate
        return BuiltCube(replace(cube, rerun_ratio=ratio), self.remainder, reason if self.remainder else "")


def _without_reading_counts(rules: Rules, fitting: Rules, key: bytes, base_rate: float) -> list[_Try]:
    """Return what is tried for a table that is protected by its view: one key, since that a second was needed
    would follow from withheld counts.

    Where zeros are published and no pattern was found, zeros are withheld with the rest. The key begins with
    that now and then, so that a table that passes earlier gives such a release too. `fitting`: the rules,
    with zeros as partners where some tables are refused in any case.
    """
    first = _Try(rules, key)
    if rules.zeros != "publish":
        return [first]
    if fitting.zeros != "publish":
        return [_Try(fitting, key, Remainder(None, zeros_withheld=True))]
    partner = _Try(replace(rules, zeros="partner"), key, Remainder(None, zeros_withheld=True), base_rate)
    begins_later = random_fractions(key, "zeros withheld", 1)[0] < base_rate
    return [partner] if begins_later else [first, partner]


def withheld_release(table: Table, rules: Rules) -> Release:
    """Return the release that withholds every cell of the rules' tables, except structural zeros."""
    lattice = Lattice.of(table.dims, table.by, rules.max_dims)
    empty = structural_cells(lattice, table.structural)
    values = np.where(empty, 0, -1).astype(np.int64)
    return Release(table.dims, table.where, lattice.keys(), values, ~empty, table.structural)


def _steps(table: Table, rules: Rules) -> Iterator[tuple[Remainder, Rules]]:
    """Yield what is left to show step by step, with the rules for that; no step leaves out a cell that is
    always shown.
    """
    zeros_withheld = rules.zeros == "publish"
    partner = replace(rules, zeros="partner", finer=None) if zeros_withheld else replace(rules, finer=None)
    if zeros_withheld:
        yield Remainder(None, zeros_withheld), partner
    tables = rules.priority or (TableOf(frozenset(table.by)),)
    widest = max(len(t.dims) for t in tables)
    most = widest if rules.max_dims is None else min(rules.max_dims, widest)
    for dims in range(most - 1, -1, -1):
        asked = tuple(dict.fromkeys(part for t in tables for part in _parts(t, dims))) or (TOTAL_ALONE,)
        fewer = rules_for(replace(partner, priority=asked), table)
        if fewer.always == rules.always:
            yield Remainder(dims, zeros_withheld), fewer


def _parts(table: TableOf, dims: int) -> Iterator[TableOf]:
    """Yield the table, or its margins of so many dimensions where it has more; none of no dimension."""
    for names in combinations(sorted(table.dims), min(dims, len(table.dims))):
        if names:
            yield TableOf(frozenset(names), frozenset(cut for cut in table.levels if cut[0] in names))


def _shows_never_shown(cube: CertifiedCube, rules: Rules) -> bool:
    """Whether the cube shows a cell that the rules never show, as a cell that follows from others."""
    return any(isinstance(cube.lookup(dict(cell)), Value) for cell in rules.never)
