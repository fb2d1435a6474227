"""`safelane risk`: the figures of a plain CSV table."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main

TABLE = "age,sex,injury\n20,F,eye\n20,F,leg\n30,M,eye\n30,M,eye\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text(TABLE, "utf-8")
    return path


def risk(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["risk", *map(str, arguments)])


def test_the_figures_as_json(table: Path) -> None:
    result = risk(table, "--quasi", "age", "--quasi", "sex", "--sensitive", "injury", "--k", 2, "--json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert (figures["k"], figures["records"], figures["classes"], figures["below_threshold"]) == (2, 4, 2, 0)
    assert figures["expected"] == 0.5
    assert figures["diversity"]["injury"]["distinct"] == 1


def test_the_figures_for_a_person_to_read(table: Path) -> None:
    result = risk(table, "--quasi", "age", "--sensitive", "injury")
    assert result.stdout.splitlines() == [
        "4 records, 2 groups that look alike",
        "k = 2: the smallest group; 0 records are alone",
        "4 records in groups of fewer than 5: generalise them further or leave them out",
        "l = 1 for injury: its values in the least varied group (by entropy 1.00)",
        "probability of finding the right record: 50.0% on average, 50.0% at worst",
    ]


@pytest.mark.parametrize(("k", "code"), [(2, 0), (3, 1)])
def test_the_exit_code_says_whether_enough_people_look_alike(table: Path, k: int, code: int) -> None:
    assert risk(table, "--quasi", "age", "--k", k).exit_code == code


def test_an_unknown_column_is_named(table: Path) -> None:
    result = risk(table, "--quasi", "village")
    assert "no column 'village'" in result.stderr
    assert "age, sex, injury" in result.stderr


def test_a_table_without_rows_has_no_risk_to_compute(table: Path) -> None:
    table.write_text("age\n", "utf-8")
    assert "at least one record" in risk(table, "--quasi", "age").stderr
