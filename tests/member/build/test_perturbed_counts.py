"""A data set whose numbers are changed: from the policy to the region's table, for its life."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from federation import Federation, federation, grown, policy_text, snapshot
from perturbed_region import asked, perturbed_region
from signing import put_in_force

from gateway.dictionary import regional
from gateway.export import to_csv, to_json, to_text
from gateway.member.answer.decision_replay import replay
from gateway.member.answer.recipient_view import BoundsOfCells
from gateway.member.answer.withheld_bounds import withheld_of
from gateway.member.build.cube_building import build, counted_table
from gateway.member.build.preview import make, measure
from gateway.member.build.revisions import revisions
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.cube.cube_formats import parse_cube
from gateway.member.errors import ExtractRefusedError, PolicyRefusedError
from gateway.member.node.context import Node
from gateway.member.policy import policy_in_force
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked, given_out_under
from gateway.member.records.extract_preparation import basis_of
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.wire.cells import TOTAL, Status
from gateway.wire.release import Release
from policies.decision.demands import Demand
from policies.lint.lint import lint

CHANGED = "mechanism: cell-key\n"
MOST = 6
"""D where the policy names none."""


def policy(version: int = 1, mechanism: str = CHANGED) -> str:
    """Without the outcome: beside cell keys no sensitive dimension is shown."""
    return policy_text("KH", version).replace(", outcome: yes", "") + mechanism


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with perturbed_region(tmp_path, policy()) as made:
        yield made


def values(release: Release) -> dict[tuple[str, ...], int]:
    assert {cell.status for cell in release.cells} == {Status.VALUE}
    return {cell.key: cell.value or 0 for cell in release.cells}


def counts(node: Node, *dimensions: str) -> dict[tuple[str, ...], int]:
    """What the register says, cell by cell."""
    with node.store.reading() as view:
        loaded, in_force = view.snapshot(), view.policy()
    assert loaded is not None
    assert in_force is not None
    made, rules = plan_cube(node.dictionary, checked(node, in_force.text), loaded[1], node.clock.now().date())
    table = counted_table(node, loaded[1], made, rules)
    axes = [next(n for n, dim in enumerate(table.dims) if dim.name == name) for name in dimensions]
    found: dict[tuple[str, ...], int] = {}
    for coords, count in zip(table.coords.tolist(), table.counts.tolist(), strict=True):
        codes = tuple(table.dims[axis].codes[coords[axis]] for axis in axes)
        found[codes] = found.get(codes, 0) + count
    return found


def test_every_number_is_answered_near_the_truth_and_none_of_few_people_as_it_is(region: Federation) -> None:
    reported = asked(region, "year", "sex")
    truth, shown = counts(region.members["KH"].node, "date", "sex"), values(reported)

    assert all(abs(shown[cell] - count) <= MOST for cell, count in truth.items())
    assert not {1, 2} & set(shown.values()), "js"
    assert shown[TOTAL, TOTAL] != sum(truth.values()) or shown != truth
    assert {cell.largest_deviation for cell in reported.cells} == {MOST}


def test_whoever_receives_it_is_told_how_the_numbers_were_changed(region: Federation) -> None:
    reported = asked(region, "sex")

    assert reported.coverage[0].perturbation is not None
    assert reported.coverage[0].perturbation.as_json() == {"mechanism": "cell-key", "most": MOST}
    assert f"at most {MOST} from the count" in to_text(reported, regional())
    assert "largest_deviation" in to_csv(reported, regional()).splitlines()[0]
    assert '"perturbation"' in to_json(reported)


def test_a_sum_of_cells_says_that_it_is_off_by_as_much_as_all_of_them(region: Federation) -> None:
    one, two = asked(region, "sex", year=["2022"]), asked(region, "sex", year=["2022", "2023"])

    assert {cell.largest_deviation for cell in one.cells} == {MOST}
    assert {cell.largest_deviation for cell in two.cells} == {2 * MOST}
    years = values(asked(region, "year", "sex"))
    assert values(two)["F",] == years["2022", "F"] + years["2023", "F"]


def test_people_who_stay_have_the_same_numbers_in_the_next_snapshot(region: Federation) -> None:
    node = region.members["KH"].node
    before = values(asked(region, "year", "sex"))

    keep_snapshot(node, grown(snapshot("KH"), 30, "2021-03"))
    text = policy(2).replace("first_year: 2022", "first_year: 2021")
    make(node, checked(node, text))
    put_in_force(node, text)
    after = asked(region, "year", "sex")

    shown = values(after)
    assert all(shown[cell] == number for cell, number in before.items() if cell[0] != TOTAL)
    assert {cell.largest_deviation for cell in after.cells} == {2 * MOST}, "the total is of two release parts"
    assert abs(shown[TOTAL, TOTAL] - before[TOTAL, TOTAL] - 30) <= MOST, "and differs by one of them"


def test_corrections_wait_until_enough_people_are_in_them(region: Federation) -> None:
    node = region.members["KH"].node
    before = values(asked(region, "year", "sex"))

    keep_snapshot(node, grown(snapshot("KH"), 3, "2023-05"))
    build(node)
    assert values(asked(region, "year", "sex")) == before
    assert revisions(node).people_added == 3

    keep_snapshot(node, grown(snapshot("KH"), 12, "2023-05"))
    build(node)
    assert revisions(node).people == 0
    shown = values(asked(region, "year", "sex"))
    assert {cell for cell in before if shown[cell] != before[cell]} <= {
        (year, sex) for year in ("2023", TOTAL) for sex in ("F", "M", TOTAL)
    }


@pytest.mark.parametrize("other", ["mechanism: suppression\n", "mechanism: {kind: cell-key, V: 4}\n"])
def test_the_mechanism_is_that_of_the_first_answer_for_life(region: Federation, other: str) -> None:
    node = region.members["KH"].node
    put_in_force(node, policy(2, "mechanism: {kind: cell-key, V: 4}\n"))
    put_in_force(node, policy(3))  # nothing was given out yet
    build(node)
    asked(region, "sex")

    with pytest.raises(PolicyRefusedError, match="one mechanism for its life"):
        put_in_force(node, policy(4, other))
    put_in_force(node, policy(4))
    assert asked(region, "sex").coverage[0].policy == "4"


def test_a_data_set_of_withheld_numbers_stays_one(tmp_path: Path) -> None:
    with federation(tmp_path, "KH") as region:
        asked(region, "sex")

        with pytest.raises(
            PolicyRefusedError, match="protected by suppression; the policy asks for cell-key"
        ):
            put_in_force(region.members["KH"].node, policy(2))


def test_a_mechanism_that_a_node_does_not_carry_out_is_refused(
    region: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_in_force, "ABLE", policy_in_force.ABLE - {Demand.ROUNDING})

    with pytest.raises(
        PolicyRefusedError, match="cannot carry out what the policy demands: mechanism: contr"
    ):
        put_in_force(
            region.members["KH"].node, policy(2, "mechanism: {kind: controlled-rounding, base: 5}\n")
        )


def test_nothing_exact_goes_out_beside_changed_numbers(region: Federation) -> None:
    """Bounds and records would each undo the change."""
    node = region.members["KH"].node
    cube_cache = CubeCache(node.dictionary, node.member, node.store)
    ready = cube_cache.refresh()
    assert ready is not None
    question = question_of(
        node.dictionary, measure="casualties", by=["sex"], where={}, purpose="regional-reporting"
    )

    nothing = BoundsOfCells(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    assert withheld_of(node.dictionary, ready, question, nothing) == ()
    with node.store.reading() as view, pytest.raises(ExtractRefusedError, match="changed to protect people"):
        basis_of(node, view)


def test_a_preview_is_the_cube_that_answers_and_is_measured_by_people(region: Federation) -> None:
    node = region.members["KH"].node
    made = make(node, checked(node, policy(2).replace("sex: sex", "sex: sex, victim_type: yes")))
    found = measure(node, made)

    assert (found.withheld, found.to_accept, found.people) == (0, (), 120)
    assert found.score.value < 1, "what is asked of outcomes is not answered"
    assert "perturbed by at most 6" in made.stricter[0]
    put_in_force(node, policy(2).replace("sex: sex", "sex: sex, victim_type: yes"))
    build(node)
    with node.store.reading() as view:
        stored = view.cube()
    assert stored is not None
    assert stored.cube == made.bytes
    assert parse_cube(stored.cube).largest_deviation({}) == MOST


def test_a_sum_over_members_says_which_of_them_changed_their_numbers(tmp_path: Path) -> None:
    with federation(tmp_path, "KH", "LA") as region:
        changing = region.members["KH"].node
        put_in_force(changing, policy(2))
        build(changing)

        reported = asked(region, "country", "sex")

    off = {cell.key: cell.largest_deviation for cell in reported.cells if cell.value is not None}
    assert off["KH", TOTAL] == off[TOTAL, TOTAL] == MOST
    assert off["LA", TOTAL] == 0
    assert [c.perturbation is not None for c in reported.coverage] == [True, False]


def test_lint_at_a_node_knows_what_was_given_out_there(region: Federation) -> None:
    node = region.members["KH"].node
    other = checked(node, policy(2, "mechanism: {kind: cell-key, V: 4}\n"))

    def codes() -> list[str]:
        with node.store.reading() as view:
            return [finding.code for finding in lint(other, beside=given_out_under(node, view))]

    assert "two-mechanisms" not in codes(), "nothing was given out yet"
    asked(region, "sex")
    assert "two-mechanisms" in codes()


def test_the_decision_about_changed_numbers_can_be_made_again(region: Federation) -> None:
    node = region.members["KH"].node
    asked(region, "year", "sex")

    with node.store.reading() as view:
        number = len(region.members["KH"].log_entries()) - 1
        again = replay(view, node.dictionary, node.vocabulary, number)

    assert not again.differences
