"""Small release parts withstand reruns of the public program, and the controller is told how far."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from federation import POLICY, grown, snapshot
from given_out import give_out
from lone_node import lone_node
from signing import put_in_force
from simulation import HandClock
from sqlalchemy import update

from anonymisers.history.release_history import ReleaseHistory, rerun_odds_of_periods
from gateway.member.build.cube_building import build
from gateway.member.build.preview import PreviewedCube, make
from gateway.member.build.rerun_sentences import rerun_sentences
from gateway.member.cube.clients_history import beside
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked, in_force, trusted
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.store.member.policies import policies
from policies.model.terms import Reruns

YEARS = ("2022", "2023", "2024")
EXCLUDES_NEITHER = "excludes neither end of the range of a small withheld number of "
BY_COUNTS = "was chosen by the withheld numbers too"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """KH with 120 people of 2022, 2023 and 2024, by sex and outcome."""
    with lone_node(tmp_path / "KH") as (made, _):
        keep_snapshot(made, snapshot("KH"))
        yield made


def text(more: str = "", version: int = 1) -> str:
    return POLICY.replace("reruns: accept\n", "").format(member="KH", version=version) + more


def previewed(node: Node, more: str = "", version: int = 1) -> PreviewedCube:
    return make(node, checked(node, text(more, version)))


def test_a_small_part_withstands_reruns_and_the_preview_says_how_far(node: Node) -> None:
    made = previewed(node)
    ((period, odds),) = rerun_odds_of_periods(made.bytes)

    assert period == YEARS
    assert odds is not None
    assert odds >= 4
    assert made.reruns == (next(s for s in made.reruns if EXCLUDES_NEITHER + "2022, 2023, 2024" in s),)
    assert f"for every {odds} times" in made.reruns[0]


def test_of_clients_of_assistance_the_preview_says_that_reruns_may_narrow_them(node: Node) -> None:
    made = previewed(node)
    with_clients = beside(made.bytes, b"clients")
    said = rerun_sentences(checked(node, text()), made.plan, with_clients)
    assert any("numbers of clients of assistance" in str(sentence) for sentence in said)
    assert not any("clients" in sentence for sentence in made.reruns)


def test_what_reruns_tell_is_stored_with_the_part(node: Node) -> None:
    made = previewed(node)
    read = ReleaseHistory.from_bytes(made.bytes)

    assert read.parts[0].rerun_odds == rerun_odds_of_periods(made.bytes)[0][1]
    assert read.to_bytes() == made.bytes


def test_a_part_that_is_chosen_by_its_counts_is_named(node: Node) -> None:
    (sentence,) = previewed(node, "reruns: accept\n").reruns

    assert BY_COUNTS in sentence
    assert "as the policy accepts (reruns)" in sentence
    assert "2022, 2023, 2024" in sentence


@pytest.mark.parametrize("more", ["keep: [{date: year}]\n", "zeros: publish\n"])
def test_a_part_with_numbers_that_everybody_knows_withstands_reruns(node: Node, more: str) -> None:
    (sentence,) = previewed(node, more).reruns

    assert EXCLUDES_NEITHER + "2022, 2023, 2024" in sentence


def test_a_part_that_is_too_large_is_named(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anonymisers.simulatable.protect_by_view.MOST_IN_TWO_DIMENSIONS", 5)
    (sentence,) = previewed(node, "reruns: small-tables\n").reruns

    assert BY_COUNTS in sentence
    assert "the tables are too large" in sentence


def test_of_a_part_that_is_too_large_a_few_tables_withstand_reruns(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anonymisers.simulatable.protect_by_view.MOST_IN_TWO_DIMENSIONS", 5)
    how_far, few = previewed(node).reruns

    assert EXCLUDES_NEITHER + "2022, 2023, 2024" in how_far
    assert "these alone are made: date; outcome; sex;" in few
    assert "'reruns: small-tables'" in few


def test_a_policy_signed_before_large_tables_withstood_reruns_keeps_its_numbers(
    node: Node,
) -> None:
    put_in_force(node, text())
    assert reruns_in_force(node) == [Reruns.WITHSTAND] * 2

    with node.store.writing() as work:  # as the migration of a node does
        work._connection.execute(update(policies).values(reruns="small-tables"))

    assert reruns_in_force(node) == [Reruns.SMALL_TABLES] * 2
    put_in_force(node, text(version=2))
    assert reruns_in_force(node) == [Reruns.WITHSTAND] * 2


def reruns_in_force(node: Node) -> list[Reruns]:
    """What the policy in force says, for tables that are made and for questions."""
    with node.store.reading() as view:
        return [found[1].scope.reruns for found in (in_force(node, view), trusted(node, view)) if found]


def test_a_new_year_withstands_reruns_beside_the_years_before(node: Node) -> None:
    put_in_force(node, text())
    give_out(node, build(node).index)
    assert isinstance(node.clock, HandClock)
    node.clock.time += timedelta(days=340)
    later = grown(snapshot("KH"), 30, "2025-06")
    keep_snapshot(node, replace(later, created=date(2027, 2, 1)))

    found = dict(rerun_odds_of_periods(previewed(node, "", 2).bytes))

    assert set(found) == {YEARS, ("2025",)}
    assert all(odds is not None for odds in found.values())


def test_a_policy_that_no_longer_accepts_reruns_releases_nothing_anew(node: Node) -> None:
    put_in_force(node, text("reruns: accept\n"))
    give_out(node, build(node).index)

    made = previewed(node, "", 2)

    assert rerun_odds_of_periods(made.bytes) == [(YEARS, None)]
    assert len(ReleaseHistory.from_bytes(made.bytes).parts[0].cubes) == 1
