"""A data set whose numbers are rounded: from the policy to the region's table, for its life."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from federation import Federation, grown, policy_text, snapshot
from perturbed_region import asked, perturbed_region
from signing import put_in_force

from gateway.dictionary import regional
from gateway.export import to_csv, to_text
from gateway.member.answer.decision_replay import replay
from gateway.member.build.cube_building import build
from gateway.member.build.preview import make, measure
from gateway.member.build.revisions import revisions
from gateway.member.errors import NotProtectedError, PolicyRefusedError
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.wire.cells import TOTAL
from gateway.wire.release import Release

BASE, MOST = 5, 10
ROUNDED = "mechanism: {kind: controlled-rounding, base: 5}\n"


def policy(version: int = 1, mechanism: str = ROUNDED) -> str:
    return policy_text("KH", version) + mechanism


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with perturbed_region(tmp_path, policy()) as made:
        yield made


def values(release: Release) -> dict[tuple[str, ...], int]:
    found = {}
    for cell in release.cells:
        assert cell.value is not None, "none is withheld"
        found[cell.key] = cell.value
    return found


def test_every_number_is_a_multiple_of_the_base_and_the_table_adds_up(region: Federation) -> None:
    reported = asked(region, "year", "sex")
    shown = values(reported)

    assert {number % BASE for number in shown.values()} == {0}
    for year in {year for year, _ in shown}:
        assert shown[year, TOTAL] == shown[year, "F"] + shown[year, "M"]
    assert values(asked(region, "sex"))["F",] == shown[TOTAL, "F"], "the same in every table"
    assert abs(shown[TOTAL, TOTAL] - 120) <= MOST


def test_whoever_receives_it_is_told_that_numbers_were_rounded(region: Federation) -> None:
    reported = asked(region, "outcome")

    assert reported.coverage[0].perturbation is not None
    assert reported.coverage[0].perturbation.as_json() == {"mechanism": "controlled-rounding", "most": MOST}
    assert f"at most {MOST} from the count" in to_text(reported, regional())
    assert "largest_deviation" in to_csv(reported, regional()).splitlines()[0]


def test_the_numbers_of_closed_years_stay_and_corrections_wait_for_enough_people(region: Federation) -> None:
    node = region.members["KH"].node
    before = values(asked(region, "year", "sex"))

    keep_snapshot(node, grown(snapshot("KH"), 3, "2023-05"))
    build(node)
    assert values(asked(region, "year", "sex")) == before
    assert revisions(node).people_added == 3

    keep_snapshot(node, grown(snapshot("KH"), 12, "2023-05"))
    build(node)
    after = asked(region, "year", "sex")
    shown = values(after)
    assert {cell for cell in before if shown[cell] != before[cell]} <= {
        (year, sex) for year in ("2023", TOTAL) for sex in ("F", "M", TOTAL)
    }
    assert shown["2023", TOTAL] == shown["2023", "F"] + shown["2023", "M"]
    assert {cell.largest_deviation for cell in after.cells} == {2 * MOST}, "a revision may be of every year"


def test_the_mechanism_is_that_of_the_first_answer_for_life(region: Federation) -> None:
    node = region.members["KH"].node
    put_in_force(node, policy(2, ROUNDED.replace("5", "7")))
    put_in_force(node, policy(3))  # nothing was given out yet
    build(node)
    asked(region, "outcome")

    for other in (ROUNDED.replace("5", "7"), ""):
        with pytest.raises(PolicyRefusedError, match="protected by controlled-rounding: 5; the policy asks"):
            put_in_force(node, policy(4, other))


def test_later_policies_show_the_same_numbers_and_nothing_finer(region: Federation) -> None:
    node = region.members["KH"].node
    before = values(asked(region, "sex"))

    with pytest.raises(NotProtectedError, match="rounded without 'victim_type'"):
        make_anew(region, policy(2).replace("outcome: yes", "outcome: yes, victim_type: yes"))
    make_anew(region, policy(2).replace(", outcome: yes", ""))
    put_in_force(node, policy(2).replace(", outcome: yes", ""))
    build(node)

    assert values(asked(region, "sex")) == before


def make_anew(region: Federation, text: str) -> None:
    """Raises what hinders the policy from being published."""
    node = region.members["KH"].node
    made = make(node, checked(node, text))
    if made.hindrance is not None:
        raise NotProtectedError(made.hindrance)


def test_a_preview_is_the_cube_that_answers_and_says_what_it_does(region: Federation) -> None:
    node = region.members["KH"].node
    made = make(node, checked(node, policy()))
    found = measure(node, made)

    assert (found.withheld, found.people, found.score.value) == (0, 120, 1.0)
    assert "multiple of 5, at most 10 from its count" in made.stricter[0]
    with node.store.reading() as view:
        stored = view.cube()
    assert stored is not None
    assert stored.cube == made.bytes


def test_an_auditor_makes_the_decision_again_from_the_log(region: Federation) -> None:
    node = region.members["KH"].node
    asked(region, "year", "outcome")

    with node.store.reading() as view:
        again = replay(view, node.dictionary, node.vocabulary, len(region.members["KH"].log_entries()) - 1)

    assert not again.differences
