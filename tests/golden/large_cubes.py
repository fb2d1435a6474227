"""Larger cubes, for which people have to be moved by search: many tables, a tree of tables, planned cells."""

from collections.abc import Sequence

from golden_summaries import named, of_cube
from golden_tables import KEY, cells_of, drawn, table_of
from golden_text import Items
from hierarchies import flat, grouped

from anonymisers.cube.certified_cube import build_cube
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules, TableOf

PLACE, YEAR, DEVICE, OUTCOME, SEX, AGE = (
    grouped("place", 12),
    flat("year", 5),
    flat("device", 4),
    flat("outcome", 3),
    flat("sex", 2),
    flat("age", 3),
)
PLACES = grouped("place", 6)


def many_tables() -> Items:
    """Every table of two and of three of four dimensions."""
    reported: dict[str, str | bytes] = {}
    for name, dims, most, zeros in (
        ("three of four", (PLACES, OUTCOME, AGE, SEX), 3, "partner"),
        ("two of four, zeros published", (PLACES, OUTCOME, AGE, SEX), 2, "publish"),
        ("two of four, zeros protected", (PLACES, OUTCOME, AGE, SEX), 2, "protect"),
    ):
        table = _sparse(dims, name)
        cube = build_cube(table, Rules(threshold=5, max_dims=most, zeros=zeros), KEY)
        reported |= named(name, of_cube(cube, table))
    return reported


def junction_tree() -> Items:
    """Priority tables that share the year, and hang together like a tree, with finer ones beside."""
    dims = (PLACE, YEAR, DEVICE, OUTCOME, SEX)
    table = table_of(dims, "tree", 3)
    by_year = (
        TableOf.of(["year", "device"]),
        TableOf.of(["year", "outcome"]),
        TableOf.of(["year", "place"]),
        TableOf.of(["year", "sex"]),
    )
    reported: dict[str, str | bytes] = {}
    for name, finer, zeros in (
        ("alone", None, "partner"),
        ("any", (), "partner"),
        ("named", (TableOf.of(["place", "device"], place=1), TableOf.of(["device", "outcome"])), "protect"),
    ):
        rules = Rules(threshold=5, max_dims=2, zeros=zeros, priority=by_year, finer=finer)
        reported |= named(f"finer {name}", of_cube(build_cube(table, rules, KEY), table))
    return reported


def cutting_planes() -> Items:
    """One whole table, of which a plan by cutting planes chooses the cells."""
    dims = (grouped("place", 30), SEX, AGE)
    table = table_of(dims, "planned", 8)
    reported: dict[str, str | bytes] = {}
    for name, rules in {
        "partner": Rules(threshold=5),
        "publish": Rules(threshold=5, zeros="publish"),
        "publish, planned": Rules(threshold=5, zeros="publish", expects_least=False),
    }.items():
        reported |= named(name, of_cube(build_cube(table, rules, KEY), table))
    return reported


def _sparse(dims: Sequence[Hierarchy], seed: str) -> Table:
    """Of each dimension the first codes have most people, the last ones hardly any."""
    cells = []
    for number, (cell, n) in enumerate(cells_of(dims, seed, 12)):
        rare = [int(code.removeprefix(d.name)) // 2 for d, code in zip(dims, cell, strict=True)]
        kept = all(drawn(f"{seed} {axis}", number, place + 1) == 0 for axis, place in enumerate(rare))
        cells.append((cell, n if kept else 0))
    return Table.of(dims, cells)
