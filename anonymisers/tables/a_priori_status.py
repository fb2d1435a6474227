"""A priori status: cells that a policy always shows, and cells that a policy never shows.

The same status stands in an a priori file of tau-ARGUS (Hundepool and others, 2012). Cells that are always
shown may leave a withheld cell with a feasibility interval narrower than the protection-level rule asks. Such
a cell is *accepted*: the certificate names the cell, and the data controller answers for it. The singleton
rule and the inner-cell rule have no exception.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from anonymisers.errors import CertificateError, ProtectionError, RulesError
from anonymisers.tables.arrays import Bools, Ints
from anonymisers.tables.cell_names import CellName, cell_name, cell_positions, existing_names, name_in_words
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import TableBlock
from anonymisers.tables.rules import TOTAL_ALONE, Rules

NAMED = 3
"""The largest number of cells that an error names."""


@dataclass(frozen=True, eq=False)
class APrioriStatus:
    """Two masks (size,) over the cells of our own tables: always shown, and never shown."""

    always: Bools
    never: Bools


def a_priori_status(
    rules: Rules, own: TableBlock, values: Ints, *, public: Bools, structural: Bools
) -> APrioriStatus:
    """The a priori status of the cells of a block with these values (size,).

    `public` cells (size,) are known from elsewhere, `structural` ones (size,) are empty for everybody.
    Raises RulesError, naming the cell: for a cell of no protected table, for a sensitive cell that is always
    to be shown, and for a structural zero, or a zero where all zeros are shown, that is never to be shown.
    """
    always = _mask(own, sorted(rules.always), "always")
    never = _mask(own, sorted(rules.never), "never")
    small = rules.is_sensitive(values) & ~public & ~structural
    _refuse(
        own.lattice,
        always & small,
        "is to be shown always, and is so small that it must not be",
        "Leave it out, or where it is public already, name what shows it (--known, or a registered figure).",
    )
    _refuse(own.lattice, never & structural, "is never to be shown, and everybody knows that it is empty", "")
    if rules.zeros == "publish":
        words = "is never to be shown, and is one of the zeros that are all shown"
        _refuse(own.lattice, never & (values == 0), words, "Treat zeros as partner or protect.")
    return APrioriStatus(always, never)


def rules_for(rules: Rules, table: Table) -> Rules:
    """The rules without the a priori status of cells, and the structural zeros, that the table does not have.

    A table may lack codes, of another period or in finer detail. A cell of no protected table is left out
    since the cell is withheld with its whole table.
    """
    dims = {d.name: d for d in table.dims}
    tables = [(t.dims, dict(t.levels)) for t in rules.priority]
    most = len(table.by) if rules.max_dims is None else rules.max_dims

    def protected(cell: CellName) -> bool:
        names = {name for name, _ in cell}
        depths = {name: int(dims[name].depth[dims[name].position(code)]) for name, code in cell}
        if not names <= set(table.by) or len(names) > most:
            return False
        if len(names) == 1 and rules.priority != (TOTAL_ALONE,):
            return True
        return not tables or any(
            names <= of and all(depth <= cuts.get(name, depth) for name, depth in depths.items())
            for of, cuts in tables
        )

    return replace(
        rules,
        always=frozenset(filter(protected, existing_names(table.dims, rules.always))),
        never=frozenset(filter(protected, existing_names(table.dims, rules.never))),
        structural=frozenset(existing_names(table.dims, rules.structural)),
    )


def cells_named(lattice: Lattice, names: Sequence[CellName], what: str) -> Ints:
    """The numbers (n,) of named cells, -1 for cells that the lattice lacks."""
    return lattice.cells(cell_positions(lattice.dims, names, what))


def cell_names_of(lattice: Lattice, cells: Bools) -> tuple[CellName, ...]:
    """The names, sorted, of the cells of a mask (size,)."""
    return tuple(sorted(cell_name_at(lattice, cell) for cell in np.flatnonzero(cells).tolist()))


def cell_name_at(lattice: Lattice, cell: int) -> CellName:
    """The name of a cell of a lattice, by number."""
    key = lattice.keys()[cell].tolist()
    return cell_name({d.name: d.codes[p] for d, p in zip(lattice.dims, key, strict=True)})


@contextmanager
def naming_always_shown(rules: Rules) -> Iterator[None]:
    """If no safe pattern is found, raise an error that names the cells that are always shown."""
    try:
        yield
    except (ProtectionError, CertificateError) as error:
        if not rules.always:
            raise
        raise cannot_always_be_shown(sorted(rules.always), error.message) from error


def cannot_always_be_shown(always: Sequence[CellName], message: str) -> ProtectionError:
    """The error for cells that cannot always be shown; a message that names such cells is kept."""
    words = "cannot always be shown"
    if words in message:
        return ProtectionError(message, remedy=_REMEDY)
    names = "; ".join(name_in_words(cell) for cell in always[:NAMED])
    more = "" if len(always) <= NAMED else f" and {len(always) - NAMED} more"
    return ProtectionError(f"{names}{more} {words}: {message}", remedy=_REMEDY)


_REMEDY = (
    "Show fewer cells always, above all beside small cells; the singleton rule and the inner-cell rule have "
    "no exception."
)


def _mask(own: TableBlock, names: Sequence[CellName], what: str) -> Bools:
    mask = np.zeros(own.lattice.size, dtype=np.bool_)
    cells = cells_named(own.lattice, names, f"the cells to show {what}")
    for name, cell in zip(names, cells.tolist(), strict=True):
        if cell < 0 or not own.present[cell]:
            message = f"the cell {name_in_words(name)}, marked {what}, is in no table that is protected"
            raise RulesError(message, remedy="Name its table among the priority tables, or leave it out.")
        if what == "never" and not name:
            raise RulesError("the total of all cannot be withheld", remedy="Mark the cells below it.")
    mask[cells] = True
    return mask


def _refuse(lattice: Lattice, cells: Bools, words: str, remedy: str) -> None:
    if cells.any():
        message = f"the cell {name_in_words(cell_name_at(lattice, int(np.argmax(cells))))} {words}"
        raise RulesError(message, remedy=remedy)
