"""A register in several tables with the same columns: read as one, with findings that name table and line."""

from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError, SourceError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.quality.load import load

TODAY = date(2026, 11, 25)
ROW = {"Case": "C1", "Date": "31/12/2010", "Age": "34"}


def united(small, *others):
    small.mapping = small.mapping.replace(
        "victims.csv:\n", f"victims.csv:\n    also: [{', '.join(others)}]\n"
    )


def rows_of(small, *cases):
    return small.text(*({"Case": case} for case in cases))


def test_rows_of_all_tables_count(small):
    united(small, "later.csv")
    loaded = small.load(victims=rows_of(small, "A1", "A2"), later=rows_of(small, "B1"))
    assert len(loaded.snapshot) == 3
    assert [(a.table, a.counted, a.share) for a in loaded.accounts] == [("victims.csv", 3, 1.0)]


def test_a_finding_names_the_table_and_the_line_there(small):
    united(small, "later.csv", "last.csv")
    later = small.text({"Case": "B1", "Date": "soon"}, {"Case": "B2"}, {"Case": "B3", "Sex": "?!"})
    loaded = small.load(
        victims=rows_of(small, "A1"), later=later, last=small.text({"Case": "C1", "Date": "soon"})
    )
    assert [(f.table, f.column, f.problem, f.lines) for f in loaded.findings] == [
        ("last.csv", "Date", Problem.DATE_FORM, (2,)),
        ("later.csv", "Date", Problem.DATE_FORM, (2,)),
        ("later.csv", "Sex", Problem.CODE, (4,)),
    ]
    assert loaded.accounts[0].reasons == {Problem.DATE_FORM: 2}


def test_a_short_row_of_a_further_table_is_in_the_account(small):
    united(small, "later.csv")
    body = rows_of(small, "B1").rstrip("\n") + "\nB2,short\n" + rows_of(small, "B3").splitlines()[1] + "\n"
    loaded = small.load(victims=rows_of(small, "A1"), later=body)
    assert loaded.accounts[0].reasons == {Problem.ROW_SHORT: 1}
    assert [(f.table, f.lines) for f in loaded.findings] == [("later.csv", (3,))]


def test_columns_in_another_order_are_found(small):
    united(small, "later.csv")
    head, row = small.text({"Case": "B1"}).splitlines()
    turned = "\n".join(",".join(reversed(line.split(","))) for line in (head, row)) + "\n"
    loaded = small.load(victims=rows_of(small, "A1"), later=turned)
    assert loaded.snapshot.columns["place"].values() == ["KH-2", "KH-2"]


def test_a_table_without_a_column_that_is_read_is_an_error(small):
    united(small, "later.csv")
    with pytest.raises(SourceError, match=r"later.csv has no column 'Sex'"):
        small.load(victims=rows_of(small, "A1"), later=rows_of(small, "B1").replace("Sex", "Gender"))


def test_a_table_is_read_once(small):
    united(small, "victims.csv")
    with pytest.raises(MappingError, match=r"'victims\.csv' is read twice"):
        parse_mapping(small.mapping, regional())


def test_only_the_first_table_goes_on(small):
    text = small.mapping.replace(
        "constants:",
        "  b.csv:\n    join: {No: Case}\n    also: [c.csv]\n    columns: {X: activity}\nconstants:",
    )
    with pytest.raises(MappingError, match="only the first table can go on"):
        parse_mapping(text, regional())


@settings(max_examples=20)
@given(st.permutations(range(8)), st.lists(st.integers(0, 2), min_size=8, max_size=8))
def test_how_rows_are_spread_over_tables_changes_nothing(tmp_path_factory, order, where):
    folder = tmp_path_factory.mktemp("spread")
    made = []
    for spread, rows in ((where, order), ([0] * 8, range(8))):
        for number in range(3):
            cells = [ROW | {"Case": f"C{n}", "Age": str(10 * n)} for n in rows if spread[n] == number]
            lines = [",".join(ROW), *(",".join(cell.values()) for cell in cells)]
            (folder / f"{number}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        made.append(_loaded(folder))
    assert made[0] == made[1]


def _loaded(folder):
    text = (
        "mapping: 1\nmember: KH\nsource: csv\ntables:\n  0.csv:\n    also: [1.csv, 2.csv]\n    columns:\n"
        "      Case: case_id\n      Date: {to: date, formats: [DD/MM/YYYY]}\n      Age: age\n"
        "constants: {victim_type: DIR, consent_share: AGG}\n"
    )
    mapping, findings = parse_mapping(text, regional()), Findings()
    with open_source(str(folder), mapping, findings) as source:
        made = load(
            source,
            mapping,
            regional(),
            pseudonymise=lambda kind, values: [f"{kind}:{value}" for value in values],
            today=TODAY,
            findings=findings,
        )
    return made.snapshot.id


def test_a_draft_unites_the_sheets_of_a_workbook_and_says_so(tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for year in (2021, 2022, 2023):
        sheet = book.create_sheet(str(year))
        sheet.append(["Case No", "Accident date", "Sex"])
        for n in range(1, 20):
            sheet.append([f"{year}-{n}", date(year, 1 + n % 12, n), ("male", "female")[n % 2]])
    book.save(tmp_path / "a.xlsx")
    text = draft_mapping(str(tmp_path), "KH", regional(), TODAY)
    assert 'also: ["2022", "2023"]  # ?' in text
    assert parse_mapping(text, regional()).tables[0].names == ("2021", "2022", "2023")
