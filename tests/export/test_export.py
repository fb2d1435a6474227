"""A release on the terminal, as CSV and as JSON: a status for every cell, and one sign for one thing."""

import csv
import io
import json
from dataclasses import replace

import pytest

from gateway.dictionary import regional
from gateway.export import coverage_lines, legend, to_csv, to_json, to_text
from gateway.export.text import SYMBOLS
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Coverage, Earlier, Release, release_from_json

RELEASE = Release(
    question_id="q-1",
    question={"by": ["country", "outcome"], "measure": "casualties", "purpose": "p", "where": {}},
    axes=(Axis("country", ("KH", "TH", TOTAL)), Axis("outcome", ("K", "I", TOTAL))),
    cells=(
        Cell(("KH", "K"), Status.VALUE, 7),
        Cell(("KH", "I"), Status.WITHHELD),
        Cell(("KH", TOTAL), Status.VALUE, 27),
        Cell(("TH", "K"), Status.NO_ANSWER),
        Cell(("TH", "I"), Status.NOT_SHARED),
        Cell(("TH", TOTAL), Status.NOT_COLLECTED),
        Cell((TOTAL, "K"), Status.VALUE, 7, missing_members=("TH",)),
        Cell((TOTAL, "I"), Status.WITHHELD, at_least=3),
        Cell((TOTAL, TOTAL), Status.VALUE, 27, missing_members=("TH",)),
    ),
    coverage=(
        Coverage("KH", answered=True, policy="2", snapshot="s", snapshot_date="2024-12-31"),
        Coverage("LA", answered=False, refusals=(Refusal.TOO_DETAILED,), policy="1"),
        Coverage("TH", answered=False),
    ),
    asked_at="2026-01-01T00:00:00Z",
    released_at="2026-01-01T00:00:05Z",
)


def test_the_table_on_a_terminal() -> None:
    assert to_text(RELEASE, regional()) == (
        "country   K      I  Total\n"
        "-------  --  -----  -----\n"
        "KH        7  0..20     27\n"
        "TH        ?      -      .\n"
        "Total    7*    >=3    27*\n"
        "\n"
        "-  not-shared: not released by the member's policy\n"
        "?  no-answer: the member did not answer in time\n"
        ".  not-collected: not covered by the member's records\n"
        "n..m  withheld to protect people: between n and m, from the numbers shown; >=n  at least n\n"
        "*  a total that lacks at least one of: TH\n"
    )


def test_a_level_that_this_dictionary_does_not_know_is_written_all_the_same() -> None:
    """A hub may be newer than the program that asks."""
    country, outcome = RELEASE.axes
    newer = replace(RELEASE, axes=(country, Axis("later_level", outcome.codes)))

    assert "0..20" in to_text(newer, regional())
    assert "KH,I,withheld,withheld,,20" in to_csv(newer, regional())


def test_one_sign_means_one_thing() -> None:
    assert len(set(SYMBOLS.values())) == len(SYMBOLS) == len(Status) - 1


def test_the_legend_explains_only_what_the_table_uses() -> None:
    plain = Release("q", {}, RELEASE.axes, RELEASE.cells[:1], (), "", "")

    assert legend(plain) == []


def test_a_table_of_one_number() -> None:
    one = Release("q", {}, (), (Cell((), Status.VALUE, 9116),), (), "", "")

    assert to_text(one, regional()).startswith("9116\n")


def test_coverage_says_who_answered_from_what_or_why_not() -> None:
    assert coverage_lines(RELEASE) == [
        "KH  answered; records up to 2024-12-31, policy version 2",
        "LA  refused: its policy shares this only in less detail or with fewer dimensions",
        "TH  did not answer in time",
    ]


def test_coverage_says_that_an_answer_is_late_or_an_earlier_one() -> None:
    covered = RELEASE.coverage[0]
    late = replace(covered, late=True)
    before = replace(covered, earlier=Earlier("q-0", "2025-12-01T00:00:00Z"))

    assert coverage_lines(replace(RELEASE, coverage=(late, before))) == [
        "KH  answered late; records up to 2024-12-31, policy version 2",
        "KH  offline; this is its answer of 2025-12-01T00:00:00Z; records up to 2024-12-31, policy version 2",
    ]


def test_csv_has_a_row_and_a_status_for_every_cell() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(RELEASE, regional()))))

    assert rows[0] == {
        "country": "KH",
        "outcome": "K",
        "status": "value",
        "value": "7",
        "at_least": "",
        "at_most": "",
        "missing_members": "",
        "masked_members": "",
        "largest_deviation": "",
        "standard_deviation": "",
    }
    assert [row["status"] for row in rows] == [cell.status for cell in RELEASE.cells]
    assert rows[7]["at_least"] == "3"
    assert rows[8]["missing_members"] == "TH"


def test_json_is_the_release_itself() -> None:
    assert release_from_json(json.loads(to_json(RELEASE))) == RELEASE


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_meaning(status: Status) -> None:
    assert status.meaning


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_a_meaning(refusal: Refusal) -> None:
    assert refusal.meaning


def test_a_cell_without_value_cannot_have_one() -> None:
    with pytest.raises(ValueError, match="exactly when"):
        Cell(("KH",), Status.WITHHELD, 3)
    with pytest.raises(ValueError, match="exactly when"):
        Cell(("KH",), Status.VALUE)
