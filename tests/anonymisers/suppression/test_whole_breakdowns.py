"""A group that is withheld late, for a sum in no table, is withheld with its breakdown."""

from dataclasses import replace

import numpy as np
import pytest

from anonymisers.cube.certified_cube import build_cube
from anonymisers.cube.released_cells import Value, Withheld
from anonymisers.suppression.protect_table import _with_whole_breakdowns, chosen_tables, task_of
from anonymisers.suppression.secondary_suppression import suppress
from anonymisers.tables.count_table import Table
from anonymisers.tables.earlier_releases import SharedBase
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules, TableOf


def flat(name: str, codes: str) -> Hierarchy:
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


def test_a_group_that_a_move_withholds_takes_its_breakdown_along() -> None:
    dims = (flat("sex", "FMX"), flat("disability", "YNU"))
    counts = {"FY": 9, "FN": 8, "MY": 7, "MN": 30, "MU": 2, "XY": 6}
    table = Table.of(dims, [((c[0], c[1]), n) for c, n in counts.items()])
    rules = Rules(threshold=5, max_dims=2, sensitive=frozenset({"disability"}))
    base = SharedBase.of(table, ())
    full = base.own_lattice(rules.max_dims)
    lattice, present = chosen_tables(full, rules)
    task = task_of(base, base.own_block(lattice, present), (), rules, b"k" * 32)
    pattern = suppress(task).pattern
    people = lattice.dims[0].position("X")
    group = lattice.cells(np.array([[people, lattice.dims[1].root]], dtype=np.int32))
    parts = lattice.cells(np.array([[people, p] for p in lattice.dims[1].leaves], dtype=np.int32))
    pattern.fixed[:] = False
    withheld = np.zeros(len(pattern.suppressed), dtype=np.bool_)
    withheld[group] = True
    pattern.suppress(withheld)
    assert not pattern.suppressed[parts].all()

    _with_whole_breakdowns(task)(pattern)

    assert pattern.suppressed[parts].all()


@pytest.mark.parametrize("key", range(2))
def test_a_part_that_need_not_be_withheld_is_shown_again_where_the_rules_let_go_of_parts(key: int) -> None:
    """One boy makes men withheld, with their breakdown, and not that of boys and men together."""
    ages = ("F adult", "M adult", "M child", "M unknown")
    above = {"F": "Total", "M": "Total"} | {age: age[0] for age in ages}
    people = Hierarchy("people", ("Total", "F", "M", *ages), above)
    dims = (people, flat("disability", "YNU"), flat("status", "AB"))
    counts = {"F adult": (16, 11, 2), "M adult": (131, 109, 28), "M child": (1, 0, 0), "M unknown": (2, 0, 0)}
    cells = {
        (who, disability, status): (number + (status == "A")) // 2
        for who, row in counts.items()
        for disability, number in zip("YNU", row, strict=True)
        for status in "AB"
    }
    keeping = Rules(
        max_dims=2,
        sensitive=frozenset({"disability", "status"}),
        priority=(TableOf.of(("people", "disability")), TableOf.of(("people", "status"), people=1)),
        finer=None,
    )

    kept, fewer = (
        build_cube(Table.of(dims, cells.items()), replace(keeping, keeps_parts=keeps), bytes([key]) * 32)
        for keeps in (True, False)
    )

    both = {"people": "M", "disability": "Y"}
    assert isinstance(kept.lookup(both), Withheld)
    assert fewer.lookup(both) == Value(134)
    assert fewer.withheld.sum() < kept.withheld.sum()
