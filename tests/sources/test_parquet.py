"""Parquet files load by the engine as row by row: typed columns, many files, files that do not agree."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loads_compared import CASUALTY, MAPPING, everything

from gateway.dictionary import regional
from gateway.sources.engine import engine_table
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.files.parquet_source import ParquetSource
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings

TEXTS = MAPPING.replace("source: csv", "source: parquet").replace(".csv", ".parquet")
TYPED = """\
mapping: 1
member: KH
source: parquet
tables:
  victims.parquet:
    columns:
      case: case_id
      person: national_id
      day: date
      born: birth_date
      sex: {to: sex, codes: {"1": M, "2": F}}
      age: age
      share: {to: consent_share, codes: {"true": AGG, "false": N}}
    left_out: {note: free text}
constants: {victim_type: DIR}
"""
ROWS = """
SELECT n::INTEGER AS "case", CASE WHEN n % 7 = 0 THEN NULL ELSE 9000000000 + n // 2 END AS person,
    TIMESTAMP '2012-03-01 23:30:00' + to_days((n * 97 % 3000)::INTEGER) AS day,
    CASE n % 3 WHEN 0 THEN DATE '1990-05-06' WHEN 1 THEN NULL ELSE DATE '2099-01-01' END AS born,
    (1 + n % 3)::DOUBLE AS sex, CASE WHEN n % 5 = 0 THEN NULL ELSE (n % 130)::DECIMAL(5, 1) END AS age,
    n % 4 <> 0 AS share, ['a', 'b'] AS note
FROM range({first}, {last}) t(n)
"""


def written(path: Path, query: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(duckdb.connect()) as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


def text_of(rows: list[dict[str, str]]) -> str:
    """A query of these rows, an empty cell as nothing in every second of them."""
    cells = [
        ", ".join(
            "NULL" if not cell and n % 2 else "'" + cell.replace("'", "''") + "'" for cell in row.values()
        )
        for n, row in enumerate(rows)
    ]
    names = ", ".join(f'"{name}"' for name in rows[0])
    return f"FROM (VALUES {', '.join(f'({one})' for one in cells)}) t({names})"


def loaded_alike(place: Path, mapping: str) -> tuple[tuple[object, ...] | str, tuple[bool, str]]:
    """Load by the engine and row by row, and compare; what was found, and what is said of the engine."""
    found, said = everything(place, mapping, by_engine=True, open_files=lambda _: ParquetSource(place))
    assert found == everything(place, mapping, by_engine=False)[0]
    return found, said


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(CASUALTY, min_size=1, max_size=20), parts=st.integers(1, 3))
def test_random_registers_of_texts_load_the_same(tmp_path, monkeypatch, rows, parts) -> None:
    monkeypatch.setattr(engine_table, "BLOCK", 7)
    shutil.rmtree(tmp_path / "register", ignore_errors=True)
    for part in range(min(parts, len(rows))):
        file = f"part-{part}.parquet" if parts > 1 else ""
        written(
            tmp_path / "register" / "victims.parquet" / file
            if file
            else tmp_path / "register/victims.parquet",
            text_of(rows[part::parts]),
        )
    written(tmp_path / "register" / "accidents.parquet", text_of([{"No": "A1", "Device": "mine"}]))

    _, said = loaded_alike(tmp_path / "register", TEXTS)

    assert said == (True, "")


def test_numbers_dates_and_truth_values_are_read_as_text_would_be(tmp_path) -> None:
    written(tmp_path / "victims.parquet", ROWS.format(first=0, last=400))

    found, said = loaded_alike(tmp_path, TYPED)

    assert said == (True, "")
    assert found[4].rows == 400
    assert {column.target: column.unread for column in found[4].columns}["case_id"] == 0


def test_parts_of_a_table_are_read_in_their_order_and_their_folders_are_a_column(tmp_path) -> None:
    for year, first in (("2012", 0), ("2013", 40)):
        written(
            tmp_path / f"victims.parquet/year={year}/part.parquet", ROWS.format(first=first, last=first + 40)
        )
    written(tmp_path / "victims.parquet/_temporary/part.parquet", "SELECT 1 AS other")
    mapping = TYPED.replace("note: free text", "note: free text, year: by the day")

    found, said = loaded_alike(tmp_path / "victims.parquet", mapping)

    assert said == (True, "")
    assert found[4].rows == 80
    assert "year" not in {finding.column for finding in found[4].findings}


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("SELECT * REPLACE (sex::VARCHAR AS sex) FROM ({rows})", "fractions in a.parquet, text in b.parquet"),
        ("SELECT * EXCLUDE age FROM ({rows})", "fractions in a.parquet, no column in b.parquet"),
        ("SELECT *, 1 AS more FROM ({rows})", "no column in a.parquet, whole numbers in b.parquet"),
    ],
)
def test_files_that_do_not_agree_are_refused_with_the_column(tmp_path, second, said) -> None:
    rows = ROWS.format(first=0, last=9)
    written(tmp_path / "victims.parquet/a.parquet", rows)
    written(tmp_path / "victims.parquet/b.parquet", second.format(rows=rows))

    found, _ = loaded_alike(tmp_path, TYPED)

    assert said in found


@pytest.mark.parametrize("spoil", ["cut", "no file", "pattern"])
def test_what_cannot_be_read_whole_is_refused(tmp_path, spoil) -> None:
    path = tmp_path / "victims.parquet"
    if spoil != "no file":
        written(path, ROWS.format(first=0, last=400))
    if spoil == "cut":
        path.write_bytes(path.read_bytes()[:-9])
    if spoil == "pattern":
        (tmp_path / "[a]").mkdir()
        path = path.rename(tmp_path / "[a]" / path.name)

    found, _ = loaded_alike(path, TYPED)

    says = {"cut": "no whole Parquet file", "no file": "There is no file", "pattern": "Rename the file"}
    assert says[spoil] in found


def test_a_file_that_is_written_meanwhile_is_an_error(tmp_path) -> None:
    path = tmp_path / "victims.parquet"
    written(path, ROWS.format(first=0, last=9))
    source = ParquetSource(path)

    with pytest.raises(SourceError, match="was changed while it was read"), source.table(path.name) as table:
        assert sum(len(chunk.rows) for chunk in table.chunks) == 9
        written(path, ROWS.format(first=0, last=10))


def test_identifiers_that_are_fractions_and_too_many_words_are_read_row_by_row(tmp_path, monkeypatch) -> None:
    rows = ROWS.format(first=0, last=40)
    written(tmp_path / "victims.parquet", rows.replace('n::INTEGER AS "case"', 'n::DOUBLE AS "case"'))
    assert loaded_alike(tmp_path, TYPED)[1] == (
        False,
        "numbers of cases or people are neither text nor whole numbers",
    )

    written(tmp_path / "victims.parquet", rows)
    monkeypatch.setattr(engine_table, "MOST_WORDS", 3)
    assert loaded_alike(tmp_path, TYPED)[1] == (False, "a column of codes has more than 3 different words")


def test_a_mapping_is_drafted_from_a_parquet_file(tmp_path) -> None:
    written(tmp_path / "victims.parquet", ROWS.format(first=0, last=40))

    drafted = draft_mapping(str(tmp_path / "victims.parquet"), "KH", regional(), date(2026, 1, 31))

    assert "source: parquet" in drafted
    assert "victims.parquet" in drafted


def test_a_folder_names_its_tables(tmp_path) -> None:
    for name in ("b.parquet", "a.parquet/part.parquet", ".hidden.parquet"):
        written(tmp_path / name, "SELECT 1 AS x")
    mapping = replace(parse_mapping(TYPED, regional()), tables=())

    with open_source(str(tmp_path), mapping, Findings()) as source:
        assert source.tables() == ["a.parquet", "b.parquet"]
        assert source.foreign_keys() == []
