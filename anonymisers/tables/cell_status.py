"""Cells that a policy marks: some are never shown, whatever they hold, some always, whatever that costs.

What is always shown may leave a withheld cell an interval narrower than rule 2 asks for. Such a cell is
*accepted*: the certificate names it and the data controller answers for it. Rules 1 and 3 have no exception.
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
from anonymisers.tables.rules import Rules

NAMED = 3
"""Cells that an error names."""


@dataclass(frozen=True, eq=False)
class CellStatus:
    """Which cells of our own tables are always, and which never shown."""

    always: Bools
    never: Bools


def cell_status(
    rules: Rules, own: TableBlock, values: Ints, *, public: Bools, structural: Bools
) -> CellStatus:
    """The marked cells of a block with these values. Raises RulesError, naming the cell, for what cannot be.

    `public` cells are known from elsewhere, `structural` ones are empty for everybody.
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
    return CellStatus(always, never)


def rules_for(rules: Rules, table: Table) -> Rules:
    """The rules with those marks only that a table can bear.

    It may lack a code, of another period or in finer detail. A marked cell that stands in no protected table
    is withheld with its whole table already.
    """
    dims = {d.name: d for d in table.dims}
    tables = [(t.dims, dict(t.levels)) for t in rules.priority]
    most = len(table.by) if rules.max_dims is None else rules.max_dims

    def protected(place: CellName) -> bool:
        names = {name for name, _ in place}
        depths = {name: int(dims[name].depth[dims[name].position(code)]) for name, code in place}
        if not names <= set(table.by) or len(names) > most:
            return False
        return (not tables or len(names) == 1) or any(
            names <= of and all(depth <= cuts.get(name, depth) for name, depth in depths.items())
            for of, cuts in tables
        )

    return replace(
        rules,
        always=frozenset(filter(protected, existing_names(table.dims, rules.always))),
        never=frozenset(filter(protected, existing_names(table.dims, rules.never))),
        structural=frozenset(existing_names(table.dims, rules.structural)),
    )


def cells_named(lattice: Lattice, places: Sequence[CellName], what: str) -> Ints:
    """The cells at some places, -1 where the lattice has none."""
    return lattice.cells(cell_positions(lattice.dims, places, what))


def cell_names_of(lattice: Lattice, cells: Bools) -> tuple[CellName, ...]:
    """The places of some cells of a lattice."""
    return tuple(sorted(cell_name_at(lattice, cell) for cell in np.flatnonzero(cells).tolist()))


def cell_name_at(lattice: Lattice, cell: int) -> CellName:
    """The place of a cell of a lattice."""
    key = lattice.keys()[cell].tolist()
    return cell_name({d.name: d.codes[p] for d, p in zip(lattice.dims, key, strict=True)})


@contextmanager
def naming_always_shown(rules: Rules) -> Iterator[None]:
    """Where no safe pattern is found beside cells that are always shown, the error names them."""
    try:
        yield
    except (ProtectionError, CertificateError) as error:
        if not rules.always:
            raise
        raise cannot_always_be_shown(sorted(rules.always), error.message) from error


def cannot_always_be_shown(always: Sequence[CellName], message: str) -> ProtectionError:
    """The error for cells that cannot be shown always; one that names them already stays as it is."""
    words = "cannot always be shown"
    if words in message:
        return ProtectionError(message, remedy=_REMEDY)
    names = "; ".join(name_in_words(place) for place in always[:NAMED])
    more = "" if len(always) <= NAMED else f" and {len(always) - NAMED} more"
    return ProtectionError(f"{names}{more} {words}: {message}", remedy=_REMEDY)


_REMEDY = "Leave out of what is always shown what stands beside small cells; rules 1 and 3 have no exception."


def _mask(own: TableBlock, places: Sequence[CellName], what: str) -> Bools:
    mask = np.zeros(own.lattice.size, dtype=np.bool_)
    cells = cells_named(own.lattice, places, f"the cells to show {what}")
    for place, cell in zip(places, cells.tolist(), strict=True):
        if cell < 0 or not own.present[cell]:
            message = f"the cell {name_in_words(place)}, marked {what}, is in no table that is protected"
            raise RulesError(message, remedy="Name its table among the priority tables, or leave it out.")
        if what == "never" and not place:
            raise RulesError("the total of all cannot be withheld", remedy="Mark the cells below it.")
    mask[cells] = True
    return mask


def _refuse(lattice: Lattice, cells: Bools, words: str, remedy: str) -> None:
    if cells.any():
        message = f"the cell {name_in_words(cell_name_at(lattice, int(np.argmax(cells))))} {words}"
        raise RulesError(message, remedy=remedy)
