"""A group that is withheld late, for a sum in no table, is withheld with its breakdown."""

import numpy as np

from anonymisers.suppression.protect_table import _chosen, _with_whole_breakdowns, task_of
from anonymisers.suppression.secondary_suppression import suppress
from anonymisers.tables.count_table import Table
from anonymisers.tables.earlier_releases import SharedBase
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules


def flat(name: str, codes: str) -> Hierarchy:
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


def test_a_group_that_a_move_withholds_takes_its_breakdown_along() -> None:
    dims = (flat("sex", "FMX"), flat("disability", "YNU"))
    counts = {"FY": 9, "FN": 8, "MY": 7, "MN": 30, "MU": 2, "XY": 6}
    table = Table.of(dims, [((c[0], c[1]), n) for c, n in counts.items()])
    rules = Rules(threshold=5, max_dims=2, sensitive=frozenset({"disability"}))
    base = SharedBase.of(table, ())
    full = base.own_lattice(rules.max_dims)
    lattice, present = _chosen(full, rules)
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
