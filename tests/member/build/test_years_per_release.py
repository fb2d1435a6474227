"""Years that are released together: a small year costs no sum over years, and a year waits for its period."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from federation import grown, policy_text, snapshot
from given_out import give_out
from lone_node import lone_node
from signing import put_in_force
from simulation import HandClock

from gateway.member.build.cube_building import build
from gateway.member.build.preview import PreviewedCube, make, ready
from gateway.member.model.snapshot import Snapshot
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.snapshot_loading import keep_snapshot

FEW = 3
"""People of 2025, fewer than the threshold of five."""
TOGETHER = "years_per_release: 2\n"


def of_day(people: Snapshot, day: date) -> Snapshot:
    """The register as it was loaded on a later day."""
    return replace(people, created=day)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """KH with 120 people of 2022, 2023 and 2024."""
    with lone_node(tmp_path / "KH") as (made, _):
        keep_snapshot(made, snapshot("KH"))
        yield made


def previewed(node: Node, more: str, version: int = 1) -> PreviewedCube:
    return make(node, checked(node, policy_text("KH", version) + more))


def a_year_later(node: Node, more: str) -> PreviewedCube:
    """The cube after 2024 was given out and three people of 2025 were loaded, in the words of `more`."""
    put_in_force(node, policy_text("KH") + more)
    give_out(node, build(node).index)
    assert isinstance(node.clock, HandClock)
    node.clock.time += timedelta(days=340)
    keep_snapshot(node, of_day(grown(snapshot("KH"), FEW, "2025-06"), date(2027, 2, 1)))
    return previewed(node, more, 2)


def test_a_year_waits_for_its_period(node: Node) -> None:
    made = previewed(node, TOGETHER)

    assert made.plan.years == (2022, 2023)
    assert ready(node, made).read({}) == 80
    assert any("2024 to 2025 are released together" in sentence for sentence in made.stricter)


def test_a_small_year_costs_the_sums_over_all_years_where_each_is_released_by_itself(node: Node) -> None:
    made = a_year_later(node, "")

    assert made.plan.years[-1] == 2025
    assert ready(node, made).read({}) is None
    assert any("years_per_release" in sentence for sentence in made.stricter)


def test_a_small_year_costs_no_sum_over_all_years_where_it_is_released_with_another(node: Node) -> None:
    made = a_year_later(node, TOGETHER)

    assert made.plan.years == (2022, 2023, 2024, 2025)
    assert ready(node, made).read({}) == 123
    assert ready(node, made).read({"date": "2025"}) is None
    assert ready(node, made).read({"date": "2024"}) is None  # else the sum would tell the three


def test_years_that_are_released_already_are_not_taken_back_by_a_longer_period(node: Node) -> None:
    put_in_force(node, policy_text("KH"))
    give_out(node, build(node).index)

    made = previewed(node, TOGETHER, 2)

    assert "2024" in (made.hindrance or "")
    assert "years_per_release" in (made.hindrance or "")
