"""Whatever goes wrong on the way: every question is released once, and nothing wrongly."""

import os
from collections.abc import Iterator

import databases
import pytest
from faults import LINK_FAULTS, Region, broken_by, right_answers, run_plan

PLANS = 20 if os.environ.get(databases.VARIABLE) else 40
"""Those of every test run; `benchmarks/faults/simulated_faults.py` carries out a thousand and more.

On PostgreSQL half of them once more: each fault happens, and all statements are sent.
"""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    made = Region(tmp_path_factory.mktemp("region"), "KH", "LA", "TH")
    yield made
    made.close()


def test_no_plan_loses_or_falsifies_anything(region: Region) -> None:
    right = right_answers(region)
    happened: set[str] = set()

    for seed in range(PLANS):
        outcome = run_plan(region, seed)
        assert broken_by(region, outcome, right) == [], (seed, outcome.faults)
    for link in region.links.values():
        happened |= link.happened

    assert happened == set(LINK_FAULTS)  # each fault has really happened at least once
