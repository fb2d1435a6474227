"""Auditors find entries and take them into other programs."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import logged
import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_log import MemoryStorage

from audit.commands.command_line import main
from audit.events import events
from audit.events.events import Event
from audit.events.search import Criteria, Found, read_events
from audit.formats.canonical import canonical_json
from audit.log.directory import export
from audit.log.log import Log
from audit.reading.exports import COLUMNS, csv_rows, json_lines

JAN, FEB, MAR = (datetime(2026, month, 1, 8, tzinfo=UTC) for month in (1, 2, 3))

LOGGED: list[Event] = [
    logged.asked("q-1", asked_at=JAN),
    logged.released("q-1", answered=["KH"], missing=["LA"], at=JAN),
    logged.denied("q-2", organisation="=cmd|calc", purpose="advocacy", reasons=("not-held",), at=FEB),
    logged.asked("q-3", purpose="treaty-reporting", members=("VN",), asked_at=MAR),
    logged.answered("q-3", member="VN", purpose="treaty-reporting", at=MAR),
    logged.refused("q-3", member="KH", reasons=("not-for-you", "unproven"), at=MAR),
    logged.policy("2", at=FEB),
    logged.released("q-3", index=3, answered=["VN"], refused=["KH"], at=MAR),
]
FOUND = [Found(i, event) for i, event in enumerate(LOGGED)]
ENTRIES = [(i, events.encode(event)) for i, event in enumerate(LOGGED)]


@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        (Criteria(), [0, 1, 2, 3, 4, 5, 6, 7]),
        (Criteria(kind="asked"), [0, 3]),
        (Criteria(organisation="ARMAC"), [0, 3, 4, 5]),
        (Criteria(purpose="treaty-reporting"), [3, 4]),
        (Criteria(member="KH"), [0, 1, 5, 6, 7]),
        (Criteria(member="LA"), [0, 1]),
        (Criteria(question="q-3"), [3, 4, 5, 7]),
        (Criteria(reason="unproven"), [5]),
        (Criteria(reason="not-shared"), [7]),
        (Criteria(outcome="answered"), [1, 4, 7]),
        (Criteria(outcome="refused"), [5, 7]),
        (Criteria(outcome="missing"), [1]),
        (Criteria(outcome="denied"), [2]),
        (Criteria(outcome="answered", member="KH"), [1]),
        (Criteria(outcome="refused", member="KH"), [5, 7]),
        (Criteria(since=FEB), [2, 3, 4, 5, 6, 7]),
        (Criteria(since=FEB, until=MAR), [2, 6]),
        (Criteria(kind="asked", member="KH", until=FEB), [0]),
        (Criteria(kind="asked", organisation="nobody"), []),
        (Criteria(numbers=frozenset({2, 3, 99})), [2, 3]),
        (Criteria(numbers=frozenset({2, 3}), kind="asked"), [3]),
    ],
)
def test_entries_are_found(criteria: Criteria, numbers: list[int]) -> None:
    assert [f.number for f in criteria.find(ENTRIES)] == numbers


WORDS = st.sampled_from(["ARMAC", "KH", "VN", "q-1", "q-3", "asked", "answered", "treaty-reporting", 'a"b'])
TIMES = st.datetimes(datetime(2025, 12, 1), datetime(2026, 4, 1), timezones=st.just(UTC))  # noqa: DTZ001
TEXTS = {name: st.none() | WORDS for name in ("kind", "organisation", "purpose", "member", "reason")}
TEXTS |= {name: st.none() | WORDS for name in ("question", "outcome")}


@given(st.builds(Criteria, **TEXTS, since=st.none() | TIMES, until=st.none() | TIMES))
def test_what_is_found_in_the_bytes_is_what_fits(criteria: Criteria) -> None:
    """Entries are passed over by their bytes first: that must never lose one that fits."""
    assert list(criteria.find(ENTRIES)) == [f for f in FOUND if criteria.fits(f.event)]


def test_entries_of_unknown_kinds_are_passed_over() -> None:
    entries = [(0, b"?"), (1, events.encode(LOGGED[0]))]
    assert list(read_events(entries)) == [Found(1, LOGGED[0])]


def test_json_lines_hold_the_entries_as_logged() -> None:
    lines = [json.loads(line) for line in json_lines(FOUND)]
    assert [line["number"] for line in lines] == list(range(8))
    assert [canonical_json(line["entry"]) for line in lines] == [events.encode(e) for e in LOGGED]


def test_csv_is_read_by_a_spreadsheet() -> None:
    rows = list(csv.DictReader(io.StringIO("".join(csv_rows(FOUND)), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["where"] == "sex=F"
    assert rows[1]["missing"] == "LA"
    assert rows[5]["reasons"] == "not-for-you unproven"
    assert rows[4]["withheld"] == "few"
    assert rows[6]["says"].startswith("Version 2 of KH's policy took effect")


def test_no_cell_becomes_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO("".join(csv_rows(FOUND)), newline="")))
    assert rows[2]["organisation"] == "'=cmd|calc"


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0@", "\ufeff=", "\uff1d"]
)
def test_no_start_of_a_cell_becomes_a_formula(start: str) -> None:
    event = logged.asked(organisation=f"{start}1+1")
    (row,) = csv.DictReader(io.StringIO("".join(csv_rows([Found(0, event)])), newline=""))
    assert row["organisation"] == f"'{start}1+1"


@pytest.fixture
def exported(log: Log, storage: MemoryStorage, tmp_path: Path) -> Path:
    log.append(storage, [events.encode(event) for event in LOGGED], now=1)
    export(log, storage, tmp_path / "export")
    return tmp_path / "export"


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[Any]:
    assert main(list(arguments)) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_command_finds(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = shown(
        capsys, "list", str(exported), "--member", "KH", "--since", "2026-02-01", "--until", "2026-03-01"
    )
    assert [line["number"] for line in found] == [6]


def test_the_command_raises_what_to_look_at(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", str(exported)]) == 0
    said = capsys.readouterr().out
    assert "off-hours: ARMAC: 1 questions at night or at a weekend: the office is open from 6 to 20" in said
    assert "(entries 3)" in said


@pytest.mark.parametrize("form", ["csv", "fhir", "text"])
def test_the_command_writes_other_formats(
    form: str, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", str(exported), "--format", form]) == 0
    assert "treaty-reporting" in capsys.readouterr().out


def test_nothing_is_shown_of_a_log_that_does_not_verify(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle_file = exported / "tile/entries/000.p/8"
    bundle_file.write_bytes(bundle_file.read_bytes().replace(b"ARMAC", b"OTHER", 1))
    for command in (["list", str(exported)], ["sample", str(exported), "2"]):
        assert main(command) == 1
        assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments", [["sample", "x", "many"], ["list", "x", "--since", "yesterday"], ["nothing"]]
)
def test_wrong_usage_is_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
