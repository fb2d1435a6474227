"""CSV files in a zip are read where they stand; a damaged zip is an error, and nothing of it is read."""

import zipfile
from datetime import date

import pytest
from click.testing import CliRunner

from gateway.cli.tools.mapping import command
from gateway.dictionary import regional
from gateway.sources.files.opening import draft_of, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings

TODAY = date(2026, 11, 25)
VICTIMS = "Case,Sex,Date of accident,Province\n" + "".join(
    f"C-{n:03d},{'Male' if n % 3 else 'Female'},2020-0{n % 9 + 1}-11,Pailin\n" for n in range(40)
)


def packed(path, method=zipfile.ZIP_DEFLATED, **files):
    with zipfile.ZipFile(path, "w", method) as package:
        for name, text in files.items():
            package.writestr(name.replace("__", "/") + ".csv", text)
    return path


def rows_of(path):
    """The rows of all tables of a zip, read to their end by the draft of it."""
    mapping = parse_mapping(draft_of(str(path), "KH", regional(), TODAY).text, regional())
    with open_source(str(path), mapping, Findings()) as source:
        assert all(source.size(name) for name in source.tables())
        found = {}
        for name in source.tables():
            with source.table(name) as table:
                found[name] = [row for chunk in table.chunks for row in chunk.rows]
    return found


def test_the_tables_of_a_zip_are_drafted_and_read_from_any_folder_of_it(tmp_path):
    path = packed(tmp_path / "export.csv.ZIP", media__victims=VICTIMS)
    assert len(rows_of(path)["victims.csv"]) == 40
    assert rows_of(tmp_path) == rows_of(path), "a folder with nothing else in it"
    assert [p.name for p in tmp_path.iterdir()] == ["export.csv.ZIP"], "nothing is unpacked"


def test_a_mapping_of_a_zip_can_be_suggested_and_checked(tmp_path):
    path, draft = packed(tmp_path / "export.zip", victims=VICTIMS), tmp_path / "draft.yaml"
    assert (
        CliRunner().invoke(command, ["suggest", str(path), "--member", "KH", "-o", str(draft)]).exit_code == 0
    )
    checked = CliRunner().invoke(command, ["check", str(draft), "--source", str(path)])
    assert "is in order" in checked.output


def test_what_is_no_whole_safe_zip_of_tables_is_an_error(tmp_path):
    whole = packed(tmp_path / "whole.zip", victims=VICTIMS * 20).read_bytes()
    middle = len(whole) // 3
    for name, content in {
        "cut": whole[:-30],
        "one byte": whole[:1],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :],
    }.items():
        (tmp_path / "bad.zip").write_bytes(content)
        with pytest.raises(SourceError, match=r"bad\.zip is not a complete zip file"):
            rows_of(tmp_path / "bad.zip")
        assert name
    with pytest.raises(SourceError, match="not a complete zip file"):
        rows_of(packed(tmp_path / "other.zip", zipfile.ZIP_BZIP2, victims=VICTIMS))
    with pytest.raises(SourceError, match=r"contains victims\.csv twice"):
        rows_of(packed(tmp_path / "twice.zip", a__victims=VICTIMS, b__victims=VICTIMS))
    with pytest.raises(SourceError, match="contains no CSV file"):
        rows_of(packed(tmp_path / "empty.zip"))
    with pytest.raises(SourceError, match="far too large when unpacked"):
        rows_of(packed(tmp_path / "bomb.zip", victims="0" * (20 << 20)))
    with pytest.raises(SourceError, match="There is no file"):
        rows_of(tmp_path / "missing.zip")


def test_a_zip_without_a_table_of_the_mapping_is_named(tmp_path):
    mapping = parse_mapping(
        draft_of(str(packed(tmp_path / "a.zip", victims=VICTIMS)), "KH", regional(), TODAY).text, regional()
    )
    other = packed(tmp_path / "b.zip", people=VICTIMS)
    with (
        open_source(str(other), mapping, Findings()) as source,
        pytest.raises(SourceError, match=r"b\.zip lacks victims\.csv"),
        source.table("victims.csv"),
    ):
        pass
