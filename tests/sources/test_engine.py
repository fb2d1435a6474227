"""The engine reads a register as the row-wise loader does: casualties, findings, lines and quality."""

import csv
import io
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from loads_compared import ACCIDENTS, ALONE, CASUALTY, CELLS, MAPPING, TODAY, everything

from gateway.demo.people import make_people
from gateway.demo.people_files import mapping_text, write_register
from gateway.dictionary import regional
from gateway.sources.engine import engine_table
from gateway.sources.engine.connection import connected
from gateway.sources.engine.text_table import TextTable
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.rows import columns
from gateway.sources.rows.convert import converter

SPOILT = st.sampled_from(["", "\n", ",,,,,,,,,,\n", "C7,1\n", ",".join(CELLS) + "\n", 'C8 , "x"\n'])


def text(rows, line_end="\n") -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, CELLS, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def loaded_alike(folder: Path, victims: str, mapping: str = MAPPING) -> tuple[bool, str]:
    """Load a register by the engine, and prove it the same row by row; what it says of the engine."""
    (folder / "victims.csv").write_bytes(victims.encode())
    (folder / "accidents.csv").write_text(ACCIDENTS, encoding="utf-8")
    found, said = everything(folder, mapping, by_engine=True)
    assert found == everything(folder, mapping, by_engine=False)[0]
    return said


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(CASUALTY, max_size=30),
    line_end=st.sampled_from(["\n", "\n", "\r\n"]),
    spoilt=SPOILT,
    end=st.booleans(),
)
@example(rows=[], line_end="\n", spoilt="", end=False)
def test_random_registers_load_the_same(tmp_path, rows, line_end, spoilt, end) -> None:
    """In any order, with lost line ends, empty and short rows, and quotation marks where they are odd."""
    victims = text(rows, line_end) + spoilt + (text(rows[:1], line_end).split("\n", 1)[1] if end else "X")

    for mapping in (MAPPING, ALONE):
        loaded_alike(tmp_path, victims, mapping)


def test_the_engine_reads_what_registers_usually_hold(tmp_path) -> None:
    """Quoted cells, cells over lines, Zawgyi, capitals, numbers that stand twice: no register for nothing."""
    rows = [{name: cells[n % len(cells)] for name, cells in CELLS.items()} for n in range(60)]

    for mapping in (MAPPING, ALONE):
        assert loaded_alike(tmp_path, text(rows) + text(rows[:1]), mapping) == (True, "")


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("KH", (True, "")),
        ("MM", (True, "")),
        ("TH", (True, "")),
        ("PH", (False, "its rows repeat columns for each victim")),
    ],
)
def test_each_demo_members_register_of_files_loads_the_same(tmp_path, member, said) -> None:
    people = make_people(member, 7)
    register = write_register(replace(people, records=people.records[-60:]), tmp_path, 7)
    mapping = mapping_text(member)

    found, by_engine = everything(register.folder, mapping, by_engine=True, today=date(2026, 1, 31))

    assert found == everything(register.folder, mapping, by_engine=False, today=date(2026, 1, 31))[0]
    assert by_engine == said


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text("09aAzZeßE+-. ၁", max_size=6), min_size=100, max_size=100))
def test_numbers_that_pass_the_converter_by_are_as_it_would_have_them(tmp_path, words) -> None:
    """What the engine takes for a canonical number is one, for cases and for people."""
    words = [*words, "none", "0", "00", "a", "A1", "7E+5"]
    path = tmp_path / "numbers.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([["Number"], *([word] for word in words)])
    rules = parse_mapping(MAPPING, regional()).tables[0].columns

    for heading, personal in (("Case", False), ("ID card", True)):
        convert = converter(rules[heading], regional(), "MM", TODAY)
        with connected() as engine:
            table = TextTable(engine, path, ",", ["Number"], [0])
            numbers, others = [], {}
            for block, odd in table.identifiers(0, sorted(rules[heading].unknown), personal=personal):
                others |= {len(numbers) + row: word for row, word in odd.items()}
                numbers += block.values()

        taken = {row: number for row, number in enumerate(numbers) if number}
        assert taken == {row: convert(words[row]).value for row in taken}
        assert {row: words[row] for row in others} == others
        assert set(range(len(words))) == taken.keys() | others.keys() | {
            row for row, word in enumerate(words) if not word
        }


USUAL = "Case,Date,Consent\nC1,2010-01-02,AGG\nC2,2011-01-02,REC\n"
SHORT = (
    "mapping: 1\nmember: KH\nsource: csv\nREADING\ntables:\n  victims.csv:\n"
    "    columns: {Case: case_id, Date: date, Consent: consent_share}\n"
)


@pytest.mark.parametrize(
    ("victims", "reading", "said"),
    [
        (USUAL, "", ""),
        ("\ufeff" + USUAL, "", ""),
        (USUAL.replace("\n", "\r\n"), "", ""),
        (USUAL.replace(",", ";"), "reading: {delimiter: ';'}", ""),
        (USUAL + ",,\nCase,Date,Consent\nC3,2012-01-02,AGG", "", ""),
        (USUAL.replace("C2", '"C\n2"'), "", ""),
        (USUAL + "\nC3,2012-01-02,AGG\n", "", "it has empty lines"),
        (USUAL + "C3,2012-01-02\nC4,2012-01-02,AGG\n", "", "the engine cannot read it as it stands"),
        (USUAL.replace("C2", ' "C2"'), "", "a blank stands between a quotation mark and a delimiter"),
        (USUAL.replace("Case", '"Case\n"'), "", "its headings take several lines"),
        (USUAL.replace("C2", '"C\r2"'), "", "it has zero bytes, or line ends of an old kind"),
        ("Title\n" + USUAL, "reading: {header: 2}", "it has more than one line of headings, or totals"),
        (USUAL, "reading: {encoding: cp1252}", "it is not in UTF-8"),
        (USUAL + "C3,2012-01-02", "", "an error"),  # cut off
    ],
)
def test_shapes_of_files_that_the_engine_reads_and_leaves(tmp_path, victims, reading, said) -> None:
    mapping = SHORT.replace("READING", reading)

    assert loaded_alike(tmp_path, victims, mapping) == (not said, said)


def test_a_column_of_codes_with_too_many_words_is_left_to_the_row_wise_loader(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(engine_table, "MOST_WORDS", 1)

    said = loaded_alike(tmp_path, USUAL, SHORT.replace("READING", ""))

    assert said == (False, "a column of codes has more than 1 different words")


def test_a_column_with_words_without_end_is_refused_whoever_reads_it(tmp_path, monkeypatch) -> None:
    """The engine leaves it, and the row-wise loader says why instead of reading to the end."""
    monkeypatch.setattr(engine_table, "MOST_WORDS", 5)
    monkeypatch.setattr(columns, "MOST_UNREAD", 5)
    rows = "".join(f"C{n},2010-01-02,AGG,word {n}\n" for n in range(20))
    (tmp_path / "victims.csv").write_text("Case,Date,Consent,Sex\n" + rows, encoding="utf-8")
    mapping = SHORT.replace("READING", "").replace("Consent: consent", "Sex: sex, Consent: consent")

    for by_engine in (True, False):
        found, _ = everything(tmp_path, mapping, by_engine=by_engine)
        assert found.startswith("victims.csv, Sex has more than 5 different words without a code; nothing")
        assert "word 5" not in found


def test_a_column_that_has_been_read_takes_no_memory_beside_those_that_follow(tmp_path) -> None:
    path = tmp_path / "victims.csv"
    rows = "".join(f"a long number {n},a word as long as this,{n}\n" for n in range(50_000))
    path.write_text("Case,Word,Other\n" + rows, encoding="utf-8")
    with connected() as engine:
        table = TextTable(engine, path, ",", ["Case", "Word", "Other"], [0, 1, 2])
        held = [_held(engine)]
        table.words(1)
        for rest in ([0, 2], [0], []):
            table.keep_only(rest)
            held.append(_held(engine))

        whole, without_words, one, last = held
        assert one < without_words < whole
        assert last == one  # a table must have a column
        assert table.cells(0) == [f"a long number {n}" for n in range(50_000)]


def _held(engine) -> int:
    """Bytes that the engine holds."""
    return int(engine.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchall()[0][0])


def test_two_rules_may_read_one_column(tmp_path) -> None:
    """A mapping names a heading in two spellings: what the first has read stays for the second."""
    mapping = SHORT.replace("READING", "").replace("Consent: con", "Sex: sex, SEX: age, Consent: con")

    said = loaded_alike(
        tmp_path, "Case,Date,Consent,Sex\nC1,2010-01-02,AGG,M\nC2,2011-01-02,REC,F\n", mapping
    )

    assert said == (True, "")


def test_without_the_extra_its_name_is_told(tmp_path, monkeypatch) -> None:
    (tmp_path / "victims.csv").write_text(USUAL, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "duckdb", None)

    found, _ = everything(tmp_path, SHORT.replace("READING", ""), by_engine=True)

    assert "pip install 'safelane[engine]'" in found


def test_nothing_of_a_register_is_written_to_a_disk_or_fetched_from_elsewhere() -> None:
    asked = (
        "temp_directory",
        "autoinstall_known_extensions",
        "autoload_known_extensions",
        "lock_configuration",
    )
    with connected() as engine:
        found = engine.execute(
            "SELECT name, value FROM duckdb_settings() WHERE list_contains($1, name)", [list(asked)]
        )

        assert dict(found.fetchall()) == dict(zip(asked, ("", "false", "false", "true"), strict=True))
