"""`safelane attack`: what it prints, writes and returns."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli import main

YEAR = {"codes": ["Total", "2024", "2025"], "parent": {"2024": "Total", "2025": "Total"}}
SEX = {"codes": ["Total", "F", "M"], "parent": {"F": "Total", "M": "Total"}}


def released(cells, **where):
    return {
        "dims": {"sex": SEX, "year": YEAR},
        "where": where,
        "cells": [
            {"key": dict(pair.split("=") for pair in key.split()), "value": value}
            for key, value in cells.items()
        ],
    }


@pytest.fixture
def run(tmp_path):
    def invoke(*documents, options=("--threshold", "5")):
        paths = []
        for number, document in enumerate(documents):
            path = tmp_path / f"{number}.json"
            path.write_text(document if isinstance(document, str) else json.dumps(document))
            paths.append(str(path))
        return CliRunner().invoke(main, ["attack", *paths, *options])

    return invoke


def test_nothing_disclosed_is_exit_code_0(run):
    result = run(released({"": 30, "sex=F": 12, "sex=M": 18}))
    assert result.exit_code == 0
    assert "3 cells, 0 of them withheld" in result.output
    assert "not examined without --truth" in result.output


def test_a_disclosed_cell_is_named_and_exit_code_1(run):
    result = run(released({"": 30, "sex=F": None, "sex=M": 26}))
    assert result.exit_code == 1
    assert "1  disclosed" in result.output
    assert "sex=F = 4" in result.output


def test_all_findings_go_to_a_file(run, tmp_path):
    report = tmp_path / "report.json"
    everybody = released({"": 30, "sex=F": 12, "sex=M": 18})
    without = released({"": 28, "sex=F": 11, "sex=M": 17}, year="2024")
    result = run(everybody, without, options=("--threshold", "5", "--json", str(report)))
    assert result.exit_code == 1
    body = json.loads(report.read_text())
    assert {json.dumps(c["key"]): c["low"] for c in body["unlisted"]} == {
        '{"year": "2025"}': 2,
        '{"sex": "F", "year": "2025"}': 1,
        '{"sex": "M", "year": "2025"}': 1,
    }
    assert body["differences"] == 3
    assert body["disclosed"] == body["insufficiently_protected"] == body["undecided"] == []


def test_the_time_limit_leaves_something_open_and_exit_code_3(run):
    codes = [f"p{i}" for i in range(4)]
    place = {"codes": ["Total", *codes], "parent": dict.fromkeys(codes, "Total")}
    cells = [{"key": {"place": p, "year": y}, "value": None} for p in codes for y in ("2024", "2025")]
    cells += [{"key": {"place": p}, "value": 9} for p in codes]
    cells += [{"key": {"year": "2024"}, "value": 17}, {"key": {"year": "2025"}, "value": 19}]
    document = {"dims": {"place": place, "year": YEAR}, "cells": cells}
    assert run(document).exit_code == 0
    result = run(document, options=("--threshold", "5", "--time-limit", "0"))
    assert result.exit_code == 3
    assert "undecided: the time was up" in result.output


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "0.json: this is not JSON"),
        (released({"sex=X": 3}), "'sex' has no code 'X'"),
        (released({"": 30, "sex=F": 12, "sex=M": 19}), "contradict each other"),
        (released({"": 30, "sex=F": 40, "sex=M": None}), "nothing is left for the cell (sex=M)"),
        (released({"": 30}) | {"structural": [{}]}, "the total is declared to be empty"),
        ("[" * 100_000, "too deep in each other"),
        (json.dumps(released({"": 30})).replace("30", "9" * 5_000), "a number has thousands of digits"),
        (
            json.dumps(released({"": 30})).replace("30", "1e400"),
            "the cell (Total, Total) is not a whole number",
        ),
    ],
)
def test_input_that_cannot_be_attacked_is_exit_code_2(run, document, message):
    result = run(document)
    assert result.exit_code == 2
    assert message in result.output
