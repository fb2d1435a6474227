"""Counts that are changed instead of withheld: cell keys, controlled rounding, differential privacy."""

import json
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.errors import BudgetError, RulesError, TableError
from anonymisers.perturbation.bounded_attack import attack_bounded, by_ptable, within
from anonymisers.perturbation.cell_key import UNIT, inner_keys, perturb, record_keys
from anonymisers.perturbation.controlled_rounding import controlled_rounding
from anonymisers.perturbation.discrete_laplace import inner_counts, noisy, question_of, summed
from anonymisers.perturbation.privacy_budget import Budget, ask
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.linked_tables import LinkedTables, TableBlock

KEY = bytes(range(32))
VECTORS = json.loads((Path(__file__).parents[2] / "data" / "cellkey.json").read_text())
PLACES = Hierarchy(
    "place", ("Total", "N", "S", "N1", "N2"), {"N": "Total", "S": "Total", "N1": "N", "N2": "N"}
)
SEXES = Hierarchy("sex", ("Total", "F", "M"), {"F": "Total", "M": "Total"})
COUNTS = st.lists(st.integers(0, 12), min_size=6, max_size=6)


NOISE = PTable.of(Noise(3, 1.2, 1))


def table(counts):
    inner = product(("N1", "N2", "S"), ("F", "M"))
    return Table.of((PLACES, SEXES), zip(inner, counts, strict=True))


def noise_of(name):
    """`D3_V1.2_js1_pstayNA` and the like."""
    most, variance, blocked, stay = (
        part.removeprefix(word) for part, word in zip(name.split("_"), ("D", "V", "js", "pstay"), strict=True)
    )
    return Noise(int(most), float(variance), int(blocked), 0.0 if stay == "NA" else float(stay))


@pytest.mark.parametrize("name", VECTORS["ptables"])
def test_the_table_of_largest_entropy_is_that_of_the_reference(name):
    ptable = PTable.of(noise_of(name))
    chances = {
        (row, int(change)): chance
        for row, (changes, own) in enumerate(zip(ptable.changes, ptable.chances, strict=True))
        for change, chance in zip(changes, own, strict=True)
    }
    for line in VECTORS["ptables"][name]:
        assert chances.get((line["i"], line["v"]), 0.0) == pytest.approx(line["p"], abs=1e-5)
    assert len(ptable.changes) == max(line["i"] for line in VECTORS["ptables"][name]) + 1


def test_cells_are_changed_as_the_reference_changes_them():
    ptable = PTable.of(Noise(5, 3, 2))
    for cell in VECTORS["small_seed1_D5V3js2"]:
        assert ptable.change(int(cell["uwc"]), float(cell["ckey"])) == int(cell["pert"])


def test_records_and_their_keys_give_the_cells_of_the_reference():
    groups = Hierarchy("g", ("Total", *"abcd"), dict.fromkeys("abcd", "Total"))
    records = VECTORS["mini"]["records"]
    names = sorted({r["g"] for r in records})
    counts = [sum(r["g"] == g for r in records) for g in names]
    keys = [int(record_keys(np.array([r["rk"] for r in records if r["g"] == g])).sum()) % UNIT for g in names]
    raw = Table.of((groups,), zip([(g,) for g in names], counts, strict=True))
    found = perturb(raw, np.array(keys), PTable.of(Noise(3, 1)))
    shown = {
        groups.codes[key[0]]: value
        for key, value in zip(found.lattice.keys().tolist(), found.values.tolist(), strict=True)
    }
    assert shown == {cell["g"]: cell["puwc"] for cell in VECTORS["mini"]["result"]}


@pytest.mark.parametrize(
    "parameters",
    [(0, 1), (3, 0), (3, -1), (3, 9), (3, 1, 4), (3, 1, -1), (3, 1, 0, 1.0), (5, 1, 2), (2, 0.5, 2)],
)
def test_impossible_parameters_are_refused(parameters):
    with pytest.raises(RulesError):
        PTable.of(Noise(*parameters))


@settings(max_examples=25, deadline=None)
@given(COUNTS)
def test_the_same_people_have_the_same_noise_whenever_they_are_asked_for(counts):
    raw, ptable = table(counts), NOISE
    one, other = (perturb(raw, inner_keys(raw, KEY), ptable) for _ in range(2))
    assert (one.values == other.values).all()
    off = np.abs(one.values - one.truth)
    assert off.max() <= 3
    assert (one.values[one.truth == 0] == 0).all()
    assert not (one.values == 1).any()


@settings(max_examples=15, deadline=None)
@given(COUNTS)
def test_the_bounded_attacker_never_excludes_the_truth(counts):
    raw, ptable = table(counts), NOISE
    found = perturb(raw, inner_keys(raw, KEY), ptable)
    every = np.arange(found.lattice.size)
    learnt = attack_bounded(found.lattice, by_ptable(found.values, ptable), every, seconds=60)
    assert (learnt.low <= found.truth).all()
    assert (found.truth <= learnt.high).all()
    assert not len(learnt.open)


def test_the_bounded_attacker_finds_what_sums_give_away():
    raw = table([4, 0, 0, 0, 0, 0])
    lattice = controlled_rounding(raw, 5, KEY).lattice
    truth = LinkedTables(lattice.dims, (TableBlock.whole(lattice),)).sums(raw.coords, raw.counts)
    low, high = within(truth, 2)
    zero = truth == 0
    high[zero] = 0
    low[lattice.tables.index(())] = high[lattice.tables.index(())] = 4
    learnt = attack_bounded(lattice, (low, high), np.arange(lattice.size), seconds=60)
    assert len(learnt.disclosed) == lattice.size
    with pytest.raises(TableError):
        attack_bounded(lattice, (low + zero, high + zero), np.arange(3), seconds=60)


@settings(max_examples=25, deadline=None)
@given(COUNTS, st.integers(2, 7))
def test_rounded_tables_add_up_and_stay_near(counts, base):
    found = controlled_rounding(table(counts), base, KEY)
    assert (found.values % base == 0).all()
    assert found.farthest < base
    for parts, above in found.lattice.parents():
        sums = np.zeros(found.lattice.size, dtype=np.int64)
        np.add.at(sums, above, found.values[parts])
        assert (sums[above] == found.values[above]).all()


def test_rounding_is_unbiased_over_keys():
    raw = table([1, 6, 2, 3, 9, 4])
    shown = [controlled_rounding(raw, 5, bytes([n]) * 32) for n in range(60)]
    inner = shown[0].lattice.cells(raw.coords)
    mean = np.mean([found.values[inner] for found in shown], axis=0)
    assert np.abs(mean - raw.counts).max() < 1.3


def test_a_charge_is_kept_before_anything_is_drawn():
    kept = []

    def draw():
        assert [list(b.spent.values()) for b in kept] == [[Fraction(1, 2)]]
        return (1, 2)

    budget, values = ask(Budget(Fraction(1)), "q", Fraction(1, 2), draw, kept.append)
    assert values == (1, 2)
    assert budget.left == Fraction(1, 2)
    assert Budget.from_json(budget.to_json()) == budget


def test_asking_again_costs_nothing_and_says_the_same():
    raw = table([1, 6, 2, 3, 9, 4])
    _, counts = inner_counts(raw)
    question, half = question_of(raw), Fraction(1, 2)
    budget, first = ask(Budget(half), question, half, lambda: noisy(counts, half), lambda _: None)
    again, second = ask(budget, question, half, lambda: pytest.fail("drawn twice"), lambda _: None)
    assert (again, second) == (budget, first)


def test_a_budget_that_is_spent_answers_nothing_more():
    budget = Budget(Fraction(1)).charged("one", Fraction(3, 4)).answered("one", (1,))
    with pytest.raises(BudgetError, match="does not allow"):
        ask(budget, "two", Fraction(1, 2), lambda: pytest.fail("drawn"), lambda _: None)


def test_an_answer_that_was_charged_and_lost_stays_charged():
    budget = Budget(Fraction(1)).charged("one", Fraction(1, 4))
    with pytest.raises(BudgetError, match="not kept"):
        ask(budget, "one", Fraction(1, 4), lambda: pytest.fail("drawn"), lambda _: None)


@pytest.mark.parametrize("text", ["{}", '{"format": "safelane budget 1", "total": "0"}', "[]"])
def test_a_damaged_budget_answers_nothing(text):
    with pytest.raises(BudgetError):
        Budget.from_json(text)


def test_noise_of_differential_privacy_is_whole_adds_up_and_is_as_wide_as_epsilon_says():
    epsilon = Fraction(1, 2)
    zeros = np.zeros(4000, dtype=np.int64)
    drawn = np.array(noisy(zeros, epsilon))
    # The mean of |noise| is 2a/(1-a^2) for a = exp(-epsilon): 1.92; 4,000 draws are within a tenth of that.
    assert np.abs(drawn).mean() == pytest.approx(1.92, rel=0.1)
    raw = table([1, 6, 2, 3, 9, 4])
    coords, counts = inner_counts(raw)
    found = summed(raw, coords, noisy(counts, epsilon), epsilon)
    for parts, above in found.lattice.parents():
        sums = np.zeros(found.lattice.size, dtype=np.int64)
        np.add.at(sums, above, found.values[parts])
        assert (sums[above] == found.values[above]).all()
