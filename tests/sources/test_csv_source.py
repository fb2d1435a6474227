"""Files as they really come: cut off, in the wrong encoding, with two heading rows; never a wrong count."""

import pytest

from gateway.sources.files.csv_source import CsvSource
from gateway.sources.model.errors import MappingError, SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.model.mapping import Reading


def test_a_byte_order_mark_is_skipped_and_told(small):
    loaded = small.load(victims=b"\xef\xbb\xbf" + small.text({}).encode())
    assert small.problems(loaded) == {("", "BOM"): 1}
    assert len(loaded.snapshot) == 1


def test_utf_16_is_named(small):
    with pytest.raises(SourceError, match="UTF-16"):
        small.load(victims=small.text({}).encode("utf-16"))
    small.mapping = small.mapping.replace("source: csv", "source: csv\nreading: {encoding: utf-16}")
    assert len(small.load(victims=small.text({}).encode("utf-16")).snapshot) == 1


def test_a_wrong_encoding_names_the_line(small):
    text = small.text({}, {"Province": "Batdâmbâng"})
    with pytest.raises(SourceError, match=r"victims.csv, line 3: this is not text in utf-8"):
        small.load(victims=text.encode("latin-1"))
    small.mapping = small.mapping.replace("source: csv", "source: csv\nreading: {encoding: latin-1}")
    loaded = small.load(victims=text.encode("latin-1"))
    assert loaded.snapshot.columns["place"].codes == ("KH-2",)


@pytest.mark.parametrize("cut", [6, 20, 40])
def test_a_half_written_file_is_an_error(small, cut):
    with pytest.raises(SourceError, match="cut off"):
        small.load(victims=small.text({}, {})[:-cut])


def test_a_file_cut_off_within_its_last_cell_is_told(small):
    loaded = small.load(victims=small.text({}, {"Sex": "Female"})[:-3])
    assert small.problems(loaded) == {("", "NO_LINE_END"): 1, ("Consent", "CODE"): 1}


def test_an_unclosed_quote_is_an_error(small):
    with pytest.raises(SourceError, match="cut off"):
        small.load(victims=small.text({}) + 'C2,"Sok Da')


def test_a_last_line_without_end_is_told(small):
    loaded = small.load(victims=small.text({}).rstrip("\n"))
    assert small.problems(loaded) == {("", "NO_LINE_END"): 1}


def test_an_empty_file_is_an_error(small):
    with pytest.raises(SourceError, match="empty"):
        small.load(victims="")


def test_headings_alone_are_no_casualties(small):
    assert len(small.load_rows().snapshot) == 0


def test_a_missing_file_is_an_error(small):
    with pytest.raises(SourceError, match=r"no file 'victims.csv'"):
        small.load(other="")


def test_zero_bytes_are_an_error(small):
    with pytest.raises(SourceError, match="zero bytes"):
        small.load(victims=small.text({}) + "C2,\0\0\n")


def test_missing_columns_are_named(small):
    text = small.text({}).replace("ID card", "Card").replace("Sex", "Gender")
    with pytest.raises(SourceError, match="no column 'ID card', 'Sex'"):
        small.load(victims=text)


def test_a_column_that_stands_twice_is_an_error(small):
    with pytest.raises(SourceError, match="several columns 'Sex'"):
        small.load(victims=small.text({}).replace("Name", "sex", 1))


def test_a_new_column_is_not_read_and_told(small):
    text = "\n".join(
        f"{line},{extra}"
        for line, extra in zip(small.text({}).split("\n"), ["Phone", "012345"], strict=False)
    )
    loaded = small.load(victims=text + "\n")
    assert small.problems(loaded) == {("Phone", "NOT_MAPPED"): 1}


def test_two_heading_rows_are_told_or_stated(small):
    titled = "Casualty register,,,,,,,,\n" + small.text({})
    with pytest.raises(SourceError, match=r"no column 'Case'.*"):
        small.load(victims=titled)
    small.mapping = small.mapping.replace("source: csv", "source: csv\nreading: {header: 2}")
    assert len(small.load(victims=titled).snapshot) == 1


def test_headings_repeated_in_the_middle_are_left_out_and_told(small):
    text = small.text({}) + small.text({"Case": "C2"})
    loaded = small.load(victims=text)
    assert small.problems(loaded) == {("", "ROW_HEADINGS"): 1}
    assert len(loaded.snapshot) == 2


def test_rows_too_short_or_too_long_are_left_out_and_told(small):
    first, row = small.text({}).splitlines()
    loaded = small.load(victims="\n".join([first, row + ",x", "C5,Sok,", ",,,,,,,,", "", row, ""]))
    assert small.problems(loaded) == {("", "ROW_LONG"): 1, ("", "ROW_SHORT"): 1, ("", "ROW_BLANK"): 2}
    assert len(loaded.snapshot) == 1


def test_another_delimiter_is_named(small):
    text = small.text({}).replace(",", ";")
    with pytest.raises(SourceError, match="delimiter"):
        small.load(victims=text)
    small.mapping = small.mapping.replace("source: csv", 'source: csv\nreading: {delimiter: ";"}')
    assert len(small.load(victims=text).snapshot) == 1


def test_a_cell_without_end_is_an_error(small):
    with pytest.raises(SourceError, match="not CSV"):
        small.load(victims=small.text({"Name": "x" * 200_000}))


def test_cells_may_hold_line_ends_and_quotes(small):
    loaded = small.load_rows({"Name": 'Sok "Dara"\r\nChan, junior'}, {"Age": "?"})
    assert len(loaded.snapshot) == 2
    assert loaded.findings[0].lines == (4,)


@pytest.mark.parametrize(
    "junk", [b"\xff\xfe\x00", b"PK\x03\x04" + b"\x00" * 50, b"%PDF-1.4\n%\xe2\xe3", b"\n\n\n"]
)
def test_what_is_not_csv_is_an_error(small, junk):
    with pytest.raises(SourceError):
        small.load(victims=junk)


@pytest.mark.parametrize("stated", ["cp1252", "latin-1", "cp1258", "iso8859-11"])
def test_utf_8_is_not_read_as_a_code_page(small, stated):
    small.mapping = small.mapping.replace("source: csv", f"source: csv\nreading: {{encoding: {stated}}}")
    with pytest.raises(SourceError, match=r"victims.csv is written in UTF-8, not in"):
        small.load(victims=small.text({"Name": "Nguyễn Văn"}))
    with pytest.raises(SourceError, match="UTF-8"):
        small.load(victims=b"\xef\xbb\xbf" + small.text({}).encode())


@pytest.mark.parametrize(
    ("encoding", "province"),
    [("cp874", "ตาก"), ("tis-620", "สระแก้ว"), ("cp1258", "Hà Giang"), ("utf-16-le", "ခေတ်")],
)
def test_a_stated_encoding_reads_its_words(small, encoding, province):
    small.mapping = small.mapping.replace(
        "source: csv", f"source: csv\nreading: {{encoding: {encoding}}}"
    ).replace("បាត់ដំបង", province)
    loaded = small.load(victims=small.text({"Province": province}).encode(encoding))
    assert loaded.snapshot.columns["place"].codes == ("KH-2",)
    assert not loaded.findings


def test_rows_swallowed_by_a_lost_quotation_mark_are_told(small):
    rows = small.text(*({"Case": f"C{n}"} for n in range(6)))
    loaded = small.load(
        victims=rows.replace("C1,", '"C1,', 1).replace("C4,", '"C4",', 1).replace('"C4",', 'C4",', 1)
    )
    assert small.problems(loaded)["", "ROW_INSIDE"] == 1
    story = small.load_rows({"Name": "walked home,\nsaw it,\nran, fell"})
    assert not story.findings


@pytest.mark.parametrize("stated", ["zip", "rot13", "base64", "no-such"])
def test_what_is_no_encoding_of_text_is_a_fault_of_the_mapping(small, stated):
    small.mapping = small.mapping.replace("source: csv", f"source: csv\nreading: {{encoding: {stated}}}")
    with pytest.raises(MappingError, match="not a known encoding"):
        small.load_rows({})


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_named(small, encoding):
    with pytest.raises(SourceError, match="UTF-16"):
        small.load(victims=small.text({}).encode(encoding))


def test_endings_in_capitals_are_files_too_and_locks_are_not(tmp_path):
    for name in ("A.CSV", "b.csv", "~$b.csv", ".c.csv", "d.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert CsvSource(tmp_path, Reading(), Findings()).tables() == ["A.CSV", "b.csv"]
