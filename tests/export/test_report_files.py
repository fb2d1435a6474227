"""A report as a file: everything that the page says, whatever somebody typed, and nothing from elsewhere."""

import re
import subprocess
import zlib
from contextlib import ExitStack, suppress
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from releases import made_release

from gateway import export as export_package
from gateway.dictionary import regional
from gateway.export import export
from gateway.export.documents import installed, print_file, word_file
from gateway.export.documents.installed import DocumentError
from gateway.export.documents.print_file import to_pdf
from gateway.export.documents.print_sheet import print_sheet
from gateway.export.documents.report_document import (
    MemberLine,
    ReceiptLine,
    ReportDocument,
    ReportFigure,
    ReportSection,
    ReportTable,
)
from gateway.export.documents.word_file import to_docx
from gateway.picturing import ENGLISH, Words, draw, fitting
from gateway.picturing.turning import arrangement, turned

KHMER = "ជំនួយជនរងគ្រោះក្នុងតំបន់"


def document(text: str = KHMER) -> ReportDocument:
    d = regional()
    release = made_release("country", "sex", "outcome", members=("KH", "LA"))
    layout = turned(release, d, ENGLISH, arrangement(release, d))
    drawn = draw(fitting(release, d)[0], release, d)
    table = ReportTable(1, layout.caption, "", layout, ("Source: a register.",), release.question_id, 1)
    figure = ReportFigure(1, drawn.title, drawn.svg, drawn.description, ())
    section = ReportSection("harmed", 1, "How many", (text,), (table,), (figure,), ("Said.",))
    member = MemberLine("Cambodia", "1", "answered", "31 Dec 2024", "1", "May be passed on.")
    return ReportDocument(
        title="Victim assistance, 2024",
        region="ARMAC",
        kind="Yearly report",
        status="public version",
        public=True,
        as_of="1 Mar 2026",
        language="km",
        left_out=("Viet Nam is left out.",),
        sections=(section,),
        members=(member,),
        methods=(("◊", "withheld"),),
        receipts=(ReceiptLine((1,), release.question_id, 1, 7, 8, "1 Mar 2026"),),
        log="region/log",
        checking="Check it.",
    )


@pytest.fixture(scope="module")
def parts() -> dict[str, bytes]:
    with ZipFile(BytesIO(to_docx(document(f"{KHMER} =1+1 <b>&\x0b{{ MERGEFIELD }}"), ENGLISH))) as made:
        return {name: made.read(name) for name in made.namelist()}


def test_a_document_has_every_number_word_and_receipt(parts: dict[str, bytes]) -> None:
    text = parts["word/document.xml"].decode()
    report = document()
    (table,) = report.sections[0].tables
    for row in table.layout.rows:
        for cell in row.cells:
            assert f">{cell.text}{cell.marks}<" in text
    for said in (KHMER, "Viet Nam is left out.", "Table 1.", "Figure 1.", report.receipts[0].question):
        assert said in text
    assert text.count("<w:tblHeader") >= 3, "heads stand on every page"
    assert 'descr="' in text, "a picture is described"


def test_a_document_holds_no_field_no_macro_and_nothing_from_elsewhere(parts: dict[str, bytes]) -> None:
    text = parts["word/document.xml"].decode()
    assert "fldSimple" not in text
    assert "instrText" not in text
    assert "=1+1 &lt;b&gt;&amp;{ MERGEFIELD }" in text
    assert not [name for name in parts if "vba" in name.lower() or "embeddings" in name]
    for name, content in parts.items():
        if name.endswith(".rels"):
            assert b'TargetMode="External"' not in content, name


def test_a_document_holds_the_letters_of_the_region_and_uses_them_in_each_style(
    parts: dict[str, bytes],
) -> None:
    named = parts["word/fontTable.xml"].decode()
    key = re.search(r'w:name="Safelane Sans".*?w:fontKey="{([0-9A-F-]{36})}"', named, re.S)
    assert key is not None
    reversed_key = bytes.fromhex(key[1].replace("-", ""))[::-1]
    hidden = parts["word/fonts/font1.odttf"]
    font = bytes(one ^ reversed_key[i % 16] for i, one in enumerate(hidden[:32])) + hidden[32:]
    assert font == Path(export_package.__file__).with_name("fonts").joinpath("SafelaneSans.ttf").read_bytes()
    assert b"embedTrueTypeFonts" in parts["word/settings.xml"]
    used = re.findall(r"<w:rFonts ([^/]*)/>", parts["word/styles.xml"].decode())
    assert used
    assert all(one.count('"Safelane Sans"') == 4 and "Theme" not in one for one in used), used
    text = parts["word/document.xml"].decode()
    sizes = re.findall(r'<w:sz w:val="(\d+)"/><w:szCs w:val="(\d+)"/>', text)
    assert len(sizes) == text.count("<w:sz ") > 0, "Khmer letters are as large as the others"
    assert all(one == other for one, other in sizes)


def opened(made: bytes) -> bytes:
    """The content of a PDF's compressed parts."""
    found = []
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.S):
        with suppress(zlib.error):
            found.append(zlib.decompress(part))
    return b"\n".join(found)


def test_a_print_has_its_fonts_inside_and_fetches_nothing() -> None:
    inside = opened(
        to_pdf(
            f"<html lang=km><head><title>T</title><style>{print_sheet()}</style></head>"
            f"<body><p>{KHMER} ລາວ ไทย မြန်မာ Việt</p>"
            '<img src="http://127.0.0.1:9/x.png" alt="x"><img src="file:///etc/hostname" alt="y">'
            '<link rel="stylesheet" href="font:../../safelane.css"></body></html>'
        )
    )
    assert len(re.findall(rb"/FontFile", inside)) >= 5, "Latin, Khmer, Lao, Thai and Burmese"
    assert b"DejaVu" not in inside, "no font of the machine"
    assert b"/Image" not in inside


def test_a_picture_in_print_is_drawn_not_an_image_and_its_khmer_is_shaped_and_copied_whole() -> None:
    release = made_release("country", "province_group", members=("KH", "LA"))
    words = Words(say=lambda said: KHMER if said == "Cambodia" else said, number=str)
    made = export(release, "pdf", regional(), words, kind="map", language="km")
    inside = opened(made)
    assert b"/Image" not in inside
    assert b"/Lang (km)" in made + inside
    assert {b"Noto-Sans", b"Noto-Sans-Khmer"} == set(re.findall(rb"/FontName /[A-Z]+\+([\w-]+)", inside))
    said = re.findall(rb"/Span <</ActualText <feff([0-9a-f]*)>>> BDC", inside.replace(b"\n", b" "))
    lines = [bytes.fromhex(one.decode()).decode("utf-16-be") for one in said]
    assert any(KHMER in one for one in lines), lines
    assert lines.count("") == sum(one.isdigit() for one in lines), "each number on the map has one halo"
    assert any("Released on" in one for one in lines), "date and receipt are in the file"
    longest = max(re.findall(rb"BT.*?ET", inside, re.S), key=len)
    assert longest.count(b"TJ") < max(map(len, lines)) / 4, "not one letter after the other"


def test_what_takes_too_long_or_is_too_large_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("x", 1)

    with monkeypatch.context() as slow:
        slow.setattr(print_file.subprocess, "run", late)
        with pytest.raises(DocumentError, match="too long") as refused:
            to_pdf("<html></html>")
        assert "print the page" in refused.value.remedy
    monkeypatch.setattr(print_file, "LARGEST_PAGE", 3)
    with pytest.raises(DocumentError, match="too long for a file"):
        to_pdf("<html></html>")


def test_one_document_is_made_at_a_time_and_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "LONGEST_WAIT", 0.01)
    with installed.one_at_a_time(), pytest.raises(DocumentError, match="just now"):  # noqa: SIM117
        with installed.one_at_a_time():
            pytest.fail("two at once")
    with installed.one_at_a_time(), ExitStack() as line:
        for _ in range(2):
            line.callback(installed._IN_LINE.release)
            installed._IN_LINE.acquire()
        monkeypatch.setattr(installed, "LONGEST_WAIT", 1e6)
        with pytest.raises(DocumentError, match="just now"), installed.one_at_a_time():
            pytest.fail("a long line")
    with installed.one_at_a_time():
        pass


def test_without_the_extra_a_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (print_file, word_file):
        monkeypatch.setattr(module, "installed", lambda: False)
    with pytest.raises(DocumentError, match=r"requirements/report\.txt"):
        to_pdf("")
    with pytest.raises(DocumentError, match=r"requirements/report\.txt"):
        to_docx(document(), ENGLISH)
    assert installed.installed()
