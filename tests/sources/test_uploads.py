"""Uploads wait in a folder of their own, and are what a mapping reads, or an error that says why not."""

import io
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.sources.files import uploaded, uploads
from gateway.sources.files.uploaded import as_source, check_names, unpack
from gateway.sources.files.uploads import FOLDER, KEPT, MOST, Uploads, safe_name
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import NoUploadError, SourceError, UploadError
from gateway.sources.model.mapping import SourceMapping

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ONE = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns: {Case: case_id, Date: date}
constants: {consent_share: AGG}
"""
TWO = ONE.replace(
    "constants",
    "  accidents.csv:\n    columns: {Place: place}\n    join: {Case: Case}\nconstants",
)
BOOK = ONE.replace("source: csv", "source: xlsx").replace("victims.csv", "Victims")
DATABASE = ONE.replace("source: csv", "source: database").replace("victims.csv", "victims")
OLD, OPEN, ACCESS = (BOOK.replace("xlsx", kind) for kind in ("xls", "ods", "access"))
ROWS = b"Case,Date\nC1,2019-01-02\n"


def rules(text: str) -> SourceMapping:
    return parse_mapping(text, regional())


def zipped(parts: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return stream.getvalue()


@pytest.fixture
def waiting(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path)


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Path]:
    """Lays files out as uploaded, and gives what a load would read of them."""

    def made(mapping: str, **files: bytes) -> Path:
        folder, work = tmp_path / "files", tmp_path / "work"
        folder.mkdir()
        work.mkdir()
        named = {name.replace("_", "."): data for name, data in files.items()}
        for name, data in named.items():
            (folder / name).write_bytes(data)
        return as_source(folder, tuple(named), rules(mapping), work)

    return made


def test_an_upload_is_kept_for_its_owner_only_and_known_again(waiting: Uploads, tmp_path: Path) -> None:
    made = waiting.add([("victims.csv", io.BytesIO(ROWS))], "dara", NOW)

    assert waiting.of(made.id) == made
    assert waiting.waiting() == (made,)
    folder = waiting.files(made)
    assert (folder / "victims.csv").read_bytes() == ROWS
    modes = [path.stat().st_mode & 0o077 for path in (tmp_path / FOLDER).rglob("*")]
    assert set(modes) == {0}
    (folder / "victims.csv").write_bytes(ROWS + b"C2,2019-01-02\n")
    with pytest.raises(UploadError, match="changed on the disk"):
        waiting.files(made)


def test_nothing_is_left_of_an_upload_that_is_too_large_or_empty(
    waiting: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST", 3 << 20)
    for files in ([("a.csv", io.BytesIO(bytes(4 << 20)))], [("a.csv", io.BytesIO(b""))], [],
                  [("a.csv", io.BytesIO(b"1")), ("x/a.csv", io.BytesIO(b"2"))]):  # fmt: skip
        with pytest.raises(UploadError):
            waiting.add(files, "dara", NOW)

    assert not list((tmp_path / FOLDER).iterdir())


def test_an_upload_goes_after_a_day_and_the_oldest_makes_room(waiting: Uploads) -> None:
    made = [
        waiting.add([("a.csv", io.BytesIO(ROWS))], "dara", NOW + timedelta(minutes=n))
        for n in range(MOST + 1)
    ]
    assert [one.id for one in waiting.waiting()] == [one.id for one in reversed(made[1:])]

    waiting.tidy(made[2].at + KEPT)

    assert [one.id for one in waiting.waiting()] == [one.id for one in reversed(made[3:])]
    for gone in (made[0].id, "../../etc", "", "0" * 16):
        with pytest.raises(NoUploadError):
            waiting.of(gone)
    waiting.remove("../" + FOLDER)
    assert len(waiting.waiting()) == MOST - 2


@pytest.mark.parametrize(("given", "kept"), [
    ("C:\\Users\\dara\\ជនរងគ្រោះ 2025.csv", "ជនរងគ្រោះ 2025.csv"), ("../../.ssh/keys", "keys"),
    ("<script>.csv", "_script_.csv"), ("...", "register"), ("a" * 300 + ".xlsx", "a" * 115 + ".xlsx"),
])  # fmt: skip
def test_a_name_means_nothing_to_paths_and_pages(given: str, kept: str) -> None:
    name = safe_name(given)

    assert len(name) == len(kept)
    assert name.endswith(kept[-6:])
    assert not set(name) & set("/\\<>\"'&\0\n")


NAMES = {
    "Thai": "ผู้ประสบภัยจากทุ่นระเบิด ปี ๒๕๖๙.csv",
    "Lao": "ຜູ້ເຄາະຮ້າຍຈາກລະເບີດບໍ່ທັນແຕກ.csv",
    "Khmer": "ជនរងគ្រោះ\u200bដោយសារ\u200bមីន.csv",
    "Burmese": "မိုင်းအန္တရာယ်ကြောင့် ထိခိုက်သူများ.csv",
    "Vietnamese": "Nạn nhân bom mìn (2026).csv",
    "Vietnamese, decomposed": unicodedata.normalize("NFD", "Nạn nhân bom mìn.csv"),
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_in_every_script_of_the_region_survive(waiting: Uploads, tmp_path: Path, name: str) -> None:
    made = waiting.add([(name, io.BytesIO(ROWS))], "someone", NOW)
    assert made.names == (name,)
    assert (waiting.files(made) / name).read_bytes() == ROWS

    for says_so in (True, False):  # several programs write UTF-8 into a zip and do not say so
        archive, into = tmp_path / f"{says_so}.zip", tmp_path / f"into-{says_so}"
        into.mkdir()
        with zipfile.ZipFile(archive, "w") as package:
            package.writestr(name, ROWS)
        if not says_so:
            archive.write_bytes(archive.read_bytes().replace(b"\x00\x08\x00\x00", b"\x00\x00\x00\x00"))
            with zipfile.ZipFile(archive) as package:
                assert package.namelist() != [name]
        unpack(archive, [name], into)
        assert (into / name).read_bytes() == ROWS


@pytest.mark.parametrize("name", ["ผู้" * 100 + ".csv", "ជន" * 200 + ".csv", "\u0e49" * 300])
def test_a_long_name_in_three_bytes_a_letter_is_kept_on_a_disk(waiting: Uploads, name: str) -> None:
    (kept,) = waiting.add([(name, io.BytesIO(ROWS))], "someone", NOW).names
    assert len(kept.encode()) <= 240
    assert kept == "register" or (kept in name and not unicodedata.category(kept[0]).startswith("M"))


@given(name=st.text())
def test_any_name_is_one_that_a_disk_takes(name: str) -> None:
    kept = safe_name(name)
    assert 0 < len(kept.encode()) <= 240
    assert kept not in (".", "..")
    assert not set(kept) & set("/\\<>\"'&\0\n\u202e")


def test_one_table_may_be_called_anything(source: Callable[..., Path]) -> None:
    found = source(ONE, today_csv=ROWS)

    assert (found / "victims.csv").read_bytes() == ROWS


def test_a_zip_gives_the_tables_that_the_mapping_reads_and_nothing_else(source: Callable[..., Path]) -> None:
    parts = {"export/victims.csv": ROWS, "export/accidents.csv": b"Case,Place\n"}

    found = source(TWO, register_zip=zipped({**parts, "__MACOSX/victims.csv": b"x", "readme.txt": b"y"}))

    assert sorted(path.name for path in found.iterdir()) == ["accidents.csv", "victims.csv"]
    assert (found / "victims.csv").read_bytes() == ROWS


@pytest.mark.parametrize(("mapping", "names", "said"), [
    (ONE, ["register.xlsx"], "not of a kind"), (BOOK, ["victims.csv"], "not of a kind"),
    (ONE, ["victims.csv.exe"], "not of a kind"), (ONE, ["victims"], "not of a kind"),
    (BOOK, ["a.xls"], "not of a kind"),
    (OPEN, ["a.xlsx"], "not of a kind"), (ACCESS, ["a.csv"], "not of a kind"),
    (BOOK, ["a.xlsx", "b.xlsx"], "several files"), (ACCESS, ["a.mdb", "b.mdb"], "several files"),
    (TWO, ["a.zip", "b.csv"], "several files"),
    (TWO, ["victims.csv"], "lacks accidents.csv"), (TWO, ["victims.csv", "other.csv"], "lacks accidents.csv"),
    (DATABASE, ["victims.csv"], "reads a database"),
])  # fmt: skip
def test_the_wrong_kind_is_told_by_its_name(mapping: str, names: list[str], said: str) -> None:
    with pytest.raises(UploadError, match=said):
        check_names(names, rules(mapping))


@pytest.mark.parametrize(("mapping", "name", "data"), [
    (ONE, "victims_csv", zipped({"victims.csv": ROWS})), (ONE, "victims_csv", b"%PDF-1.7 ..."),
    (OLD, "book_xls", ROWS), (OLD, "book_xls", zipped({"content.xml": ROWS})), (ACCESS, "victims_mdb", ROWS),
    (ONE, "victims_csv", b"\0\1\0\0Standard ACE DB"), (OPEN, "book_ods", b"\xd0\xcf\x11\xe0old"),
    (ONE, "victims_zip", ROWS), (BOOK, "book_xlsx", ROWS), (BOOK, "book_xlsx", b"\xd0\xcf\x11\xe0old"),
])  # fmt: skip
def test_a_file_that_is_not_what_its_name_says_is_told(
    source: Callable[..., Path], mapping: str, name: str, data: bytes
) -> None:
    with pytest.raises(UploadError, match="does not match the type in its name"):
        source(mapping, **{name: data})


def test_a_workbook_or_database_is_read_where_it_lies(source: Callable[..., Path], tmp_path: Path) -> None:
    assert source(ACCESS, any_accdb=b"\0\1\0\0Standard ACE DB") == tmp_path / "files" / "any.accdb"


def test_a_broken_locked_or_truncated_zip_is_an_error(source: Callable[..., Path], tmp_path: Path) -> None:
    whole = bytearray(zipped({"victims.csv": ROWS * 1000}))
    locked, wrong = bytearray(whole), bytearray(whole)
    locked[6] |= 1  # "is encrypted", in both places
    locked[whole.index(b"PK\x01\x02") + 8] |= 1
    wrong[50] ^= 0xFF
    for number, data in enumerate((whole[:-30], whole[:40], locked, wrong, b"PK\x03\x04")):
        archive, into = tmp_path / f"{number}.zip", tmp_path / str(number)
        archive.write_bytes(data)
        into.mkdir()
        with pytest.raises(SourceError, match="not a complete zip"):
            unpack(archive, ["victims.csv"], into)


def test_a_zip_that_would_be_far_too_large_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "bomb.zip"
    archive.write_bytes(zipped({"victims.csv": bytes(11 << 20)}))
    assert archive.stat().st_size < 50_000
    with pytest.raises(SourceError, match="far too large"):
        unpack(archive, ["victims.csv"], tmp_path)

    monkeypatch.setattr(uploaded, "LARGEST_UNPACKED", 1000)
    archive.write_bytes(zipped({"victims.csv": ROWS * 100}))
    with pytest.raises(SourceError, match="far too large"):
        unpack(archive, ["victims.csv"], tmp_path)

    assert not (tmp_path / "victims.csv").exists()


def test_a_zip_that_lacks_a_table_or_has_it_twice_is_told(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped({"a/victims.csv": ROWS, "b/victims.csv": ROWS}))
    with pytest.raises(SourceError, match=r"victims\.csv twice"):
        unpack(archive, ["victims.csv"], tmp_path)

    archive.write_bytes(zipped({"a/victims.csv": ROWS}))
    with pytest.raises(SourceError, match=r"lacks accidents\.csv"):
        unpack(archive, ["victims.csv", "accidents.csv"], tmp_path)


def test_names_in_a_zip_lead_nowhere_else(tmp_path: Path) -> None:
    archive, into = tmp_path / "a.zip", tmp_path / "into"
    into.mkdir()
    archive.write_bytes(zipped({"../../victims.csv": ROWS, "/etc/passwd": b"x"}))

    unpack(archive, ["victims.csv"], into)

    assert [path.name for path in into.iterdir()] == ["victims.csv"]
    assert not (tmp_path.parent / "victims.csv").exists()
