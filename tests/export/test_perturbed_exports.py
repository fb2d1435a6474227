"""Every form in which a table is taken away says which numbers were changed, and by how much at most."""

import csv
import io
import json

from openpyxl import load_workbook

from gateway.dictionary import regional
from gateway.export import coverage_lines, to_csv, to_json, to_text
from gateway.export.workbook import to_xlsx
from gateway.picturing import ENGLISH, layout
from gateway.picturing.explaining import explain
from gateway.picturing.implied_bounds import bounds
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.perturbation_notice import Mechanism, Noise, Perturbation
from gateway.wire.release import Coverage, Release, release_from_json

SAID = "Its numbers are perturbed by keyed noise (cell-key method), by at most 6"
MARK = "Perturbed to protect people: at most 6 from the count"
RELEASE = Release(
    question_id="q-1",
    question={"by": ["country", "outcome"], "measure": "casualties", "purpose": "research", "where": {}},
    axes=(Axis("country", ("KH", "TH", TOTAL)), Axis("outcome", ("K", "I", TOTAL))),
    cells=(
        Cell(("KH", "K"), Status.VALUE, 7, largest_deviation=6),
        Cell(("KH", "I"), Status.VALUE, 22, largest_deviation=6),
        Cell(("KH", TOTAL), Status.VALUE, 27, largest_deviation=6),
        Cell(("TH", "K"), Status.WITHHELD),
        Cell(("TH", "I"), Status.WITHHELD),
        Cell(("TH", TOTAL), Status.VALUE, 10),
        Cell((TOTAL, "K"), Status.WITHHELD, at_least=1),
        Cell((TOTAL, "I"), Status.WITHHELD, at_least=16),
        Cell((TOTAL, TOTAL), Status.VALUE, 37, largest_deviation=6),
    ),
    coverage=(
        Coverage("KH", answered=True, policy="2", perturbation=Perturbation(Mechanism.CELL_KEY, 6)),
        Coverage("TH", answered=True, policy="1"),
    ),
    asked_at="2026-01-01T00:00:00Z",
    released_at="2026-01-01T00:00:05Z",
)


def test_on_the_terminal() -> None:
    assert "KH          7~     22~    27~\n" in to_text(RELEASE, regional())
    assert "~  perturbed to protect people: at most 6 from the count" in to_text(RELEASE, regional())
    assert [SAID in line for line in coverage_lines(RELEASE)] == [True, False]


def test_in_csv_and_json() -> None:
    rows = {
        (row["country"], row["outcome"]): row
        for row in csv.DictReader(io.StringIO(to_csv(RELEASE, regional())))
    }

    assert (rows["KH", "K"]["value"], rows["KH", "K"]["largest_deviation"]) == ("7", "6")
    assert (rows["TH", TOTAL]["value"], rows["TH", TOTAL]["largest_deviation"]) == ("10", "")
    assert release_from_json(json.loads(to_json(RELEASE))) == RELEASE
    assert json.loads(to_json(RELEASE))["coverage"][0]["perturbation"] == {"mechanism": "cell-key", "most": 6}


def test_in_a_workbook() -> None:
    book = load_workbook(io.BytesIO(to_xlsx(RELEASE, regional(), ENGLISH, None)))

    texts = {sheet.title: " ".join(str(c.value) for row in sheet for c in row) for sheet in book}
    assert SAID in texts["Notes"]
    assert MARK in texts["Legend"]
    assert any("~" in cell.number_format for row in book["Table"] for cell in row if cell.value == 7)


def test_on_a_page_and_for_one_cell() -> None:
    table = layout(RELEASE, regional(), ENGLISH)

    assert MARK in [note.text for note in table.notes if note.sign == "~"]
    assert (
        "The count was perturbed to protect people; the number shown differs from the count by at most 6."
        in (explain(RELEASE, regional(), ("KH", "K")).sentences)
    )


def test_no_bound_of_a_withheld_number_takes_a_changed_one_for_exact() -> None:
    """37 shown may be 43, and 22 may be 16: less would be nonsense, or give away what is withheld."""
    left = bounds(RELEASE, regional(), (TOTAL, "K"))

    assert left is not None
    assert left.least == 1
    assert left.most == 43


NOISY = Release(
    question_id="q-2",
    question={"by": ["outcome"], "measure": "casualties", "purpose": "research", "where": {}},
    axes=(Axis("outcome", ("K", "I", TOTAL)),),
    cells=(
        Cell(("K",), Status.VALUE, -3, standard_deviation=6),
        Cell(("I",), Status.VALUE, 30, standard_deviation=6),
        Cell((TOTAL,), Status.VALUE, 27, standard_deviation=8),
    ),
    coverage=(
        Coverage(
            "KH", answered=True, policy="2", perturbation=Perturbation(Mechanism.PRIVACY, noise=Noise("0.25"))
        ),
    ),
    asked_at="2026-01-01T00:00:00Z",
    released_at="2026-01-01T00:00:05Z",
)
NOISE = "Its numbers have noise of differential privacy (epsilon 0.25 for each table, scale 4 for each noisy"


def test_noise_is_told_in_every_form_with_how_far_each_number_is_typically_off() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(NOISY, regional()))))
    book = load_workbook(io.BytesIO(to_xlsx(NOISY, regional(), ENGLISH, None)))
    texts = {sheet.title: " ".join(str(c.value) for row in sheet for c in row) for sheet in book}
    reported = "With noise (differential privacy): typically off by 6 to 8, perhaps below 0"

    assert "-3~  30~    27~\n" in to_text(NOISY, regional())
    assert "~  with noise (differential privacy): typically off by 6 to 8, perhaps below 0" in to_text(
        NOISY, regional()
    )
    assert NOISE in coverage_lines(NOISY)[0]
    assert [(row["value"], row["largest_deviation"], row["standard_deviation"]) for row in rows] == [
        ("-3", "", "6"),
        ("30", "", "6"),
        ("27", "", "8"),
    ]
    assert release_from_json(json.loads(to_json(NOISY))) == NOISY
    assert NOISE in texts["Notes"]
    assert reported in texts["Legend"]
    assert reported in [note.text for note in layout(NOISY, regional(), ENGLISH).notes if note.sign == "~"]
    assert "typically off by 6; any count is possible." in explain(NOISY, regional(), ("K",)).sentences[1]
