"""Tables of one question below each other: nothing is lost, moved or added up."""

import csv
import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from gateway.dictionary import regional
from gateway.export.notes import Receipt
from gateway.export.stacked_files import Part, stacked_csv, stacked_file_of, stacked_json, stacked_text
from gateway.picturing.errors import LayoutError
from gateway.picturing.turning.stacked import can_be_stacked, silent, stacked
from gateway.picturing.words import ENGLISH
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Coverage, Release

DICTIONARY = regional()


def release(pillar: str, sexes: tuple[str, ...] = ("F", "M"), first: int = 10) -> Release:
    """Cambodia's numbers count up from `first`; the need of men is withheld, and Thailand shares nothing."""
    axes = (
        Axis("country", ("KH", "TH", TOTAL)),
        Axis(f"status.{pillar}", ("NEED", TOTAL)),
        Axis("sex", (*sexes, TOTAL)),
    )
    cells = []
    for country in axes[0].codes:
        for status in axes[1].codes:
            for sex in axes[2].codes:
                key = (country, status, sex)
                if country == "TH":
                    cells.append(Cell(key, Status.NOT_SHARED))
                elif key[1:] == ("NEED", "M"):
                    cells.append(Cell(key, Status.WITHHELD))
                else:
                    cells.append(Cell(key, Status.VALUE, first + len(cells)))
    question = {"measure": "cases", "where": {"service_year": ["2024"]}}
    coverage = (Coverage("KH", answered=True), Coverage("TH", answered=False))
    moment = "2026-01-31T00:00:00Z"
    return Release(f"q-{pillar}", question, axes, tuple(cells), coverage, moment, moment)


REH, PSS = release("REH"), release("PSS", ("F", "M", "X"), 100)


def test_each_table_keeps_its_rows_and_numbers_in_the_columns_of_all() -> None:
    made = stacked([REH, PSS], DICTIONARY, ENGLISH)

    assert [head.code for head in made.heads] == ["F", "M", "X", TOTAL]
    first, second = made.parts
    assert [cell.text for cell in first[1].cells] == ["13", "14", "", "15"], (
        "nobody of sex X was counted there"
    )
    assert [cell.key for cell in second[1].cells][2] == ("KH", TOTAL, "X")
    assert [len(rows) for rows in made.parts] == [4, 4]


def test_a_workbook_names_the_table_of_each_row_and_keeps_numbers_as_numbers() -> None:
    parts = [
        Part("REH", REH, "status of rehabilitation", Receipt("region.example/log", 1, 2)),
        Part("PSS", PSS, "status of psychological support"),
    ]
    content = stacked_file_of("xlsx", "Services", parts, DICTIONARY, ENGLISH)
    assert content == stacked_file_of("xlsx", "Services", parts, DICTIONARY, ENGLISH), "at any time the same"
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Table", "Data", "Notes", "Legend"]
    read, data, notes, legend = ([[c.value for c in row] for row in sheet] for sheet in book)

    assert read[2][3:] == ["female", "male", "other or not stated", "Total"]
    assert [row[0] for row in read[3:]] == [part.label for part in parts for _ in range(4)]
    assert read[3][3:6] == [10, "◊ 0 to 2", None], "withheld is a text, and sex X is nowhere"
    assert [row[0] for row in data[1:]] == ["REH"] * len(REH.cells) + ["PSS"] * len(PSS.cells)
    assert data[0][:4] == ["table", "service_year", "service_year_label", "country"]
    assert {row[1] for row in notes if row[0] == "Question"} == {"q-REH", "q-PSS"}
    assert any(row[0] == "Receipt" and "Entry 1 of region.example/log" in row[1] for row in notes)
    assert len({tuple(row) for row in legend}) == len(legend)


def test_each_table_that_is_mostly_withheld_names_coarser_ones() -> None:
    few = [replace(c, status=Status.WITHHELD, value=None) if TOTAL not in c.key else c for c in REH.cells]
    by = [axis.level for axis in REH.axes]
    question = {**REH.question, "by": by, "purpose": "regional-reporting"}
    withheld = replace(REH, cells=tuple(c for c in few if c.key[0] != "TH"), question=question)
    withheld = replace(withheld, axes=(Axis("country", ("KH", TOTAL)), *REH.axes[1:]))
    made = stacked([PSS, withheld], DICTIONARY, ENGLISH)

    assert made.hints[0] == ()
    assert made.hints[1][0].startswith("Most of this table is withheld. Coarser tables show more: ")
    assert not any("Coarser" in said for said in made.counted)
    text = stacked_text([Part("PSS", PSS), Part("REH", withheld)], DICTIONARY)
    assert "REH: Most of this table is withheld." in text


def test_what_distinguishes_the_tables_has_no_name_of_one_of_them() -> None:
    made = stacked([REH, PSS], DICTIONARY, ENGLISH)

    assert made.corner[1] == "Answer"
    assert any("do not add up to people" in said for said in made.counted)


def test_members_without_any_number_have_no_row() -> None:
    assert silent([REH, PSS]) == ("TH",)
    made = stacked([REH, PSS], DICTIONARY, ENGLISH)
    assert not any(head.code == "TH" for rows in made.parts for row in rows for head in row.heads)


def test_a_withheld_number_stays_withheld_with_its_range() -> None:
    made = stacked([REH], DICTIONARY, ENGLISH)

    need = made.parts[0][0].cells
    assert [cell.kind for cell in need] == ["value", "withheld", "value"]
    assert "to" in need[1].text


def test_tables_that_cannot_stand_below_each_other_are_refused() -> None:
    narrow = Release("q", {}, REH.axes[:1], (), (), "", "")
    assert can_be_stacked([REH, PSS])
    for releases in ([], [REH, narrow], [narrow]):
        assert not can_be_stacked(releases)
        with pytest.raises(LayoutError):
            stacked(releases, DICTIONARY, ENGLISH)


def test_the_terminal_and_files_name_the_table_of_each_row() -> None:
    parts = [Part("REH", REH), Part("PSS", PSS)]

    text = stacked_text(parts, DICTIONARY)
    assert text.splitlines()[0].split() == ["table", "country", "status", "F", "M", "X", TOTAL]
    assert "Without a row, since they gave nothing of this: TH" in text
    read = list(csv.DictReader(io.StringIO(stacked_csv(parts, DICTIONARY))))
    assert len(read) == len(REH.cells) + len(PSS.cells), "files hold every cell"
    assert {row["table"] for row in read} == {"REH", "PSS"}
    assert stacked_json(parts).count('"question_id"') == 2
