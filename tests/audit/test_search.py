"""Auditors find entries, draw samples, and take entries into other programs."""

import base64
import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import events
from audit.canonical import canonical_json
from audit.commands import main
from audit.commitment import Commitment
from audit.directory import export
from audit.events import (
    Answered,
    Asked,
    CoarseSize,
    Denied,
    EntryRef,
    Event,
    Filter,
    PolicyInForce,
    Refused,
    Released,
)
from audit.exports import COLUMNS, csv_rows, json_lines
from audit.fhir import audit_event, bundle
from audit.log import Log
from audit.memory import MemoryStorage
from audit.search import Criteria, Found, draw_sample, read_events

SECRET = Commitment(bytes(range(32)))
JAN, FEB, MAR = (datetime(2026, month, 1, 8, tzinfo=UTC) for month in (1, 2, 3))
REF = EntryRef("log.example/hub", 0, bytes(32))
WOMEN = (Filter("sex", ("F",)),)


def asked(number: int, at: datetime, purpose: str, by: tuple[str, ...], members: tuple[str, ...]) -> Asked:
    words = ("ARMAC", "analyst", purpose, "casualties")
    return Asked(f"q-{number}", SECRET, *words, by, WOMEN, members, at, at)


LOGGED: list[Event] = [
    asked(1, JAN, "regional-reporting", ("country", "year"), ("KH", "LA")),
    Released("q-1", 0, ("KH",), (), ("LA",), SECRET, CoarseSize.TENS, JAN),
    Denied("q-2", SECRET, "=cmd|calc", "analyst", "advocacy", "casualties", (), (), ("not-held",), FEB),
    asked(3, MAR, "treaty-reporting", ("country",), ("VN",)),
    Answered("q-3", "VN", REF, "1", "2026-01", (), SECRET, CoarseSize.FEW, MAR),
    Refused("q-3", "KH", None, None, None, ("not-for-you", "unproven"), MAR),
    PolicyInForce("KH", "2", SECRET, FEB),
]
FOUND = [Found(i, event) for i, event in enumerate(LOGGED)]


@pytest.mark.parametrize(
    ("criteria", "numbers"),
    [
        (Criteria(), [0, 1, 2, 3, 4, 5, 6]),
        (Criteria(kind="asked"), [0, 3]),
        (Criteria(organisation="ARMAC"), [0, 3]),
        (Criteria(purpose="treaty-reporting"), [3]),
        (Criteria(member="KH"), [0, 1, 5, 6]),
        (Criteria(member="LA"), [0, 1]),
        (Criteria(question="q-3"), [3, 4, 5]),
        (Criteria(reason="unproven"), [5]),
        (Criteria(since=FEB), [2, 3, 4, 5, 6]),
        (Criteria(since=FEB, until=MAR), [2, 6]),
        (Criteria(kind="asked", member="KH", until=FEB), [0]),
        (Criteria(kind="asked", organisation="nobody"), []),
    ],
)
def test_entries_are_found(criteria: Criteria, numbers: list[int]) -> None:
    assert [f.number for f in FOUND if criteria.fits(f.event)] == numbers


def test_entries_of_unknown_kinds_are_passed_over() -> None:
    entries = [(0, b"?"), (1, events.encode(LOGGED[0]))]
    assert list(read_events(entries)) == [Found(1, LOGGED[0])]


@given(st.binary(min_size=32, max_size=32), st.integers(0, 3000), st.integers(1, 60))
def test_a_sample_is_fixed_by_the_root(root: bytes, size: int, count: int) -> None:
    drawn = draw_sample(root, size, count)
    assert drawn == draw_sample(root, size, count)
    assert len(set(drawn)) == min(size, count)
    assert all(0 <= number < size for number in drawn)
    assert drawn == sorted(drawn)


def test_every_entry_is_drawn_equally_often() -> None:
    counts = Counter(n for i in range(3000) for n in draw_sample(i.to_bytes(32, "big"), 10, 3))
    assert len(counts) == 10
    # 3000 draws of 3 in 10: 900 each, with a standard deviation of 25
    assert all(abs(count - 900) < 125 for count in counts.values())


def test_json_lines_hold_the_entries_as_logged() -> None:
    lines = [json.loads(line) for line in json_lines(FOUND)]
    assert [line["number"] for line in lines] == list(range(7))
    assert [canonical_json(line["entry"]) for line in lines] == [events.encode(e) for e in LOGGED]


def test_csv_is_read_by_a_spreadsheet() -> None:
    rows = list(csv.DictReader(io.StringIO("".join(csv_rows(FOUND)), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["where"] == "sex=F"
    assert rows[1]["missing"] == "LA"
    assert rows[5]["reasons"] == "not-for-you unproven"


def test_no_cell_becomes_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO("".join(csv_rows(FOUND)), newline="")))
    assert rows[2]["organisation"] == "'=cmd|calc"


def test_a_question_is_a_query_by_a_pseudonymous_agent() -> None:
    resource = audit_event("log.example/hub", FOUND[0])
    (agent,) = resource["agent"]
    log_entry, question = resource["entity"]

    assert resource["code"]["coding"][0]["code"] == "search"
    assert agent["who"]["identifier"]["value"] == str(SECRET)
    assert agent["requestor"] is True
    assert log_entry["what"]["identifier"]["value"] == "0"
    assert base64.b64decode(question["query"]) == events.encode(LOGGED[0])
    assert resource["authorization"][0]["coding"][0]["code"] == "regional-reporting"


def test_a_refusal_is_an_outcome_with_reasons() -> None:
    outcome = audit_event("log.example/kh", FOUND[5])["outcome"]
    assert outcome["code"]["code"] == "error"
    assert [d["coding"][0]["code"] for d in outcome["detail"]] == ["not-for-you", "unproven"]


def test_every_entry_has_what_an_audit_event_must_have() -> None:
    resources = [entry["resource"] for entry in json.loads(bundle("o", FOUND))["entry"]]
    assert len(resources) == 7
    for resource in resources:
        assert resource["resourceType"] == "AuditEvent"
        assert {"code", "recorded", "agent", "source"} <= resource.keys()
        assert all("who" in agent for agent in resource["agent"])


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


def test_the_command_draws_the_same_sample_every_time(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = shown(capsys, "sample", str(exported), "3")
    assert len(first) == 3
    assert shown(capsys, "sample", str(exported), "3") == first


def test_the_command_raises_what_to_look_at(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", str(exported)]) == 0
    assert "no-end: q-3: asked, and never released (entries 3)" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["csv", "fhir"])
def test_the_command_writes_other_formats(
    form: str, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", str(exported), "--format", form]) == 0
    assert "q-3" in capsys.readouterr().out


def test_nothing_is_shown_of_a_log_that_does_not_verify(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle_file = exported / "tile/entries/000.p/7"
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
