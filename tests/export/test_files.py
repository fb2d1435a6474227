"""A release as files: statuses come back from each, no withheld number is in any, no text is a formula."""

import csv
import io
import json
import struct
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from any_releases import any_releases
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from releases import made_release

from gateway.dictionary import regional
from gateway.export import CONTENT_TYPES, FORMS, FormError, NothingToDrawError, Receipt, export, file_name
from gateway.export.images import FONT, image, to_png
from gateway.export.sheet_rows import SheetRows, packed
from gateway.picturing import ENGLISH, WITHHELD, Words
from gateway.picturing.svg import text as line
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Earlier, Release, release_from_json

DICTIONARY = regional()
RELEASE = made_release("country", "outcome", refusals={"PH": None, "SG": Refusal.NOT_SHARED}, seed=2)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


def workbook(release: Release, words: Words = ENGLISH, receipt: Receipt | None = None) -> Workbook:
    content = export(release, "xlsx", DICTIONARY, words, receipt=receipt)
    return load_workbook(io.BytesIO(content))


def rows(book: Workbook, sheet: str) -> list[list[object]]:
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def named(*codes: str) -> Release:
    """A release whose codes are these: a node may send what the hub's dictionary does not know."""
    axes = (Axis("outcome", (*codes, TOTAL)),)
    cells = tuple(Cell((code,), Status.VALUE, 7) for code in axes[0].codes)
    return replace(RELEASE, axes=axes, cells=cells)


@settings(max_examples=40)
@given(any_releases())
def test_csv_gives_back_every_key_status_and_number(release: Release) -> None:
    text = export(release, "csv", DICTIONARY).decode()
    read = list(csv.DictReader(io.StringIO(text)))

    assert len(read) == len(release.cells)
    for row, cell in zip(read, release.cells, strict=True):
        assert tuple(row[axis.level] for axis in release.axes) == cell.key
        assert row["status"] == cell.status
        assert row["value"] == (cell.status if cell.value is None else str(cell.value))


@settings(max_examples=15)
@given(any_releases())
def test_the_workbook_gives_back_every_key_status_and_number(release: Release) -> None:
    book = workbook(release)
    head, *read = rows(book, "Data")

    assert len(read) == len(release.cells)
    for row, cell in zip(read, release.cells, strict=True):
        assert tuple(row[0 : 2 * len(release.axes) : 2]) == cell.key
        assert row[head.index("status")] == cell.status
        assert row[head.index("value")] == (cell.status if cell.value is None else cell.value)


@settings(max_examples=15)
@given(any_releases())
def test_the_table_of_the_workbook_has_a_number_for_every_value_and_a_word_for_all_else(
    release: Release,
) -> None:
    shown = [value for row in rows(workbook(release), "Table")[2:] for value in row if value is not None]
    numbers = sorted(value for value in shown if isinstance(value, int))
    symbols = [value for value in shown if isinstance(value, str) and value.startswith(WITHHELD)]

    assert numbers == sorted(cell.value for cell in release.cells if cell.value is not None)
    assert len(symbols) == sum(cell.status is Status.WITHHELD for cell in release.cells)


@settings(max_examples=40)
@given(any_releases())
def test_json_is_the_release_itself(release: Release) -> None:
    assert release_from_json(json.loads(export(release, "json", DICTIONARY))) == release


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text: str) -> None:
    words = Words(say=lambda said: text if said == "killed" else said, number=str)
    release = named(text, "K")
    lines = list(csv.reader(io.StringIO(export(release, "csv", DICTIONARY).decode(), newline="")))
    book = workbook(release, words)

    assert len(lines) == 1 + len(release.cells)
    assert lines[1][0] == "'" + text.replace("\t", " ").replace("\r", " ")
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    with zipfile.ZipFile(io.BytesIO(export(release, "xlsx", DICTIONARY, words))) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())


def test_a_workbook_holds_when_it_was_released_and_never_when_it_was_written() -> None:
    with zipfile.ZipFile(io.BytesIO(export(RELEASE, "xlsx", DICTIONARY))) as parts:
        moments = {entry.date_time for entry in parts.infolist()}
        about = parts.read("docProps/core.xml").decode()

    assert moments == {(2025, 1, 10, 8, 0, 4)}
    assert about.count("2025-01-10T08:00:04Z") == 2  # created and modified


def test_a_text_longer_than_a_cell_may_be_is_cut_and_the_workbook_still_opens() -> None:
    book = workbook(RELEASE, Words(say=lambda said: "a" * 40_000 if said == "killed" else said, number=str))

    longest = max(len(value) for row in rows(book, "Table") for value in row if isinstance(value, str))
    assert longest == 32_767


def test_rows_are_put_into_an_empty_sheet_only() -> None:
    book = Workbook(write_only=True)
    frame = book.create_sheet("Table")
    frame.append(["there already"])
    with pytest.raises(ValueError, match="has rows already"):
        packed(book, [SheetRows(frame)], datetime(2025, 1, 10, tzinfo=UTC))


def test_letters_that_xml_cannot_hold_do_not_spoil_a_file() -> None:
    words = Words(say=lambda said: f"{said}\x00\x0b", number=str)
    for form in ("xlsx", "svg", "png"):
        assert export(RELEASE, form, DICTIONARY, words)


def test_the_workbook_has_table_data_notes_and_legend() -> None:
    book = workbook(RELEASE, receipt=Receipt("region/log", 24, 25))
    notes = {row[0]: row[1] for row in rows(book, "Notes") if row[0]}

    assert book.sheetnames == ["Table", "Data", "Notes", "Legend"]
    assert notes["Purpose"] == "ARMAC's regional statistics and annual report"
    assert notes["Receipt"].startswith("Entry 24 of region/log recorded the question")
    assert notes["Philippines"] == "did not answer in time"
    assert notes["Singapore"] == "its policy does not share this"
    assert [WITHHELD, "withheld", "Withheld to protect people"] in rows(book, "Legend")


def test_the_notes_say_how_each_member_took_part() -> None:
    covered = RELEASE.coverage[0]
    away = replace(covered, answered=False, offline_since="2025-01-09T00:00:00Z", policy=None)
    parts = [
        replace(covered, late=True),
        replace(covered, earlier=Earlier("q-0", "2024-12-01T00:00:00Z")),
        away,
        replace(away, offline_since=None, waiting=True),
        replace(away, offline_since=None, never_called=True),
    ]
    notes = rows(workbook(replace(RELEASE, coverage=tuple(parts))), "Notes")

    assert [row[1] for row in notes[-5:]] == [
        "answered late",
        "offline; this is its answer to the same question at 2024-12-01T00:00:00Z",
        "offline since 2025-01-09T00:00:00Z",
        "approval was still pending at the deadline",
        "has never connected to the hub",
    ]


def test_a_number_with_a_mark_stays_a_number() -> None:
    book = workbook(RELEASE)
    marked = [c for row in book["Table"].iter_rows() for c in row if c.number_format == '#,##0"*"']

    assert marked
    assert all(isinstance(cell.value, int) for cell in marked)


def test_a_withheld_number_is_in_no_form() -> None:
    """The very number that another release shows is in none of the files of the one that withholds it."""
    odd = 8675309
    cells = tuple(
        replace(c, status=Status.VALUE, value=odd, at_least=None) if c.key == ("KH", "K") else c
        for c in RELEASE.cells
    )
    shown = replace(RELEASE, cells=cells)
    suppressed = replace(
        shown,
        cells=tuple(
            replace(c, status=Status.WITHHELD, value=None) if c.key == ("KH", "K") else c for c in cells
        ),
    )
    for form in ("csv", "json", "svg"):
        digits = [export(r, form, DICTIONARY).decode().replace(",", "") for r in (shown, suppressed)]
        assert [str(odd) in text for text in digits] == [True, False]
    assert not any(odd in row for row in rows(workbook(suppressed), "Data"))


def test_an_image_is_a_png_of_the_size_of_the_drawing() -> None:
    content = to_png(RELEASE, DICTIONARY, ENGLISH, "bars")
    width, height = struct.unpack(">II", content[16:24])

    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert width == 2 * 680
    assert height > 300


@pytest.mark.parametrize("name", ["ភ្នំពេញ", "ວຽງຈັນ", "กรุงเทพ", "ရန်ကုန်", "Huế Đà ửỡẵ"])
def test_every_letter_of_the_region_is_drawn_and_not_the_box_of_a_missing_one(name: str) -> None:
    """A private letter that no font has is drawn as a box; as many boxes would be the same image."""

    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="150" height="30" font-family="{FONT}">'

    def drawn(text: str) -> bytes:
        return image(f"{drawing}{line(0, 18, text)}</svg>")

    images = {drawn(name[:i]) for i in range(len(name) + 1)}
    missing = drawn("\ue000" * len(name))

    assert missing not in images
    assert len(images) > len(name) // 2


@settings(max_examples=60)
@given(st.text(st.sampled_from("(a1 Huế)ជា្មុំ/ນະຄອນ-กรุงเทพ…ရန်ကုန်◊\u200b漢😀ع"), max_size=30))
def test_any_mixture_of_letters_is_drawn(text: str) -> None:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="20" font-family="{FONT}">'

    assert image(f"{drawing}{line(0, 15, text)}</svg>").startswith(b"\x89PNG")


def test_the_same_release_gives_the_same_picture() -> None:
    for form in ("svg", "png"):
        assert export(RELEASE, form, DICTIONARY) == export(RELEASE, form, DICTIONARY)


def test_a_picture_may_be_chosen_and_none_is_made_up() -> None:
    assert b"picture-map" in export(RELEASE, "svg", DICTIONARY, kind="map")
    with pytest.raises(NothingToDrawError):
        export(made_release(members=("TH",)), "png", DICTIONARY)


def test_every_form_has_a_type_and_a_plain_file_name() -> None:
    assert set(CONTENT_TYPES) == set(FORMS)
    assert file_name(RELEASE, "xlsx") == "safelane-casualties-by-country-outcome-2025-01-10.xlsx"
    odd = replace(RELEASE, question={**RELEASE.question, "measure": '../"x"\r\n'})
    assert file_name(odd, "csv") == "safelane-x-by-country-outcome-2025-01-10.csv"
    with pytest.raises(FormError, match="'docx'"):
        export(RELEASE, "docx", DICTIONARY)
