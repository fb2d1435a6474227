"""Larger cubes, for which people have to be moved by search: many tables, tables like a tree, planned cells."""

from collections.abc import Sequence

from golden_tables import KEY, table_of
from golden_text import Items
from golden_told import named, of_cube
from hierarchies import flat, grouped

from anonymisers.cube import build_cube
from anonymisers.hierarchy import Hierarchy
from anonymisers.rules import Rules, TableOf
from anonymisers.table import Table

PLACE, YEAR, DEVICE, OUTCOME, SEX, AGE = (
    grouped("place", 12),
    flat("year", 5),
    flat("device", 4),
    flat("outcome", 3),
    flat("sex", 2),
    flat("age", 3),
)


def many_tables() -> Items:
    """Every table of two of six dimensions, and of three of four."""
    told: dict[str, str | bytes] = {}
    for name, dims, most, zeros in (
        ("two of six", (PLACE, YEAR, DEVICE, OUTCOME, SEX, AGE), 2, "partner"),
        ("three of four", (PLACE, YEAR, DEVICE, SEX), 3, "partner"),
        ("three of four, zeros published", (PLACE, YEAR, DEVICE, SEX), 3, "publish"),
        ("three of four, zeros protected", (PLACE, YEAR, DEVICE, SEX), 3, "protect"),
    ):
        table = _sparse(dims, name)
        cube = build_cube(table, Rules(threshold=5, max_dims=most, zeros=zeros), KEY)
        told |= named(name, of_cube(cube, table))
    return told


def like_a_tree() -> Items:
    """Priority tables that share the year, and hang together like a tree, with finer ones beside."""
    dims = (PLACE, YEAR, DEVICE, OUTCOME, SEX)
    table = _sparse(dims, "tree")
    by_year = (
        TableOf.of(["year", "device"]),
        TableOf.of(["year", "outcome"]),
        TableOf.of(["year", "place"]),
        TableOf.of(["year", "sex"]),
    )
    told: dict[str, str | bytes] = {}
    for name, finer, zeros in (
        ("alone", None, "partner"),
        ("any", (), "partner"),
        ("named", (TableOf.of(["place", "device"], place=1), TableOf.of(["device", "outcome"])), "protect"),
    ):
        rules = Rules(threshold=5, max_dims=2, zeros=zeros, priority=by_year, finer=finer)
        told |= named(f"finer {name}", of_cube(build_cube(table, rules, KEY), table))
    return told


def planned() -> Items:
    """One whole table, of which a plan by cutting planes chooses the cells."""
    dims = (grouped("place", 30), SEX, AGE)
    table = table_of(dims, "planned", 8)
    told: dict[str, str | bytes] = {}
    for zeros in ("partner", "publish"):
        cube = build_cube(table, Rules(threshold=5, zeros=zeros), KEY)
        told |= named(zeros, of_cube(cube, table))
    return told


def _sparse(dims: Sequence[Hierarchy], seed: str) -> Table:
    return table_of(dims, seed, 3 if len(dims) > 4 else 10)
