"""Microsoft Access databases, saved by Access itself, read by mdbtools; and damaged ones."""

import gzip
import shutil
from datetime import date
from pathlib import Path

import pytest

from gateway.dictionary import regional
from gateway.sources.files import access_source
from gateway.sources.files.access_source import AccessSource
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.model.mapping import Reading
from gateway.sources.model.tables import ForeignKey
from gateway.sources.quality.load import Load, load

REGISTERS = Path(__file__).parents[2] / "data" / "registers"
MAPPING = """\
mapping: 1
member: KH
source: access
tables:
  Table1:
    columns:
      A: case_id
      G: date
      I: {to: consent_share, codes: {"TRUE": AGG, "FALSE": N}}
    left_out: {B: text, C: number, D: number, E: number, F: number, H: money}
left_out: {Table2: empty, Table3: empty, Table4: empty}
"""

needs_mdbtools = pytest.mark.skipif(shutil.which("mdb-export") is None, reason="mdbtools is not installed")
pytestmark = needs_mdbtools


def database(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.decompress((REGISTERS / f"{name}.gz").read_bytes()))
    return path


@pytest.fixture
def accdb(tmp_path: Path) -> Path:
    return database(tmp_path, "testV2007.accdb")


def load_path(path: Path) -> Load:
    parsed = parse_mapping(MAPPING, regional())
    findings = Findings()
    with open_source(str(path), parsed, findings) as source:
        return load(
            source,
            parsed,
            regional(),
            pseudonymise=lambda kind, values: [f"{kind}:{value}" for value in values],
            today=date(2026, 11, 25),
            findings=findings,
        )


def test_a_table_of_access_is_read_as_what_it_is(accdb: Path) -> None:
    loaded = load_path(accdb.parent)

    assert loaded.findings == ()
    assert loaded.snapshot.columns["date"].values() == ["1981-12", "1974-09"]
    assert loaded.snapshot.consent.values() == ["N", "AGG"]


def test_tables_keys_and_sizes_are_those_that_access_declares(tmp_path: Path) -> None:
    source = AccessSource(database(tmp_path, "indexTestV2000.mdb"), Reading())

    assert source.tables() == ["Table1", "Table2", "Table3"]
    assert source.foreign_keys() == [
        ForeignKey("Table1", "otherfk1", "Table2", "id"),
        ForeignKey("Table1", "otherfk2", "Table3", "id"),
    ]
    assert source.size("Table1") == 4
    with source.table("Table1") as table:
        rows = [row for chunk in table.chunks for row in chunk.rows]
    assert table.headings == ("id", "otherfk1", "otherfk2", "data", "otherfk3")
    assert rows[1] == ["1", "1", "11", "baz11", "0"]
    assert table.at() == 4


def test_a_draft_names_the_kind(accdb: Path) -> None:
    assert "source: access\n" in draft_mapping(str(accdb), "KH", regional(), date(2026, 11, 25))


def test_a_table_that_is_missing_is_told(accdb: Path) -> None:
    with pytest.raises(SourceError, match="no table 'victims'"):
        AccessSource(accdb, Reading()).table("victims").__enter__()


@pytest.mark.parametrize("keep", [0, 1, 4096, 100_000, 230_000])
def test_a_database_that_is_cut_off_is_an_error(accdb: Path, keep: int) -> None:
    accdb.write_bytes(accdb.read_bytes()[:keep])
    with pytest.raises(SourceError, match="no whole Access database"):
        load_path(accdb)


def test_a_page_that_is_lost_is_no_table_with_fewer_rows(accdb: Path) -> None:
    whole = accdb.read_bytes()
    page = next(n for n in range(0, len(whole), 4096) if "abcdefg".encode("latin-1") in whole[n : n + 4096])
    accdb.write_bytes(whole[:page] + bytes(4096) + whole[page + 4096 :])
    with pytest.raises(SourceError, match="no whole Access database"):
        load_path(accdb)


def test_a_missing_reader_is_named(accdb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_source.shutil, "which", lambda _: None)
    with pytest.raises(SourceError, match="mdbtools, which reads") as caught:
        load_path(accdb)
    assert "Install mdbtools" in caught.value.remedy
