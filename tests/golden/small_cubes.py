"""Cubes of small tables: treatments of zeros, hierarchies, status of cells, sensitive codes."""

from dataclasses import replace
from typing import get_args

import numpy as np
from golden_summaries import at_a_glance, named, of_attack, of_cube
from golden_tables import KEY, table_of
from golden_text import Items
from hierarchies import flat, grouped

from anonymisers.cube.certified_cube import build_cube
from anonymisers.tables.cell_names import cell_name
from anonymisers.tables.linked_tables import LinkedTables, TableBlock
from anonymisers.tables.rules import Rules, TableOf, Zeros

PLACE, SEX, OUTCOME = grouped("place", 8), flat("sex", 2), flat("outcome", 3)
DIMS = (PLACE, SEX, OUTCOME)
TABLE = table_of(DIMS, "small", 12)
EMPTY = (
    cell_name({"place": "place low", "outcome": "outcome2"}),
    cell_name({"place": "place7", "sex": "sex0"}),
)
NEVER = frozenset({cell_name({"place": "place5"})})
ALWAYS = frozenset({cell_name({"place": "place2"}), cell_name({"sex": "sex1", "outcome": "outcome0"})})


def treatments_of_zeros() -> Items:
    """One table under each treatment of zeros, whole and by two dimensions at most."""
    items: dict[str, str | bytes] = {}
    for zeros in get_args(Zeros):
        for most in (None, 2):
            cube = build_cube(TABLE, Rules(threshold=5, zeros=zeros, max_dims=most), KEY)
            name = f"{zeros}, {'whole' if most is None else 'two dimensions'}"
            items |= named(name, of_cube(cube, TABLE))
    return items


def another_key() -> Items:
    """The key decides which of equals are withheld."""
    cube = build_cube(TABLE, Rules(threshold=5), bytes(32))
    return {"withheld": at_a_glance(cube.release()), "stored bytes": cube.to_bytes()[16:48]}


def a_priori_status() -> Items:
    """Cells that are always or never shown, groups in which nobody can be, breakdowns withheld whole."""
    table = table_of(DIMS, "marks", 12, empty=EMPTY)
    reported: dict[str, str | bytes] = {}
    rules = {
        "never": Rules(threshold=5, never=NEVER),
        "always": Rules(threshold=5, always=ALWAYS),
        "both": Rules(threshold=5, always=ALWAYS, never=NEVER, max_dims=2),
        "sensitive": Rules(threshold=5, sensitive=frozenset({"outcome"}), max_dims=2),
        "k 11": Rules(threshold=11),
    }
    for name, own in rules.items():
        reported |= named(name, of_cube(build_cube(TABLE, own, KEY), TABLE))
    for zeros in get_args(Zeros):
        cube = build_cube(table, Rules(threshold=5, zeros=zeros), KEY)
        reported |= named(f"structural zeros, {zeros}", of_cube(cube, table))
    declared = replace(table, structural=())
    by_rules = build_cube(declared, Rules(threshold=5, structural=frozenset(EMPTY)), KEY)
    reported |= named("structural zeros by rules", of_cube(by_rules, declared))
    return reported


def priorities() -> Items:
    """Tables that come first, with and without finer ones."""
    first = (TableOf.of(["place", "sex"]), TableOf.of(["place", "outcome"], place=1))
    reported: dict[str, str | bytes] = {}
    for name, finer in (("alone", None), ("any", ()), ("named", (TableOf.of(["sex", "outcome"]),))):
        for zeros in ("partner", "protect"):
            rules = Rules(threshold=5, zeros=zeros, max_dims=2, priority=first, finer=finer)
            reported |= named(f"finer {name}, {zeros}", of_cube(build_cube(TABLE, rules, KEY), TABLE))
    return reported


def attacker() -> Items:
    """What the attacker finds in a good release, in one without protection but of small cells, in two."""
    cube = build_cube(TABLE, Rules(threshold=5), KEY).release()
    other = build_cube(TABLE, Rules(threshold=5), bytes(32)).release()
    true = build_cube(TABLE, Rules(threshold=5), KEY).lattice
    sums = LinkedTables(TABLE.dims, (TableBlock.whole(true),)).sums(TABLE.coords, TABLE.counts)
    small = (sums > 0) & (sums < 5)
    bare = replace(cube, values=np.where(small, -1, sums), withheld=small)
    return {
        "protected": of_attack(cube, truth=TABLE),
        "only small cells": of_attack(bare, truth=TABLE),
        "zeros published": of_attack(bare, zeros="publish"),
        "two patterns": of_attack(cube, other),
    }
