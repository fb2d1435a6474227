"""Noisy counts and the privacy budget: from the policy to the region's table, for life."""

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from federation import Federation, federation, grown, policy_text, snapshot
from perturbed_region import asked, perturbed_region, protect
from signing import put_in_force

from audit.events.events import decode
from audit.events.record_events import PrivacyCharged
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from gateway.dictionary import regional
from gateway.export import coverage_lines, to_text
from gateway.member.answer.decision_replay import replay
from gateway.member.build import noise_draws
from gateway.member.build.cube_building import build
from gateway.member.build.figure_register import register
from gateway.member.build.preview import make, measure
from gateway.member.build.revisions import revisions
from gateway.member.build.upkeep import begin, due
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import (
    ExtractRefusedError,
    FigureRefusedError,
    NothingToProtectError,
    NotProtectedError,
    NotWitnessedError,
    NotYetProtectedError,
    PolicyRefusedError,
)
from gateway.member.model.registered_figure import PublishedFigure
from gateway.member.model.snapshot import Snapshot
from gateway.member.node.context import Node
from gateway.member.policy.noise_budget import Ledger
from gateway.member.policy.policy_in_force import checked
from gateway.member.policy.publishing import come_into_force
from gateway.member.records.extract_preparation import basis_of
from gateway.member.region.sharing_statement import stated
from gateway.member.register.population import taken
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Status
from gateway.wire.release import Release

PRIVATE = """mechanism: {kind: differential-privacy, budget: 1, per_table: 0.25, first_year: 2021}
priority: [{date: year, sex: sex}, {outcome: outcome}]
"""
EXACT = PRIVATE.replace("budget: 1, per_table: 0.25", "budget: 800, per_table: 200")
"""So little protection that no draw has any noise: what is counted can be seen."""


def policy(version: int = 1, mechanism: str = PRIVATE) -> str:
    return policy_text("KH", version).replace("first_year: 2022\n", "") + mechanism


def more_tables(version: int, *tables: str, mechanism: str = PRIVATE) -> str:
    listed = ", ".join(["{date: year, sex: sex}", "{outcome: outcome}", *tables])
    return policy(version, mechanism[: mechanism.index("priority")] + f"priority: [{listed}]\n")


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with perturbed_region(tmp_path, policy()) as made:
        yield made


def values(release: Release) -> dict[tuple[str, ...], int]:
    assert {cell.status for cell in release.cells} == {Status.VALUE}
    return {cell.key: cell.value or 0 for cell in release.cells}


def inner(shown: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """Without sums: a table that is drawn later may have one that is nearer."""
    return {cell: number for cell, number in shown.items() if TOTAL not in cell}


def ledger(node: Node) -> Ledger:
    with node.store.reading() as view:
        return Ledger.of(view.privacy)


def ends(*_: object) -> None:
    """In place of a draw: the power goes."""
    raise KeyboardInterrupt


def loaded_again(region: Federation, people: Snapshot) -> Node:
    node = region.members["KH"].node
    keep_snapshot(node, people)
    protect(region)
    return node


def test_an_answer_says_mechanism_epsilon_scale_and_of_how_many_draws_each_number_is(
    region: Federation,
) -> None:
    reported = asked(region, "year", "sex")

    signed = json.loads(region.members["KH"].link.sent[-1].note.partition("\n\n")[0])
    assert {key: signed["perturbation"][key] for key in ("mechanism", "epsilon", "scale")} == {
        "mechanism": "differential-privacy",
        "epsilon": "0.25",
        "scale": "4",
    }
    assert len(signed["perturbation"]["draws"]) == len(signed["cells"]) == len(reported.cells)
    largest_deviation = {cell.key: cell.standard_deviation for cell in reported.cells}
    assert (largest_deviation["2022", "F"], largest_deviation["2022", TOTAL]) == (6, 11), (
        "one draw, and the sum of four codes of sex"
    )
    assert {cell.largest_deviation for cell in reported.cells} == {0}, "noise has no most"
    assert {(cell.at_least, cell.at_most) for cell in reported.cells} == {(None, None)}
    assert "epsilon 0.25 for each table, scale 4" in coverage_lines(reported)[0]
    assert "typically off by 6 to 11, perhaps below 0" in to_text(reported, regional())


def test_only_drawn_tables_and_their_sums_are_shared_and_stated(region: Federation) -> None:
    whole, margin = values(asked(region, "year", "sex")), values(asked(region, "sex"))
    refused = asked(region, "year", "outcome")

    assert margin["F",] == whole[TOTAL, "F"], "a cell has one number in whatever table"
    assert refused.coverage[0].refusals == (Refusal.NOT_SHARED,)
    member = region.members["KH"]
    member.cube_cache.refresh()
    with member.node.store.reading() as view:
        levels = [one.levels for one in stated(member.node, view, member.cube_cache).shared]
    assert sorted(levels) == [("outcome",), ("sex", "year", "year_band5")]


def test_asking_again_reads_the_same_and_costs_nothing(region: Federation) -> None:
    node = region.members["KH"].node
    paid, first = ledger(node), values(asked(region, "year", "sex"))

    assert all(values(asked(region, "year", "sex")) == first for _ in range(10))
    for _ in range(10):
        build(node)  # as often as anybody makes the tables again
    cube_cache = CubeCache(node.dictionary, node.member, node.store)  # as after a restart
    ready = cube_cache.refresh()
    assert ready is not None
    for key, number in first.items():
        cell = {d: code for d, code in zip(("date", "sex"), key, strict=True) if code != TOTAL}
        assert [ready.read(cell) for _ in range(100)] == [number] * 100
    assert ledger(node) == paid
    assert paid.spent(1) == Fraction("0.5")


def test_everybody_counts_once_in_the_first_year_that_counts(tmp_path: Path) -> None:
    """120 people of 2022 to 2024; ten of them are hurt again, in other years and ways."""
    people = snapshot("KH")
    again = grown(people, 10, "2024-11")
    persons = again.links["person"].copy()
    persons[-10:] = people.links["person"][:10]
    twice = replace(again, links={**again.links, "person": persons})
    with perturbed_region(tmp_path, policy(mechanism=EXACT)) as region:
        loaded_again(region, twice)
        shown = values(asked(region, "year", "sex"))
        outcomes = values(asked(region, "outcome"))

    assert shown[TOTAL, TOTAL] == outcomes[TOTAL,] == 120
    assert [shown[year, TOTAL] for year in ("2021", "2022", "2023", "2024")] == [0, 40, 40, 40]


def test_a_new_year_is_a_release_part_that_spends_its_own_and_the_first_numbers_stand(
    region: Federation,
) -> None:
    before = values(asked(region, "year", "sex"))
    former = snapshot("KH")
    corrected = taken(former, np.arange(3, 120))  # three have left the register, thirty are reported late
    late = grown(replace(corrected, details=former.details, contacts=former.contacts), 30, "2023-05")

    node = loaded_again(region, late)
    assert values(asked(region, "year", "sex")) == before
    assert ledger(node).spent(1) == Fraction("0.5"), "nothing was drawn for them"
    with pytest.raises(NothingToProtectError, match="drawn once with noise, and stand"):
        revisions(node)

    region.clock.time = region.clock.time.replace(year=2027)
    node = loaded_again(
        region, replace(grown(former, 30, "2025-05"), created=former.created.replace(year=2027))
    )
    after = asked(region, "year", "sex")
    shown = values(after)
    assert {cell: shown[cell] for cell in before if cell[0] != TOTAL} == {
        cell: number for cell, number in before.items() if cell[0] != TOTAL
    }
    assert {year for year, _ in shown} - {year for year, _ in before} == {"2025"}
    assert [ledger(node).spent(number) for number in (1, 2)] == [Fraction("0.5")] * 2
    one, other = (release_part.persons for release_part in ledger(node).release_parts)
    assert (len(one), len(other), len(one & other)) == (120, 30, 0)


def test_whoever_gets_another_number_in_the_register_is_still_the_same(tmp_path: Path) -> None:
    """As when national numbers are added to a register that had those of cases only."""
    with perturbed_region(tmp_path, policy(mechanism=EXACT)) as region:
        region.clock.time = region.clock.time.replace(year=2027)
        later = grown(snapshot("KH"), 30, "2025-05")
        renamed = np.array([b"number-%04d" % n for n in range(len(later))])
        renamed[-10:] = renamed[:10]  # ten of the new cases are of people who were counted before
        created = later.created.replace(year=2027)
        loaded_again(region, replace(later, created=created, links={**later.links, "person": renamed}))

        shown = values(asked(region, "year", "sex"))

    assert (shown["2025", TOTAL], shown[TOTAL, TOTAL]) == (20, 140)


def test_what_was_charged_is_drawn_later_where_the_node_ends_and_costs_nothing_more(
    region: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = region.members["KH"].node
    before = values(asked(region, "year", "sex"))

    put_in_force(node, more_tables(2, "{sex: sex, outcome: outcome}"))
    with pytest.raises(NotWitnessedError):
        build(node)
    region.members["KH"].round()
    with monkeypatch.context() as power:
        power.setattr(noise_draws, "draw_noise", ends)
        with pytest.raises(KeyboardInterrupt):
            build(node)
    assert ledger(node).spent(1) == Fraction("0.75")
    assert [charge.answer is None for charge in ledger(node).charged] == [False, False, True]

    build(node)
    assert ledger(node).spent(1) == Fraction("0.75")
    assert inner(values(asked(region, "year", "sex"))) == inner(before)
    with pytest.raises(NotYetProtectedError, match=r"2 tables .* of 1, 0\.25 is left to each of its people"):
        put_in_force(node, more_tables(3, "{sex: sex, outcome: outcome}", "{date: year}", "{sex: sex}"))
    assert ledger(node).spent(1) == Fraction("0.75")
    charged = [e for e in map(decode, region.members["KH"].log_entries()) if isinstance(e, PrivacyCharged)]
    assert {(e.release_part, e.epsilon, e.budget) for e in charged} == {(1, "0.25", "1")}
    assert [e.levels for e in charged] == [("year", "sex"), ("outcome",), ("outcome", "sex")]


def test_nothing_is_drawn_before_the_hub_has_cosigned_the_charge(tmp_path: Path) -> None:
    with federation(tmp_path, "KH", ready=False) as region:
        member = region.members["KH"]
        put_in_force(member.node, policy())
        keep_snapshot(member.node, snapshot("KH"))
        for _ in range(3):
            with pytest.raises(NotWitnessedError, match="has not confirmed that charge yet"):
                build(member.node)
        assert [charge.answer for charge in ledger(member.node).charged] == [None, None], "charged once"
        assert not due(member.node)
        assert asked(region, "year", "sex").coverage[0].refusals == (Refusal.NOT_READY,)

        assert due(member.node), "its call brought the cosignature"
        assert begin(member.node) == []
        assert not due(member.node)

        assert asked(region, "year", "sex").coverage[0].answered
        assert ledger(member.node).spent(1) == Fraction("0.5")


def test_a_cosignature_of_somebody_else_is_none(tmp_path: Path) -> None:
    with federation(tmp_path, "KH", ready=False) as region:
        member = region.members["KH"]
        put_in_force(member.node, policy())
        keep_snapshot(member.node, snapshot("KH"))
        with pytest.raises(NotWitnessedError):
            build(member.node)
        stranger = Cosigner.generate(region.hub.cosigner.key.name)
        with member.node.store.notes() as notes:
            checkpoint = member.node.log.checkpoint(notes.log)
            parsed = Checkpoint.parse(checkpoint.text)
            notes.log.add_cosignatures(parsed.size, [stranger.cosign(parsed, 1)])

        with pytest.raises(NotWitnessedError):
            build(member.node)


def test_a_look_draws_nothing_and_tells_how_far_numbers_will_be_off(tmp_path: Path) -> None:
    with federation(tmp_path, "KH", ready=False) as region:
        node = region.members["KH"].node
        keep_snapshot(node, snapshot("KH"))
        entries = region.members["KH"].log_entries()
        made = make(node, checked(node, policy()))

        assert (ledger(node), region.members["KH"].log_entries()) == (Ledger(), entries)
        assert made.stricter[1:4] == (
            "year x sex: numbers are typically off by 6, sums of them in this table by up to 11.",
            "outcome: numbers are typically off by 6, sums of them in this table by up to 6.",
            "The total of everybody is typically off by 10.",
        )
        assert made.stricter[-1].startswith("A preview makes no noisy counts")
        found = measure(node, made)
        assert (found.withheld, found.people, found.to_accept) == (0, 120, ())
        assert not made.cube.values[~made.cube.withheld].size, "nothing to read, exact or not"
        with pytest.raises(
            NotProtectedError, match=r"4 tables of release part 1 would cost epsilon 0\.3 each; of 1"
        ):
            dear = more_tables(1, "{sex: sex}", "{date: year}", mechanism=PRIVATE.replace("0.25", "0.3"))
            make(node, checked(node, dear))


def test_a_later_policy_draws_what_the_budget_still_pays_for(region: Federation) -> None:
    node = region.members["KH"].node
    before = values(asked(region, "year", "sex"))

    put_in_force(node, more_tables(2, "{sex: sex}"))
    assert asked(region, "sex").coverage[0].refusals == (Refusal.NOT_READY,), "not drawn yet"
    protect(region)
    nearer = asked(region, "sex")

    assert ledger(node).spent(1) == Fraction("0.75")
    assert {cell.standard_deviation for cell in nearer.cells if cell.key != (TOTAL,)} == {6}
    assert inner(values(asked(region, "year", "sex"))) == inner(before)


def test_mechanism_and_budget_are_those_of_the_first_answer_for_life(region: Federation) -> None:
    node = region.members["KH"].node
    asked(region, "outcome")

    for other in (
        "mechanism: {kind: controlled-rounding, base: 5}\n",
        "",
        PRIVATE.replace("budget: 1", "budget: 2"),
        PRIVATE.replace("0.25", "0.2"),
        PRIVATE.replace("2021", "2020"),
    ):
        with pytest.raises(PolicyRefusedError, match="one mechanism for its life"):
            put_in_force(node, policy(2, other))


def test_what_was_paid_fixes_the_budget_before_anything_is_answered(region: Federation) -> None:
    node = region.members["KH"].node

    with pytest.raises(PolicyRefusedError, match="A budget holds for the life of a data set"):
        put_in_force(node, policy(2, PRIVATE.replace("budget: 1", "budget: 2")))
    put_in_force(node, policy(2, ""))
    build(node)
    asked(region, "outcome")
    with pytest.raises(PolicyRefusedError, match="protected by suppression"):
        put_in_force(node, policy(3))


def test_a_policy_that_would_begin_after_something_exact_was_given_out_never_does(tmp_path: Path) -> None:
    with perturbed_region(tmp_path, policy(mechanism="")) as region:
        node = region.members["KH"].node
        put_in_force(node, policy(2).replace("valid_from: 2026-01-01", "valid_from: 2026-04-01"))
        asked(region, "outcome")
        region.clock.time = region.clock.time.replace(month=5)

        with pytest.raises(PolicyRefusedError, match="protected by suppression"):
            come_into_force(node)
        assert ledger(node) == Ledger()


def test_nothing_exact_goes_out_beside_it(region: Federation) -> None:
    node = region.members["KH"].node
    figure = PublishedFigure({"outcome": "K", "date": "2022"}, 4, "a report", region.clock.now().date())

    with node.store.reading() as view, pytest.raises(ExtractRefusedError, match="changed to protect people"):
        basis_of(node, view)
    with pytest.raises(FigureRefusedError, match="whatever is known"):
        register(node, figure, "somebody")


def test_a_budget_is_not_offered_where_an_exact_figure_is_public(tmp_path: Path) -> None:
    with federation(tmp_path, "KH", ready=False) as region:
        node = region.members["KH"].node
        keep_snapshot(node, snapshot("KH"))
        figure = PublishedFigure({"outcome": "K", "date": "2022"}, 4, "a report", region.clock.now().date())
        register(node, figure, "somebody")

        with pytest.raises(PolicyRefusedError, match="only where no exact number exists"):
            put_in_force(node, policy())


def test_no_count_is_kept_beside_what_is_drawn(region: Federation) -> None:
    """The rows are in the sealed snapshot; what answers has noise in every cell, and nothing else."""
    node = region.members["KH"].node
    with node.store.reading() as view:
        stored, drawn = view.cube(), [charge.answer for charge in view.privacy.charged()]
        previews = view.released_cubes()
    assert stored is not None
    truth = {"M": 109, "F": 11}
    kept = [json.loads(answer or b"")[1] for answer in drawn]
    assert sorted(map(len, kept)) == [3, 16]
    assert previews == []
    shown = CubeCache(node.dictionary, node.member, node.store).refresh()
    assert shown is not None
    assert [shown.read({"sex": code}) for code in truth] != list(truth.values())
    assert {type(value).__name__ for value in vars(shown.cube).values() if hasattr(value, "dtype")} == {
        "ndarray"
    }
    assert [name for name, value in vars(shown.cube).items() if hasattr(value, "dtype")] == [
        "withheld",
        "values",
        "draws",
    ]


def test_decisions_can_be_made_again_from_the_log(region: Federation) -> None:
    node = region.members["KH"].node

    for by in (("year", "sex"), ("year", "outcome"), ("sex", "outcome")):
        refused = asked(region, *by).coverage[0].refusals
        with node.store.reading() as view:
            number = len(region.members["KH"].log_entries()) - 1
            again = replay(view, node.dictionary, node.vocabulary, number)
        assert not again.differences
        assert again.verdict.refusals == refused
