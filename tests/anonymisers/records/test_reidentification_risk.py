"""Risk of records: the definitions, another program's figures, the laws."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.errors import RecordsError
from anonymisers.records.reidentification_risk import assess, below

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "risk.json").read_text("utf-8"))
"""Random tables with the figures that pycanon computed for them."""

AGES = ["20", "20", "20", "30", "30", "40"]
SEXES = ["F", "F", "F", "M", "M", "M"]
INJURIES = ["eye", "eye", "leg", "eye", "eye", "leg"]


def test_the_figures_of_a_small_table() -> None:
    risk = assess([AGES, SEXES], {"injury": INJURIES})
    assert (risk.records, risk.classes, risk.k, risk.unique) == (6, 3, 1, 1)
    assert risk.highest == 1.0
    assert risk.expected == 3 / 6
    assert risk.diversity["injury"].distinct == 1
    assert risk.diversity["injury"].entropy == pytest.approx(1.0)


def test_records_below_k_are_those_to_generalise_or_leave_out() -> None:
    assert below([AGES, SEXES], 2) == [5]
    assert below([AGES, SEXES], 3) == [3, 4, 5]
    assert below([AGES, SEXES], 1) == []


def test_without_quasi_identifiers_everybody_is_alike() -> None:
    risk = assess([], {"injury": INJURIES})
    assert (risk.classes, risk.k) == (1, 6)
    assert risk.expected == pytest.approx(1 / 6)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda c: f"{c['table']}-{'-'.join(c['quasi'])}")
def test_another_program_computes_the_same(case: dict[str, object]) -> None:
    table = VECTORS["tables"][case["table"]]
    quasi = [table[name] for name in case["quasi"]]  # type: ignore[attr-defined]
    risk = assess(quasi, {"injury": table["injury"], "activity": table["activity"]})
    assert risk.k == case["k"]
    assert {name: d.distinct for name, d in risk.diversity.items()} == case["l"]
    # it rounds the entropy's l down
    assert {name: int(d.entropy + 1e-9) for name, d in risk.diversity.items()} == case["entropy_l"]


columns = st.integers(1, 25).flatmap(
    lambda n: st.lists(st.lists(st.sampled_from("abc"), min_size=n, max_size=n), min_size=1, max_size=3)
)


@given(columns)
def test_knowing_less_is_never_a_greater_risk(quasi: Sequence[Sequence[str]]) -> None:
    more, less = assess(quasi, {"s": quasi[0]}), assess(quasi[:-1], {"s": quasi[0]})
    assert less.k >= more.k
    assert less.expected <= more.expected
    assert less.diversity["s"].distinct >= more.diversity["s"].distinct


@given(columns, st.integers(1, 6))
def test_without_the_records_below_k_the_rest_is_k_anonymous(quasi: Sequence[Sequence[str]], k: int) -> None:
    out = set(below(quasi, k))
    rest = [[value for i, value in enumerate(column) if i not in out] for column in quasi]
    if rest[0]:
        assert assess(rest, {}).k >= k


@given(columns)
def test_entropy_never_claims_more_than_the_values_there_are(quasi: Sequence[Sequence[str]]) -> None:
    diversity = assess(quasi[1:], {"s": quasi[0]}).diversity["s"]
    assert 1 - 1e-9 <= diversity.entropy <= diversity.distinct + 1e-9


@pytest.mark.parametrize(("quasi", "sensitive"), [([], {}), ([[]], {}), ([["a"], ["a", "b"]], {})])
def test_records_that_are_none_are_refused(quasi: list[list[str]], sensitive: dict[str, list[str]]) -> None:
    with pytest.raises(RecordsError):
        assess(quasi, sensitive)
