"""`safelane member load`: it stops where it would count wrongly, says what to type, and takes the answer."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lone_node import set_up

from gateway.bootstrap.loading import engine_choice
from gateway.cli import main
from gateway.member.errors import CasesMissingError
from gateway.sources.model.errors import SourceError

MAPPING = """\
mapping: 1
member: KH
source: csv
tables: {v.csv: {columns: {Case: case_id, Date: date, Sex: sex}}}
constants: {victim_type: DIR, consent_share: AGG}
"""
YEARS = {
    year: [f"{year}-C{n},{year}-0{1 + n % 9}-02,{'MF'[n % 2]}\n" for n in range(40)] for year in (2020, 2021)
}


@pytest.fixture
def node(tmp_path: Path) -> Path:
    set_up(tmp_path / "KH")
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return tmp_path / "KH"


def load(node: Path, rows: list[str], *more: str) -> Result:
    place = node.parent
    (place / "v.csv").write_text("Case,Date,Sex\n" + "".join(rows), encoding="utf-8")
    source, mapping = str(place / "v.csv"), str(place / "mapping.yaml")
    command = ["member", "load", source, "--mapping", mapping, "--dir", str(node), *more]
    return CliRunner().invoke(main, command)


def test_too_few_rows_that_count_stop_a_load_and_a_lower_demand_lets_it_pass(node: Path) -> None:
    rows = [row.replace("-02,", "-99,") for row in YEARS[2020][:10]] + YEARS[2020][10:]

    stopped = load(node, rows)
    assert stopped.exit_code == SourceError.exit_code
    assert "v.csv: 30 of 40 rows count" in stopped.output
    assert "10: a date that the calendar does not have" in stopped.output
    assert "--least-counted" in stopped.output

    passed = load(node, rows, "--least-counted", "75")
    assert passed.exit_code == 0, passed.output
    assert "30 casualties" in passed.output
    assert "v.csv" in passed.output
    assert "75.0 %" in passed.output
    assert load(node, rows, "--least-counted", "101").exit_code == 2


def test_a_yearly_file_is_added_or_replaces_as_the_command_says(node: Path) -> None:
    assert load(node, YEARS[2020]).exit_code == 0

    stopped = load(node, YEARS[2021])
    assert stopped.exit_code == CasesMissingError.exit_code
    assert "40 of the 40 cases of the newest snapshot are not in this register" in stopped.output
    assert "--adds" in stopped.output
    assert "--replaces" in stopped.output

    assert "80 casualties" in load(node, YEARS[2021], "--adds").output
    assert "40 casualties" in load(node, YEARS[2021], "--replaces").output


def test_the_engine_reads_what_it_can_and_the_load_says_so(
    node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "engine" not in load(node, YEARS[2020]).output  # a small file

    monkeypatch.setattr(engine_choice, "LARGE", 100)
    for options in ([], ["--engine"]):
        output = load(node, YEARS[2020], *options).output
        assert "The engine read the first table.\n" in output
        assert "40 casualties" in output

    spoilt = load(node, [*YEARS[2020], "\n"]).output
    assert "Read row by row, since the engine leaves it: it has empty lines." in spoilt
    assert "engine" not in load(node, YEARS[2020], "--rows").output
