"""Cells for which a named table is read are suppressed last; intermediate levels cost less."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from release_oracle import assert_safe
from world_lists import TooManyWorldsError

from anonymisers.cube.certified_cube import build_cube
from anonymisers.cube.released_cells import Value
from anonymisers.errors import ProtectionError
from anonymisers.suppression import cell_costs
from anonymisers.suppression.cell_costs import BETWEEN, cost_factors
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import Rules, TableOf

KEY = bytes(32)
DEVICE = Hierarchy(
    "device",
    ("Total", "mine", "against people", "against vehicles", "bomblet"),
    {
        "mine": "Total",
        "against people": "mine",
        "against vehicles": "mine",
        "bomblet": "Total",
    },
)
OUTCOME = Hierarchy("outcome", ("Total", "killed", "injured"), {"killed": "Total", "injured": "Total"})
PEOPLE = {
    ("against people", "killed"): 3,
    ("against people", "injured"): 10,
    ("against vehicles", "killed"): 58,
    ("against vehicles", "injured"): 237,
    ("bomblet", "killed"): 4,
    ("bomblet", "injured"): 8,
}
ALL = TableOf.of(["device", "outcome"])


def protected(people, rules):
    table = Table.of((DEVICE, OUTCOME), people.items())
    return table, build_cube(table, rules, KEY)


def shown(cube, **key):
    return isinstance(cube.lookup(key), Value)


def test_a_device_is_not_suppressed_to_publish_its_group():
    _, cube = protected(PEOPLE, Rules(priority=(ALL,)))

    assert shown(cube, device="against vehicles", outcome="killed")
    assert shown(cube, device="against vehicles", outcome="injured")
    assert not shown(cube, device="mine", outcome="killed")
    assert not shown(cube, device="bomblet", outcome="injured")


def test_a_device_is_suppressed_where_groups_cost_as_much(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cell_costs, "BETWEEN", 1.0)

    _, cube = protected(PEOPLE, Rules(priority=(ALL,)))

    assert shown(cube, device="mine", outcome="killed")
    assert not shown(cube, device="against vehicles", outcome="injured")


def test_only_cells_between_totals_and_the_finest_levels_cost_less():
    lattice = Lattice.of((DEVICE, OUTCOME), ["device", "outcome"], None)
    less = cost_factors(lattice, (ALL,)) < 1

    assert {tuple(lattice.dims[a].codes[p] for a, p in enumerate(k)) for k in lattice.keys()[less]} == {
        ("mine", "killed"),
        ("mine", "injured"),
    }
    assert set(cost_factors(lattice, (ALL,))[less].tolist()) == {BETWEEN}


def test_a_table_cut_at_its_groups_is_read_for_the_groups():
    lattice = Lattice.of((DEVICE, OUTCOME), ["device", "outcome"], None)

    assert (cost_factors(lattice, (TableOf.of(["device", "outcome"], device=1),)) == 1).all()
    assert (cost_factors(lattice, ()) == 1).all()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.lists(st.sampled_from([0, 1, 2, 3, 5, 9]), min_size=6, max_size=6))
def test_cells_that_cost_less_are_as_safe(counts):
    rules = Rules(threshold=3, priority=(ALL,))
    try:
        table, cube = protected(dict(zip(PEOPLE, counts, strict=True)), rules)
        assert_safe(cube, table, rules)
    except (ProtectionError, TooManyWorldsError):  # too few people for any pattern, too many worlds to list
        assume(False)
