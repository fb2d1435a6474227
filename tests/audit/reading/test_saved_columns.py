"""Parquet and Arrow as a stranger may hand them in: read, or refused with a sentence, and nothing else."""

import builtins
from random import Random
from typing import Any

import pytest
from releases import made_release

from audit.errors import AuditError, MalformedError, TableError
from audit.formats.canonical import canonical_json
from audit.reading.released_table import ReleasedTable
from audit.reading.saved_columns import NoReaderError, arrow_rows, parquet_rows
from audit.reading.saved_table import compare
from gateway.dictionary import regional
from gateway.export.data_formats import data
from gateway.export.observations import Observations, Selection

RELEASE = made_release("country", "year", members=("KH", "TH"), years=range(2022, 2025))
TABLE = ReleasedTable.parse(canonical_json(RELEASE.as_json()))
OTHER = made_release("country", "year", members=("KH", "TH"), years=range(2022, 2025), seed=5)
ENDINGS = ("parquet", "arrows")


def saved(ending: str, *, labelled: bool = False, selection: Selection = Selection.ALL) -> bytes:
    return data(Observations.of(RELEASE, regional(), selection), ending, labelled=labelled)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_saved_table_is_compared_with_and_without_labels_and_totals(ending: str) -> None:
    whole = compare(f"t.{ending}", saved(ending, labelled=True), TABLE)
    inner = compare(f"t.{ending}", saved(ending, selection=Selection.INNER), TABLE)

    assert (whole.cells, inner.cells) == (len(TABLE.cells), len(TABLE.inner))
    assert "labels" in whole.unchecked
    assert "labels" not in inner.unchecked
    assert "what the file says beside its rows" in inner.unchecked


@pytest.mark.parametrize("ending", ENDINGS)
def test_another_table_of_the_same_shape_is_found_out(ending: str) -> None:
    other = data(Observations.of(OTHER, regional(), Selection.ALL), ending)

    with pytest.raises(TableError, match="in the file, and"):
        compare(f"t.{ending}", other, TABLE)


@pytest.mark.parametrize(("ending", "times"), [("parquet", 20), ("arrows", 150), ("xlsx", 60)])
def test_a_damaged_file_is_refused_or_holds_the_released_numbers(ending: str, times: int) -> None:
    """Bytes between the columns may be changed without changing a number."""
    whole, drawn, refused = saved(ending), Random(28), 0
    for _ in range(times):
        damaged = bytearray(whole)
        damaged[drawn.randrange(len(damaged))] ^= 1 << drawn.randrange(8)
        content = bytes(damaged) if drawn.random() < 0.8 else whole[: drawn.randrange(len(whole))]
        try:
            assert compare(f"t.{ending}", content, TABLE).cells == len(TABLE.cells)
        except AuditError:
            refused += 1
    assert 5 * refused > times


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"ARROW1", b"\xff\xff\xff\xff\x00\x00\x00\x00", b"a,b\n1,2\n"]
)
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_no_such_file_is_said(ending: str, content: bytes) -> None:
    with pytest.raises(AuditError) as caught:
        compare(f"t.{ending}", content, TABLE)
    assert isinstance(caught.value, MalformedError | TableError)


def test_a_file_with_more_rows_than_the_release_is_not_read_to_its_end() -> None:
    assert len(parquet_rows(saved("parquet"), 2)[1]) == 3
    with pytest.raises(MalformedError, match="more rows"):
        arrow_rows(saved("arrows"), 2)


def test_without_its_reader_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any) -> Any:
        if name == "duckdb":
            raise ImportError(name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NoReaderError, match=r"pip install duckdb.*CSV"):
        parquet_rows(b"", 1)
