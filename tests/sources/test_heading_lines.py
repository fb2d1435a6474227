"""Titles, headings over two lines, units and totals: read as the mapping says, at the cost of no row."""

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.sources.files.csv_source import CsvSource
from gateway.sources.files.workbook_source import WorkbookSource
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.heading_lines import (
    heading_lines,
    is_total,
    joined_headings,
    total_words,
    unit_lines,
)
from gateway.sources.model.mapping import Reading

ROWS = [
    ["Register of victims", "", "", "", ""],
    ["No", "Victim", "", "Informant", "Date"],
    ["", "Name", "Sex", "Name", ""],
    ["", "", "(M/F)", "", "(day)"],
    ["C1", "Total Sok", "M", "Dara", "2019-01-02"],
    ["C2", "Vanna", "F", "", "2019-01-03"],
    ["Total", "", "", "", "2"],
]
READING = Reading(header=3, header_lines=2, units=1, totals=("total",))
HEADINGS = ("No", "Victim Name", "Sex", "Informant Name", "Date")


def as_csv(folder):
    path = folder / "a.csv"
    path.write_text("".join(",".join(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def as_workbook(folder):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active.title = "a"
    book.active.merge_cells("B2:C2")
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


@pytest.mark.parametrize(
    ("write", "source", "name"), [(as_csv, CsvSource, "a.csv"), (as_workbook, WorkbookSource, "a")]
)
def test_two_lines_of_headings_a_line_of_units_and_a_row_of_totals_are_read(tmp_path, write, source, name):
    findings = Findings()
    with source(write(tmp_path), READING, findings).table(name) as table:
        rows = [
            (line, row[0])
            for chunk in table.chunks
            for line, row in zip(chunk.lines, chunk.rows, strict=True)
        ]
    assert table.headings == HEADINGS
    assert rows == [(5, "C1"), (6, "C2")]
    assert [(f.problem, f.lines) for f in findings.all()] == [(Problem.ROW_TOTAL, (7,))]


def test_the_layout_is_found():
    assert heading_lines(ROWS, 10) == (3, 2)
    assert unit_lines(ROWS[3:]) == 1
    assert total_words(ROWS[4:]) == (["total"], 1)
    assert heading_lines([["Case", "Date"], ["C1", "2019"]], 10) == (1, 1)
    unnamed = [["Case", "Name", "", "Sex", "Phone"], *([f"C{n}", "Sok", "Dara", "M", ""] for n in range(9))]
    assert heading_lines(unnamed, 10) == (1, 1)
    assert unit_lines([["1", "2", "3"], ["C1", "x", "y"]]) == 1


def test_a_word_over_merged_cells_stands_above_each_of_them():
    lines = [["", "Victim", "", "", "Contact"], ["No", "Name", "Age", "Date", "Name"]]
    assert joined_headings(lines) == ["No", "Victim Name", "Age", "Date", "Contact Name"]


@pytest.mark.parametrize("name", ["Total", "Tổng Văn Hùng", "รวม", "Total Sok"])
def test_a_person_called_like_a_word_for_totals_counts(small, name):
    small.mapping = small.mapping.replace("source: csv", "source: csv\nreading: {totals: [Total, Tổng, รวม]}")
    text = small.text({"Name": "x"})
    head, row = text.splitlines()
    # The name stands first, and the row is full.
    cells, heads = row.split(","), head.split(",")
    order = [heads.index("Name"), *(n for n, h in enumerate(heads) if h != "Name")]
    cells[heads.index("Name")] = name
    body = ",".join(heads[n] for n in order) + "\n" + ",".join(cells[n] for n in order) + "\n"
    assert len(small.load(victims=body).snapshot) == 1


@given(st.lists(st.sampled_from(["Total", "", "x", "12", "รวมทั้งสิ้น"]), min_size=1, max_size=8))
def test_a_row_that_is_more_than_half_full_is_never_a_total(row):
    if 2 * sum(bool(cell) for cell in row) > len(row):
        assert not is_total(row, ("total", "รวมทั้งสิ้น"))


def test_rows_of_totals_and_units_take_nothing_from_the_share_of_rows_that_count(small):
    small.mapping = small.mapping.replace("source: csv", "source: csv\nreading: {units: 1, totals: [Total]}")
    head, row = small.text({}).splitlines()
    width = head.count(",")
    loaded = small.load(victims="\n".join([head, "," * width, row, "Total" + "," * width]) + "\n")
    assert len(loaded.snapshot) == 1
    assert (loaded.accounts[0].share, loaded.accounts[0].empty) == (1.0, 1)


def test_headings_cannot_begin_above_the_first_line(small):
    text = small.mapping.replace("source: csv", "source: csv\nreading: {header: 1, header_lines: 2}")
    with pytest.raises(MappingError, match="the headings end on the line 'header'"):
        parse_mapping(text, regional())
