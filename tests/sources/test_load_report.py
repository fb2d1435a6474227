"""What a load leaves in the member's directory: its report for the next load, and where it could not read."""

import csv
import json

import pytest

from gateway.bootstrap.loading.load_report import PAGE, QUALITY, REJECTS, write_load_report
from gateway.dictionary import regional
from gateway.sources.model.findings import Findings, Problem


@pytest.fixture
def judged(small, tmp_path):
    home = tmp_path / "home"
    home.mkdir()

    def load_and_report(*changes):
        findings = Findings()
        return write_load_report(
            home, small.load_rows(*changes, findings=findings), findings, regional()
        ), home

    return load_and_report


def test_the_second_load_is_compared_with_the_first(judged):
    first, home = judged({}, {"Sex": "?"})
    assert "points" not in first
    second, _ = judged({}, {})
    assert "validity     100.0 %  (+6.2 points)" in second
    assert json.loads((home / QUALITY).read_text(encoding="utf-8"))["measures"]["validity"] == 1.0


def test_every_reject_is_listed_with_its_line_and_without_its_value(judged):
    _, home = judged(*[{"Sex": "Secretsex"}] * 50, {"Date": "Secretdate"})
    with (home / REJECTS).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["line"] for row in rows if row["column"] == "Sex"] == [str(n) for n in range(2, 52)]
    assert rows[0] == {"table": "victims.csv", "column": "Date", "problem": Problem.DATE_FORM, "line": "52"}
    assert "Secret" not in (home / REJECTS).read_text(encoding="utf-8")


def test_what_is_left_is_for_the_owner_only(judged):
    _, home = judged({})
    for name in (QUALITY, PAGE, REJECTS):
        assert (home / name).stat().st_mode & 0o077 == 0


def test_a_report_of_another_version_is_replaced(judged):
    _, home = judged({})
    (home / QUALITY).write_text("{}", encoding="utf-8")
    text, _ = judged({})
    assert "Score" in text
    assert json.loads((home / QUALITY).read_text(encoding="utf-8"))["version"] == 1
