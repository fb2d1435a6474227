"""Releases that are known to be broken, and the attacker saying so."""

import numpy as np
import pytest

from anonymisers.attack import attack, run
from anonymisers.attack.attack_model import build_model
from anonymisers.attack.reduction import reduce_model
from anonymisers.attack.time_limit import ENDLESS, Clock
from anonymisers.errors import RulesError, TableError
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release

SEX = Hierarchy("sex", ("Total", "F", "M"), {"F": "Total", "M": "Total"})
OUTCOME = Hierarchy("outcome", ("Total", "killed", "injured"), {"killed": "Total", "injured": "Total"})
YEAR = Hierarchy("year", ("Total", "2023", "2024", "2025"), dict.fromkeys(("2023", "2024", "2025"), "Total"))
PLACE = Hierarchy(
    "place",
    ("Total", "N", "S", "N1", "N2", "S1", "S2"),
    {"N": "Total", "S": "Total", "N1": "N", "N2": "N", "S1": "S", "S2": "S"},
)


def release(dims, cells, **where):
    """Cells by their codes, joined by a space, dimensions in order."""
    return Release.of(dims, {tuple(k.split()): v for k, v in cells.items()}, where=where)


def keys(found):
    return {" ".join(f"{n}={c if isinstance(c, str) else '+'.join(c)}" for n, c in f.key) for f in found}


def two_by_two(**withheld):
    full = {
        "Total Total": 40, "F Total": 12, "M Total": 28, "Total killed": 14, "Total injured": 26,
        "F killed": 3, "F injured": 9, "M killed": 11, "M injured": 17,
    }  # fmt: skip
    return release((SEX, OUTCOME), full | {k.replace("_", " "): None for k in withheld})


def test_a_single_withheld_cell_of_a_two_by_two_table_is_disclosed():
    findings = attack([two_by_two(F_killed=1)], threshold=5)
    (cell,) = findings.disclosed
    assert (cell.key, cell.release, cell.low, cell.high) == (
        (("sex", "F"), ("outcome", "killed")),
        0,
        3,
        3,
    )
    assert findings.broken


def test_four_withheld_cells_of_a_two_by_two_table_are_safe():
    findings = attack([two_by_two(F_killed=1, F_injured=1, M_killed=1, M_injured=1)], threshold=5)
    assert findings.withheld == 4
    assert not findings.broken
    assert findings.insufficiently_protected == findings.undecided == findings.unexamined == ()


def test_primary_suppression_alone_is_undone():
    cells = {"Total": 30, "2023": 14, "2024": 13, "2025": None}
    findings = attack([release((YEAR,), cells)], threshold=5)
    assert keys(findings.disclosed) == {"year=2025"}


def test_a_hierarchy_leaks_what_the_table_hides():
    """S is shown, and what N and S leave for N1 and N2 as well; only the two levels together give S1 away."""
    cells = {"Total": 50, "N": None, "S": 20, "N1": 27, "N2": None, "S1": 9, "S2": 11}
    findings = attack([release((PLACE,), cells)], threshold=5)
    assert keys(findings.disclosed) == {"place=N", "place=N2"}


def test_a_cell_with_too_short_an_interval_is_insufficiently_protected():
    cells = {"Total": 30, "2023": 27, "2024": None, "2025": None}
    findings = attack([release((YEAR,), cells)], threshold=5)
    assert not findings.broken
    assert keys(findings.insufficiently_protected) == {"year=2024", "year=2025"}
    assert {(f.low, f.high) for f in findings.insufficiently_protected} == {(0, 3)}


def test_who_knows_that_withheld_cells_are_not_empty_sees_more():
    cells = {"Total": 30, "2023": 28, "2024": None, "2025": None}
    weak = attack([release((YEAR,), cells)], threshold=5, lower=0)
    strong = attack([release((YEAR,), cells)], threshold=5, zeros="publish")
    assert weak.disclosed == ()
    assert keys(weak.insufficiently_protected) == {"year=2024", "year=2025"}
    assert keys(strong.disclosed) == {"year=2024", "year=2025"}


def test_protected_zeros_are_small_cells_too():
    cells = {"Total": 30, "2023": 30, "2024": None, "2025": None}
    findings = attack([release((YEAR,), cells)], threshold=5, zeros="protect")
    assert keys(findings.disclosed) == {"year=2024", "year=2025"}


def test_two_releases_give_away_a_year_that_neither_lists():
    everybody = release((SEX, YEAR), {"Total Total": 40, "F Total": 12, "M Total": 28})
    without = release((SEX, YEAR), {"Total Total": 33, "F Total": 10, "M Total": 23}, year=("2023", "2024"))
    assert not attack([everybody], threshold=5).broken
    assert not attack([without], threshold=5).broken
    findings = attack([everybody, without], threshold=5)
    assert keys(findings.unlisted) == {"sex=F year=2025"}
    assert findings.differences == 1
    assert {(f.low, f.high, f.release) for f in findings.unlisted} == {(2, 2, None)}


def test_an_unlisted_cell_may_follow_from_withheld_ones():
    """Of two releases that are safe by themselves, the second shows what the difference must be: nobody."""
    everybody = release((SEX, YEAR), {"Total Total": 40, "F Total": None, "M Total": None})
    without = release(
        (SEX, YEAR), {"Total Total": 40, "F Total": None, "M Total": None}, year=("2023", "2024")
    )
    findings = attack([everybody, without], threshold=5)
    assert not findings.broken
    last = release((SEX, YEAR), {"Total Total": 40, "F Total": None, "M Total": 25}, year=("2023", "2024"))
    assert keys(attack([everybody, last], threshold=5).disclosed) == {
        "sex=F",
        "sex=M",
        "sex=F year=2023+2024",
    }


def test_a_cell_withheld_in_one_release_and_shown_in_another_is_disclosed():
    first = release((YEAR,), {"Total": 30, "2023": 14, "2024": 9, "2025": 7})
    second = release((YEAR,), {"Total": 30, "2023": 14, "2024": None, "2025": None})
    findings = attack([first, second], threshold=5)
    assert keys(findings.disclosed) == {"year=2024", "year=2025"}
    assert {f.release for f in findings.disclosed} == {1}


def test_a_coarser_release_joins_a_finer_one_by_its_codes():
    region = Hierarchy("place", ("Total", "N", "S"), {"N": "Total", "S": "Total"})
    coarse = release((region,), {"Total": 50, "N": 30, "S": 20})
    fine = release((PLACE,), {"Total": 50, "N": None, "S": None, "N1": 26, "N2": None, "S1": 9, "S2": 11})
    assert keys(attack([coarse, fine], threshold=5).disclosed) == {"place=N", "place=S", "place=N2"}


def test_linked_tables_pin_down_a_cell_that_no_table_lists():
    """Three two-way tables of 2 x 2 x 2 with everybody in opposite corners leave one world only."""
    child = Hierarchy("child", ("Total", "yes", "no"), {"yes": "Total", "no": "Total"})
    ones = {"F yes": 2, "M no": 7, "F killed": 2, "M injured": 7, "yes killed": 2, "no injured": 7}
    dims = (SEX, child, OUTCOME)
    cells = {}
    for a in SEX.codes:
        for b in child.codes:
            for c in OUTCOME.codes:
                named = [x for x in (a, b, c) if x != "Total"]
                if len(named) < 3:
                    few, many = {"F", "yes", "killed"}, {"M", "no", "injured"}
                    count = 2 * all(x in few for x in named) + 7 * all(x in many for x in named)
                    cells[a, b, c] = count
    assert ones["F yes"] == cells["F", "yes", "Total"]
    linked = Release.of(dims, cells)
    findings = attack([linked], threshold=5)
    assert keys(findings.unlisted) == {"sex=F child=yes outcome=killed"}
    without = attack([linked], threshold=5, base_table=False)
    assert without.unlisted == ()
    assert "base table of 8 cells" in without.unexamined[0]


def test_a_base_table_too_large_to_solve_is_searched_by_bounds(monkeypatch):
    """Nobody may be in eight cells but two: that follows from zeros alone."""
    monkeypatch.setattr("anonymisers.attack.run.CELL_LIMIT", 0)
    cells = {("F", "killed", "Total"): 2, ("M", "injured", "Total"): 30, ("Total", "Total", "Total"): 32}
    zero = [
        ("F", "injured", "Total"),
        ("M", "killed", "Total"),
        ("F", "Total", "2023"),
        ("F", "Total", "2024"),
    ]
    linked = Release.of((SEX, OUTCOME, YEAR), cells | dict.fromkeys(zero, 0))
    findings = attack([linked], threshold=5)
    assert "sex=F outcome=killed year=2025" in keys(findings.unlisted)
    assert "but for what bounds give" in findings.unexamined[0]


def test_nothing_bounds_a_release_whose_total_is_withheld():
    findings = attack([release((YEAR,), {"Total": None, "2023": None, "2024": 9, "2025": 7})], threshold=5)
    assert not findings.broken
    assert findings.insufficiently_protected == ()


def test_no_time_leaves_cells_open():
    cells = dict.fromkeys((f"{p} {o}" for p in ("N1", "N2", "S1", "S2") for o in ("killed", "injured")), None)
    cells |= {"N1 Total": 9, "N2 Total": 8, "S1 Total": 7, "S2 Total": 9, "Total killed": 14}
    findings = attack([release((PLACE, OUTCOME), cells)], threshold=5, time_limit=0)
    assert {f.key for f in findings.undecided} >= {(("place", "N1"), ("outcome", "killed"))}
    assert not findings.broken
    assert attack([release((PLACE, OUTCOME), cells)], threshold=5).undecided == ()


def test_time_that_is_up_before_the_sums_stand_leaves_all_withheld_cells_open(monkeypatch):
    monkeypatch.setattr(run, "SETUP_GRACE", -1.0)
    cells = {"Total": 30, "2023": None, "2024": None, "2025": 14}
    findings = attack([release((YEAR,), cells)], threshold=5, time_limit=0)
    assert (findings.cells, findings.withheld, findings.undecided) == (4, 2, ())
    assert findings.incomplete
    assert "all withheld cells are open" in findings.interrupted[0]


def test_bounds_are_wider_where_time_ends_before_they_are_tight():
    suppressed = dict.fromkeys((f"{p} {o}" for p in ("N1", "N2", "S1") for o in ("killed", "injured")), None)
    margins = {"N1 Total": 3, "N2 Total": 8, "S1 Total": 9, "Total killed": 6, "Total injured": 14}
    system = build_model([release((PLACE, OUTCOME), suppressed | margins)])
    tight, wide = (reduce_model(system, 0, clock) for clock in (ENDLESS, Clock(until=0.0)))
    low, high = tight.interval(tight.low, tight.high)
    least, most = wide.interval(wide.low, wide.high)
    assert np.isfinite(high).all()
    assert (least <= low).all()
    assert (most >= high).all()


@pytest.mark.parametrize(
    "cells",
    [
        {"Total": 30, "2023": 20, "2024": None, "2025": 14},
        {"Total": 30, "2023": 20, "2024": 9, "2025": 14},
    ],
)
def test_releases_that_no_world_agrees_with_are_an_error(cells):
    with pytest.raises(TableError, match=r"contradict|no table of counts agrees"):
        attack([release((YEAR,), cells)], threshold=5)


def test_releases_that_count_one_cell_differently_are_an_error():
    first = release((YEAR,), {"Total": 30, "2025": 7})
    second = release((YEAR,), {"Total": 30, "2025": 8})
    with pytest.raises(TableError, match="counts year=2025 otherwise than another"):
        attack([first, second], threshold=5)


def test_people_outside_the_population_are_an_error():
    with pytest.raises(TableError, match="outside its own population"):
        attack([release((YEAR,), {"Total": 30, "2025": 7}, year="2024")], threshold=5)


def test_hierarchies_without_a_common_refinement_are_an_error():
    other = Hierarchy("place", ("Total", "N", "NX"), {"N": "Total", "NX": "N"})
    with pytest.raises(TableError, match="cut 'N' into different finest codes"):
        attack([release((PLACE,), {"Total": 30}), release((other,), {"Total": 30})], threshold=5)


@pytest.mark.parametrize(
    "rules", [{"threshold": 1}, {"threshold": 5, "lower": 2}, {"threshold": 5, "zeros": "no"}]
)
def test_impossible_rules_are_an_error(rules):
    with pytest.raises(RulesError):
        attack([two_by_two()], **rules)


def test_there_must_be_a_release():
    with pytest.raises(RulesError, match="no release"):
        attack([], threshold=5)
