"""Tables of invented people for golden cubes: the same on every machine, whatever numpy draws."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import product

from anonymisers.tables.cell_names import CellName
from anonymisers.tables.count_table import Cell, Table
from anonymisers.tables.hierarchy import Hierarchy

KEY = bytes(range(32))


def drawn(seed: str, number: int, most: int) -> int:
    """A number below `most` that follows from its seed."""
    return int.from_bytes(sha256(f"{seed} {number}".encode()).digest()[:8], "big") % most


def count(seed: str, number: int, mean: int) -> int:
    """How many people are in an inner cell: often nobody or few, sometimes many."""
    kind = drawn(f"{seed} kind", number, 10)
    if kind < 3:
        return 0
    return drawn(seed, number, 5 if kind < 5 else 2 * mean if kind < 9 else 6 * mean)


def cells_of(dims: Sequence[Hierarchy], seed: str, mean: int) -> list[tuple[Cell, int]]:
    """A number of people for every inner cell."""
    inner = product(*([d.codes[leaf] for leaf in d.leaves.tolist()] for d in dims))
    return [(cell, count(seed, number, mean)) for number, cell in enumerate(inner)]


def table_of(
    dims: Sequence[Hierarchy],
    seed: str,
    mean: int = 12,
    *,
    by: Iterable[str] | None = None,
    where: dict[str, str | tuple[str, ...]] | None = None,
    empty: Iterable[CellName] = (),
) -> Table:
    """The table of these; nobody is in groups that are known to be empty."""
    places = tuple(empty)
    cells = [(cell, 0 if _inside(dims, cell, places) else n) for cell, n in cells_of(dims, seed, mean)]
    return Table.of(dims, cells, by=by, where=where or {}, structural=places)


def _inside(dims: Sequence[Hierarchy], cell: Cell, places: Iterable[CellName]) -> bool:
    lines = {
        d.name: {d.codes[above] for above in d.ancestors(d.index[code])}
        for d, code in zip(dims, cell, strict=True)
    }
    return any(all(code in lines[name] for name, code in place) for place in places)
