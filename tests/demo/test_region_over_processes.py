"""The demo region as a user has it: hub and members as processes, HTTP on loopback, the command line."""

import csv
import io
import json
import os
import re
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from command_line import safelane
from processes import children

from gateway.demo.people import SHARED, DemoPeople
from gateway.demo.region import DEMO_MEMBERS, member_directory, people_of_demo
from gateway.dictionary import regional

pytestmark = pytest.mark.processes

people_of = cache(people_of_demo)

QUESTION = (
    "ask",
    "--measure",
    "casualties",
    "--by",
    "country,year,outcome",
    "--purpose",
    "regional-reporting",
)


def test_the_demo_asks_and_shows_a_regional_table(demo) -> None:
    shown = demo.output.read_text(encoding="utf-8")

    for member in DEMO_MEMBERS:
        assert f"\n{member} " in shown
    assert "withheld to protect people" in shown
    assert "Receipt, checked" in shown


def test_a_person_asks_with_a_filter(demo) -> None:
    asked = demo.safelane(*QUESTION, "--where", "sex=F")

    # Viet Nam's policy does not share the sex: that is said, and the others are shown.
    assert asked.exit_code == 0, asked.stderr
    assert "VN  refused: " in asked.stdout
    assert "KH  answered" in asked.stdout


def test_csv_and_json_carry_a_status_for_every_cell(demo) -> None:
    rows = list(csv.DictReader(io.StringIO(demo.safelane(*QUESTION, "--format", "csv").stdout)))
    body = json.loads(demo.safelane(*QUESTION, "--format", "json").stdout)

    assert {row["status"] for row in rows} >= {"value", "withheld"}
    assert len(rows) == len(body["cells"])
    for row, cell in zip(rows, body["cells"], strict=True):
        assert row["status"] == cell["status"]
        assert row["value"] == (cell["status"] if cell["value"] is None else str(cell["value"]))
        assert (cell["value"] is not None) == (cell["status"] == "value")


def test_everybody_gets_the_same_answer(demo) -> None:
    first, second = (json.loads(demo.safelane(*QUESTION, "--format", "json").stdout) for _ in range(2))

    assert first["cells"] == second["cells"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("ask", "--measure", "casulties", "--by", "year", "--purpose", "regional-reporting"),
            4,
            "casualties",
        ),
        (("ask", "--measure", "casualties", "--by", "yaer", "--purpose", "regional-reporting"), 4, "year"),
        (("ask", "--measure", "casualties", "--by", "year", "--purpose", "gossip"), 4, "purpose"),
        ((*QUESTION, "--where", "sex=Q"), 4, "'Q'"),
        ((*QUESTION, "--where", "sex"), 2, "LEVEL=CODE"),
        (("ask", "--measure", "casualties", "--by", "year", "--purpose", "research"), 4, "does not hold"),
    ],
)
def test_a_wrong_question_is_explained(demo, arguments: tuple[str, ...], code: int, said: str) -> None:
    asked = demo.safelane(*arguments)

    assert asked.exit_code == code
    assert said in asked.stderr


def test_without_a_running_demo_the_command_says_what_to_do(tmp_path: Path) -> None:
    asked = safelane(*QUESTION, "--dir", tmp_path / "nothing")

    assert asked.exit_code == 8
    assert "safelane demo" in asked.stderr


def test_a_wrong_token_opens_nothing(demo, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "hub").mkdir(parents=True)
    (other / "hub" / "address").write_bytes((demo.directory / "hub" / "address").read_bytes())
    access = json.loads((demo.directory / "analyst.token").read_text())
    token = other / "analyst.token"
    token.write_text(json.dumps({**access, "token": "slt_wrong"}))
    token.chmod(0o600)

    asked = safelane(*QUESTION, "--dir", other)

    assert asked.exit_code == 4
    assert "token is not known" in asked.stderr


def everything_that_left(directory: Path, member: str) -> bytes:
    """The hub's database with its log, every output, and what the member's outbox put on the wire."""
    parts = [p.read_bytes() for p in directory.rglob("*") if p.is_file() and "members" not in p.parts]
    place = member_directory(directory, member)
    parts += [p.read_bytes() for p in place.glob("*.log")]
    with sqlite3.connect(f"file:{place / 'safelane.sqlite'}?mode=ro", uri=True) as connection:
        parts += [row[0].encode() for row in connection.execute("SELECT note FROM sent_answers")]
        parts += [row[0] for row in connection.execute("SELECT entry FROM log_entries")]
    return b"\n".join(parts)


def casualties(people: DemoPeople, levels: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Casualties of the shared population in every cell, counted one by one from the invented people."""
    dictionary = regional()
    dimensions = [dictionary.level(level).dimension for level in levels]
    return Counter(
        tuple(dictionary.lift(r.codes[d], level) for d, level in zip(dimensions, levels, strict=True))
        for r in people.records
        if r.casualty.consent in SHARED
    )


def answers(directory: Path, member: str, question_ids: set[str]) -> list[dict]:
    """What a member sent to these questions."""
    database = member_directory(directory, member) / "safelane.sqlite"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        notes = [row[0] for row in connection.execute("SELECT note FROM sent_answers")]
    made = [json.loads(note.partition("\n\n")[0]) for note in notes]
    return [answer for answer in made if answer["question"] in question_ids]


@pytest.fixture(scope="module")
def asked(demo) -> set[str]:
    """Two questions that every member has been asked: one of each purpose."""
    further = ("ask", "--measure", "casualties", "--by", "year,adult_child", "--purpose", "treaty-reporting")
    said = [demo.safelane(*question, "--format", "json").stdout for question in (QUESTION, further)]
    return {json.loads(text)["question_id"] for text in said}


@pytest.mark.parametrize("member", DEMO_MEMBERS)
def test_no_count_of_a_withheld_cell_ever_leaves(demo, asked: set[str], member: str) -> None:
    """All that leaves about people is the cells of the answers: shown ones tell the truth, others nothing."""
    people = people_of(member)
    shown = withheld = 0
    for answer in answers(demo.directory, member, asked):
        levels = [axis["level"] for axis in answer["axes"]]
        truth = casualties(people, levels)
        keys = product(*(axis["codes"] for axis in answer["axes"]))
        for key, value in zip(keys, answer["cells"], strict=True):
            if "Total" in key:
                continue
            if value is None:
                withheld += 1
            else:
                shown += 1
                assert value == truth.get(key, 0)
    assert shown
    assert withheld


def test_a_member_that_was_stopped_shows_as_not_answering(tmp_path: Path, demo) -> None:
    (pid,) = children(demo.process.pid, "members/TH")
    os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        asked = demo.safelane(*QUESTION, "--deadline", "3")
        took = time.monotonic() - started
    finally:
        os.kill(pid, signal.SIGCONT)

    assert asked.exit_code == 0, asked.stderr
    assert took < 10
    assert "TH  did not answer in time" in asked.stdout
    assert re.search(r"a total that lacks at least one of: .*\bTH\b", asked.stdout)
    assert "KH  answered" in asked.stdout


GRAM = 7


@pytest.mark.parametrize("member", DEMO_MEMBERS)
def test_no_name_number_phone_or_narrative_ever_leaves(demo, asked: set[str], member: str) -> None:
    assert answers(demo.directory, member, asked)
    left = everything_that_left(demo.directory, member).decode("utf-8", "replace")
    # Shorter ones would be found by chance. A text that holds a secret holds its first letters.
    secrets = {s for s in people_of(member).secrets() if len(s) >= GRAM}
    grams = {left[i : i + GRAM] for i in range(len(left) - GRAM + 1)}

    assert len(secrets) > 500
    assert [s for s in secrets if s[:GRAM] in grams and s in left] == []
