"""Pooled years and thresholds by level, as a node carries them out; every shipped policy can be in force."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from federation import Federation, federation, policy_text, snapshot
from given_out import give_out
from lone_node import lone_node
from signing import put_in_force

from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.build.preview import PreviewedCube, make, measure, ready
from gateway.member.errors import NotProtectedError
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.model.stored_cube import Plan
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.wire.answer import Refusal
from gateway.wire.release import Coverage

EXAMPLES = {"default": "KH", "restrictive": "LA", "medium": "TH", "open": "PH"}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """KH with people of 2022, 2023 and 2024."""
    with lone_node(tmp_path / "KH") as (made, _):
        keep_snapshot(made, snapshot("KH"))
        yield made


def even(member: str) -> Snapshot:
    """As many people of every kind in every month: published zeros leave room for few withheld cells."""
    few, rows = snapshot(member), range(36 * 6 * 5)
    codes = {
        "date": [f"{2022 + n % 3}-{1 + n // 3 % 12:02d}" for n in rows],
        "sex": ["F" if n // 36 % 3 == 0 else "M" for n in rows],
        "outcome": ["K" if n // 108 % 2 == 0 else "I" for n in rows],
        "victim_type": ["DIR" for _ in rows],
    }
    return replace(
        few,
        columns={name: Column.of(values) for name, values in codes.items()},
        consent=Column.constant("AGG", len(rows)),
        vintage=Column.constant("1", len(rows)),
        links={name: np.array([f"{name}-{n:04d}".encode() for n in rows]) for name in few.links},
    )


def seen(node: Node, more: str, version: int = 1) -> PreviewedCube:
    return make(node, checked(node, policy_text("KH", version) + more))


def from_2018(version: int = 1) -> str:
    """A policy that counts years of which the register has nobody: they exist all the same."""
    return policy_text("KH", version).replace("first_year: 2022", "first_year: 2018")


def planned(node: Node, more: str) -> Plan:
    with node.store.reading() as view:
        loaded = view.snapshot()
    assert loaded is not None
    policy = checked(node, from_2018() + more)
    return plan_cube(node.dictionary, policy, loaded[1], node.clock.now().date())[0]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_shipped_policy_is_previewed_comes_into_force_and_is_protected(
    tmp_path: Path, name: str
) -> None:
    text = (files("policies") / "examples" / f"{name}.yaml").read_text(encoding="utf-8")
    questions = (files("policies") / "examples" / f"{name}.questions.yaml").read_text(encoding="utf-8")
    member = EXAMPLES[name]
    with lone_node(tmp_path / member, member) as (node, _):
        keep_snapshot(node, even(member) if name == "open" else snapshot(member))
        looked = make(node, checked(node, text))

        put_in_force(node, text, questions)

        assert build(node).cube == looked.bytes
        shown = looked.cube.values[~looked.cube.withheld]
        assert not ((shown > 0) & (shown < looked.policy.scope.threshold)).any()


def test_years_in_pools_are_never_seen_singly(node: Node) -> None:
    made = seen(node, "pooled_years: 3\n")

    assert "date" not in made.plan.finest
    assert made.plan.years == (2022, 2023, 2024)
    assert ready(node, made).read({}) == 120
    with pytest.raises(KeyError):
        ready(node, made).read({"date": "2022"})
    assert "all together" in " ".join(made.stricter)


@pytest.mark.parametrize(
    ("pools", "years", "level"),
    [
        ("2", (2018, 2019, 2020, 2021, 2022, 2023), None),  # 2024-2025 is under embargo still
        ("4", (2020, 2021, 2022, 2023), None),  # 2024-2027 is not over
        ("5", (2020, 2021, 2022, 2023, 2024), "year_band5"),
        ("10", (), None),
        ("[2020-2022, 2023-2024]", (2020, 2021, 2022, 2023, 2024), "year_band5"),
        ("[2023-2024]", (2023, 2024), None),  # a band of which three years are missing would be misread
        ("[2018-2022]", (2018, 2019, 2020, 2021, 2022), None),  # lies in two bands
        ("[2024-2026]", (), None),
    ],
)
def test_only_pools_that_are_over_count_and_only_bands_that_hold_them_are_shown(
    node: Node, pools: str, years: tuple[int, ...], level: str | None
) -> None:
    made = planned(node, f"pooled_years: {pools}\n")

    assert (made.years, made.finest.get("date")) == (years, level)


def test_a_policy_that_leaves_no_dimension_is_refused_with_the_reason(node: Node) -> None:
    dates = policy_text("KH").replace(", sex: sex, outcome: yes", "") + "pooled_years: 3\n"

    with pytest.raises(NotProtectedError, match="nothing to break the people down by"):
        make(node, checked(node, dates))


def test_an_embargo_holds_the_whole_pool_back(node: Node) -> None:
    assert planned(node, "pooled_years: [2022-2023, 2024-2024]\nembargo: 90 days\n").years == (
        2022,
        2023,
        2024,
    )
    assert planned(node, "pooled_years: [2022-2023, 2024-2024]\nembargo: 500 days\n").years == (2022, 2023)
    assert planned(node, "pooled_years: [2022-2024]\nembargo: 500 days\n").years == ()


def test_the_next_pool_comes_whole(node: Node) -> None:
    put_in_force(node, from_2018() + "pooled_years: [2021-2023, 2024-2026]\n")
    built = build(node)
    before = planned(node, "pooled_years: [2021-2023, 2024-2026]\n")

    assert before.years == (2021, 2022, 2023)
    give_out(node, built.index)

    again = make(node, checked(node, from_2018(2) + "pooled_years: [2021-2023, 2024-2024]\n"))
    assert again.plan.years == (2021, 2022, 2023, 2024)
    assert again.hindrance is None
    assert ready(node, again).read({}) == 120


def test_what_was_given_out_by_single_years_is_not_forgotten_by_pooling_them(node: Node) -> None:
    put_in_force(node, policy_text("KH"))
    give_out(node, build(node).index)

    hindered = seen(node, "pooled_years: 4\n", 2)
    pooled = seen(node, "pooled_years: 3\n", 2)

    assert "2024" in (hindered.hindrance or "")
    assert pooled.hindrance is None
    assert "date" not in pooled.plan.finest


def test_the_strictest_threshold_of_a_level_that_is_shown_holds_for_all(node: Node) -> None:
    made = seen(node, "", 1)
    strict = make(node, checked(node, by_level("{sex: {sex: 11}}")))

    assert made.stricter == ()
    assert "11" in strict.stricter[0]
    shown = strict.cube.values[~strict.cube.withheld]
    assert not ((shown > 0) & (shown < 11)).any()
    assert measure(node, strict).withheld >= measure(node, made).withheld


def test_a_threshold_of_a_level_that_is_not_shown_changes_nothing(node: Node) -> None:
    assert make(node, checked(node, by_level("{place: {province: 11}}"))).stricter == ()


def by_level(levels: str) -> str:
    return policy_text("KH").replace("threshold: 5", "threshold: {usual: 5, " + levels[1:])


def test_a_question_about_pooled_years_is_refused_and_others_are_answered(tmp_path: Path) -> None:
    with federation(tmp_path, "KH") as region:
        node = region.members["KH"].node
        put_in_force(node, policy_text("KH", 2) + "pooled_years: 3\n")
        build(node)

        by_year, by_outcome = coverage(region, "year"), coverage(region, "outcome")

    assert by_year.refusals == (Refusal.NOT_SHARED,)
    assert by_outcome.answered


def coverage(region: Federation, *by: str) -> Coverage:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=by, where={}, purpose="regional-reporting"
    )
    asked = ask(region.hub, region.analyst, question, timedelta(seconds=10))
    region.members["KH"].round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(asked.id)
    assert found is not None
    return found.coverage[0]
