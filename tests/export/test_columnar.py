"""Parquet and Arrow: engines read back every number and the reason of every blank, and what the file is."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import nanoarrow
import pytest
from any_releases import any_releases
from hypothesis import given, settings
from releases import made_release

from gateway.dictionary import regional
from gateway.export.columnar.parquet import to_parquet
from gateway.export.data_formats import data
from gateway.export.notes import Receipt
from gateway.export.observations import Observations, Selection
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release


def read(content: bytes, folder: Path, query: str = "SELECT *") -> list[dict[str, Any]]:
    """The rows of a Parquet file."""
    path = folder / "data.parquet"
    path.write_bytes(content)
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(f"{query} FROM '{path}'")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def read_arrow(content: bytes) -> list[dict[str, Any]]:
    """The rows of a stream of Arrow."""
    with nanoarrow.ArrayStream.from_readable(content) as stream:
        found: list[dict[str, Any]] = stream.read_all().to_pylist()
        return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parquet")


@settings(max_examples=15)
@given(any_releases())
def test_every_cell_comes_back_in_its_order(folder: Path, release: Release) -> None:
    observations = Observations.of(release, regional(), Selection.ALL)

    rows = read(data(observations, "parquet"), folder)

    assert read_arrow(data(observations, "arrows")) == rows
    assert len(rows) == len(observations.cells)
    for row, cell in zip(rows, observations.cells, strict=True):
        assert tuple(row[axis.level] for axis in observations.axes) == cell.key
        assert (row["value"], row["status"]) == (cell.value, cell.status.value)
        assert (row["at_least"], row["at_most"]) == (cell.at_least, cell.at_most)
        assert (row["missing_members"] or "").split() == list(cell.missing_members)


RECEIPT = Receipt("region.example/log", 4, 9)
HOSTILE = Release(
    question_id="q-'; DROP TABLE observations; --",
    question={"by": ["country"], "measure": "casualties", "purpose": "p", "where": {}},
    axes=(Axis("country", ("KH", "x'),('y", '"', "=1+1", TOTAL)),),
    cells=(
        Cell(("KH",), Status.VALUE, 7),
        Cell(("x'),('y",), Status.WITHHELD),
        Cell(('"',), Status.NOT_SHARED),
        Cell(("=1+1",), Status.NO_ANSWER),
        Cell((TOTAL,), Status.WITHHELD),
    ),
    coverage=(),
    asked_at="2026-01-01T00:00:00Z",
    released_at="2026-01-01T00:00:05Z",
)


def test_codes_are_what_they_are_whatever_they_look_like(folder: Path) -> None:
    observations = Observations.of(HOSTILE, regional())

    rows = read(data(observations, "parquet", labelled=True), folder)

    assert read_arrow(data(observations, "arrows", labelled=True)) == rows
    assert [row["country"] for row in rows] == ["KH", "x'),('y", '"', "=1+1"]
    assert rows[0]["country_label"] == "Cambodia"
    assert [row["status"] for row in rows] == ["value", "withheld", "not-shared", "no-answer"]


def test_an_engine_adds_up_numbers_and_no_blank_is_0(folder: Path) -> None:
    content = data(Observations.of(HOSTILE, regional()), "parquet")

    (row,) = read(content, folder, "SELECT sum(value) AS people, count(value) AS known, count(*) AS cells")

    assert row == {"people": 7, "known": 1, "cells": 4}


def test_the_file_says_what_was_asked_and_where_it_is_in_the_log(folder: Path) -> None:
    observations = Observations.of(replace(HOSTILE, question_id="q-1"), regional())
    content = data(observations, "parquet", receipt=RECEIPT)
    (folder / "said.parquet").write_bytes(content)

    with duckdb.connect(":memory:") as connection:
        kept = connection.execute(
            "SELECT decode(key), decode(value) FROM parquet_kv_metadata(?)", [str(folder / "said.parquet")]
        ).fetchall()

    with nanoarrow.ArrayStream.from_readable(data(observations, "arrows", receipt=RECEIPT)) as stream:
        beside = dict(stream.schema.metadata.items())
    said = json.loads(dict(kept)["safelane"])
    assert json.loads(beside[b"safelane"]) == said
    assert said["receipt"] == {"log": "region.example/log", "asked": 4, "released": 9}
    assert said["question_id"] == "q-1"
    assert "withheld" in said["status"]


@pytest.mark.parametrize("ending", ["parquet", "arrows"])
def test_the_same_release_gives_the_same_bytes(ending: str) -> None:
    observations = Observations.of(HOSTILE, regional(), Selection.ALL)

    assert data(observations, ending) == data(observations, ending)


def test_files_that_are_made_at_the_same_time_are_those_that_are_made_alone() -> None:
    several = [Observations.of(made_release("country", "year", seed=seed), regional()) for seed in range(8)]
    alone = [to_parquet(one) for one in several]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(to_parquet, several)) == alone


def test_a_column_that_begins_with_thousands_of_blanks_keeps_what_comes_then(tmp_path: Path) -> None:
    release = made_release("province", "year", members=("KH", "LA"))
    *blank, last = release.cells
    assert len(blank) > 500
    many = (*(replace(cell, missing_members=()) for cell in blank), replace(last, missing_members=("TH",)))
    made = Observations.of(replace(release, cells=many), regional(), Selection.ALL)

    named = [row["missing_members"] for row in read(to_parquet(made), tmp_path)]
    assert [name for name in named if name] == ["TH"]
