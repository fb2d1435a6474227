"""`safelane protect` on sheets: CSV and XLSX in and out, a row a cell or a row a record."""

import csv
import io

import openpyxl
import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.cli.common.sheets import read_sheet

CELLS = [
    ("place", "sex", "people"),
    ("N1", "F", 1), ("N1", "M", 12), ("N2", "F", 30), ("N2", "M", 22),
    ("S1", "F", 9), ("S1", "M", 17), ("S2", "F", 25), ("S2", "M", 8),
]  # fmt: skip
TREES = "place:\n  North: [N1, N2]\n  South: [S1, S2]\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "key").write_bytes(bytes(range(32)))
    (tmp_path / "trees.yaml").write_text(TREES)
    with (tmp_path / "cells.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(CELLS)
    with (tmp_path / "records.csv").open("w", newline="") as stream:
        rows = [row[:2] for row in CELLS[1:] for _ in range(row[2])]
        csv.writer(stream).writerows([CELLS[0][:2], *rows])
    book = openpyxl.Workbook()
    for row in CELLS:
        book.active.append(row)
    book.save(tmp_path / "cells.xlsx")
    return tmp_path


def protect(folder, source, target, *more):
    words = ["protect", str(folder / source), "-o", str(folder / target), "--key", str(folder / "key"), *more]
    return CliRunner().invoke(main, [*words, "--hierarchies", str(folder / "trees.yaml")])


def shown(path):
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text())))
    else:
        rows = [
            ["" if v is None else str(v) for v in row]
            for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        ]
    return {tuple(row[:2]): (row[2], row[3]) for row in rows[1:]}


def test_records_and_cells_in_either_kind_of_file_are_one_table(folder):
    tables = [
        read_sheet(folder / "cells.csv", folder / "trees.yaml", "people"),
        read_sheet(folder / "cells.xlsx", folder / "trees.yaml", "people"),
        read_sheet(folder / "records.csv", folder / "trees.yaml", None),
    ]
    for table in tables[1:]:
        assert table.dims == tables[0].dims
        assert (table.coords == tables[0].coords).all()
        assert (table.counts == tables[0].counts).all()


def test_a_sheet_comes_out_with_every_cell_and_what_is_withheld(folder):
    for source, target in (("cells.csv", "out.csv"), ("cells.xlsx", "out.xlsx")):
        result = protect(folder, source, target, "--count", "people")
        assert result.exit_code == 0, result.output
    rows = shown(folder / "out.csv")
    assert rows == shown(folder / "out.xlsx")
    assert len(rows) == 7 * 3
    assert rows["Total", "Total"] == ("124", "value")
    assert rows["N1", "F"] == ("", "withheld")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("N1,F,1", "N1,F,x"), "row 2"),
        (("N1,F,1", "N1,F,1_0"), "row 2"),
        (("N1,F,1", "N1,F,1.5"), "row 2"),
        (("N1,F,1", "N1,,1"), "leaves 'sex' empty"),
        (("N1,F,1", "N9,F,1"), "N9"),
        (("N1,F,1", "N1,M,1"), "twice"),
        (("N1,F,1", "N1,F,-1"), "negative"),
        (("place,sex,people", "place,sex,others"), "no column 'people'"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_named_and_nothing_is_written(folder, change, words):
    text = (folder / "cells.csv").read_text()
    (folder / "cells.csv").write_text(text.replace(*change))
    result = protect(folder, "cells.csv", "out.csv", "--count", "people")
    assert result.exit_code == 2
    assert words in result.output
    assert not (folder / "out.csv").exists()


def test_a_workbook_that_is_none_is_refused(folder):
    (folder / "cells.xlsx").write_bytes(b"no workbook")
    result = protect(folder, "cells.xlsx", "out.csv", "--count", "people")
    assert result.exit_code == 2
    assert "is not a whole .xlsx workbook" in result.output


@pytest.mark.parametrize(
    "text", ["place: North", "place: {North: [N1, N1]}", "- a", "place: [", "region: [N1]"]
)
def test_hierarchies_that_cannot_be_are_refused(folder, text):
    (folder / "trees.yaml").write_text(text)
    assert protect(folder, "cells.csv", "out.csv", "--count", "people").exit_code == 2


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_sheet_that_came_out_is_checked_and_attacked_beside_the_sheet_that_went_in(folder, kind):
    source, target, proof = folder / f"cells.{kind}", folder / f"out.{kind}", folder / "proof.json"
    form = ["--hierarchies", str(folder / "trees.yaml"), "--count", "people"]
    assert (
        protect(folder, source.name, target.name, "--count", "people", "--certificate", str(proof)).exit_code
        == 0
    )

    def run(*words):
        return CliRunner().invoke(main, [str(word) for word in (*words, "--truth", source, *form)])

    checked = run("certificate", "check", target, proof)
    assert checked.exit_code == 0, checked.output
    attacked = run("attack", target, "--threshold", "5")
    assert attacked.exit_code == 0, attacked.output
    assert "0  singleton: small, computable" in attacked.output
    again = protect(folder, source.name, "again.csv", "--count", "people", "--known", str(target))
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("Total,Total,124,value", "Total,Total,12.5,value"), "row 2 of {path}: the count is not a whole"),
        (
            ("Total,Total,124,value", "Total,Total,,value"),
            "row 2 of {path}: a cell has a number and the status",
        ),
        (("Total,Total,124,value", ",Total,124,value"), "row 2 of {path} leaves 'place' empty"),
        (("place,sex,value", "place,sex,number"), "{path} has no columns 'value' and 'status'"),
        (("North,Total", "Total,Total"), "the cell stands in an earlier row already"),
        (("N1,Total", "N9,Total"), "'place' has no code 'N9'"),
    ],
)
def test_a_sheet_that_is_no_release_is_refused_by_its_place(folder, change, words):
    assert protect(folder, "cells.csv", "out.csv", "--count", "people").exit_code == 0
    path = folder / "wrong.csv"
    path.write_text((folder / "out.csv").read_text().replace(*change, 1))
    options = ["--threshold", "5", "--hierarchies", str(folder / "trees.yaml")]
    result = CliRunner().invoke(main, ["attack", str(path), *options])
    assert result.exit_code == 2
    assert words.format(path=path) in result.output
