"""`safelane policy`: its output for a controller, and its exit codes for scripts."""

import json
import shutil
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main

NAMES = ("default", "restrictive", "medium", "open")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the examples that ship with the package."""
    with resources.as_file(resources.files("policies") / "examples") as examples:
        shutil.copytree(examples, tmp_path / "policies")
    return tmp_path / "policies"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["policy", *map(str, words)], catch_exceptions=False)


def edited(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    copy = path.with_name("edited.yaml")
    copy.write_text(text.replace(old, new), encoding="utf-8")
    return copy


@pytest.mark.parametrize("name", NAMES)
def test_every_example_can_be_read_aloud_linted_and_tested(folder: Path, name: str) -> None:
    read = run("explain", folder / f"{name}.yaml")
    linted = run("lint", folder / f"{name}.yaml")
    tested = run("test", folder / f"{name}.yaml")

    assert "Everything else is denied." in read.output
    assert linted.exit_code == 0, linted.output
    assert "warning" not in linted.output
    assert tested.exit_code == 0, tested.output
    assert "questions are decided as expected" in tested.output


def test_a_ready_made_question_is_explained(folder: Path) -> None:
    shown = run("explain", folder / "default.yaml", "--question", "outcome-by-year", "--on", "2026-05-01")

    assert shown.exit_code == 0
    assert "Permitted by version 1 of KH's policy for victims" in shown.output
    assert "The answer is sent automatically." in shown.output


def test_a_denied_question_is_explained_with_every_reason(folder: Path) -> None:
    asked = ["--measure", "services", "--by", "country,quarter", "--where", "sex=F", "--on", "2031-01-01"]

    shown = run("explain", folder / "default.yaml", *asked)

    assert shown.exit_code == 0
    assert "Quarters are too fine; the finest is years." in shown.output
    assert "services is not shared" in shown.output
    assert "The policy was in force until 2027-12-31." in shown.output
    assert "The recipient sees: " in shown.output


def test_a_filter_makes_another_question_of_a_ready_made_one(folder: Path) -> None:
    asked = ["--recipient", "public", "--purpose", "research", "--on", "2026-05-01", "--json"]

    plain = run("explain", folder / "open.yaml", "--question", "outcome-by-year", *asked)
    filtered = run(
        "explain", folder / "open.yaml", "--question", "outcome-by-year", "--where", "sex=F", *asked
    )

    assert json.loads(plain.output)["permit"]
    assert json.loads(filtered.output)["reasons"][0]["code"] == "ready-made-only"


def test_a_question_with_an_unknown_word_is_refused_with_the_nearest(folder: Path) -> None:
    shown = run("explain", folder / "default.yaml", "--measure", "casualtys", "--by", "year")

    assert shown.exit_code == 4
    assert "casualties" in shown.output


def test_a_loosening_is_flagged_and_has_an_exit_code(folder: Path) -> None:
    looser = edited(folder / "default.yaml", "date: year", "date: quarter")

    there, back = run("diff", folder / "default.yaml", looser), run("diff", looser, folder / "default.yaml")

    assert "loosened:   ARMAC may now see quarters, was years." in there.output
    assert there.exit_code == 1
    assert "tightened:  ARMAC may now see only years, was quarters." in back.output
    assert back.exit_code == 0


def test_an_edit_that_changes_nothing_says_so(folder: Path) -> None:
    same = edited(folder / "default.yaml", "version: 1", "version: 2 # reviewed")

    shown = run("diff", folder / "default.yaml", same)

    assert (shown.exit_code, shown.output) == (0, "Nothing changes.\n")


def test_changes_and_findings_come_as_json_too(folder: Path) -> None:
    looser = edited(folder / "default.yaml", "threshold: 5", "threshold: 2")

    changes = json.loads(run("diff", folder / "default.yaml", looser, "--json").output)
    findings = json.loads(run("lint", looser, "--json").output)

    assert changes == [{"direction": "loosened", "sentence": "A cell is small below 2 people, was 5."}]
    assert [finding["code"] for finding in findings] == ["low-threshold"]


def test_policies_of_two_members_have_no_difference(folder: Path) -> None:
    shown = run("diff", folder / "default.yaml", folder / "open.yaml")

    assert shown.exit_code == 2
    assert "different members" in shown.output


def test_a_leak_is_an_error_with_an_exit_code(folder: Path) -> None:
    leaking = edited(
        folder / "default.yaml", "mechanism: suppression", "mechanism: {kind: controlled-rounding, base: 3}"
    )

    shown = run("lint", leaking)

    assert shown.exit_code == 1
    assert "a shown 0 can say that there are at most 2 people" in shown.output


def test_two_mechanisms_on_one_data_set_are_found_across_files(folder: Path) -> None:
    other = edited(folder / "default.yaml", "mechanism: suppression", "mechanism: cell-key")

    shown = run("lint", folder / "default.yaml", "--beside", other)

    assert shown.exit_code == 1
    assert "[two-mechanisms]" in shown.output


def test_a_decision_that_is_not_the_expected_one_is_named_with_its_line(folder: Path) -> None:
    looser = edited(folder / "default.yaml", "date: year", "date: quarter")

    shown = run("test", looser, folder / "default.questions.yaml")

    assert shown.exit_code == 1
    assert "quarters are too fine: It is permitted; a denial was expected." in shown.output
    assert "6 of 7 questions" in shown.output


def test_a_ministry_wide_policy_stands_above(folder: Path) -> None:
    ministry = edited(folder / "default.yaml", "data_set: victims", "data_set: all")
    ministry.write_text(ministry.read_text().replace("date: year", "date: year_band5"))

    shown = run("explain", folder / "default.yaml", "--above", ministry, "--question", "outcome-by-year")

    assert "Years are too fine; the finest is five years." in shown.output


def test_every_fault_of_a_document_is_shown_at_once(folder: Path) -> None:
    broken = edited(folder / "default.yaml", "threshold: 5", "treshold: 5\nzeros: partners")

    shown = run("explain", broken)

    assert shown.exit_code == 2
    assert "treshold: 'treshold' is not a known key of a policy; did you mean 'threshold'?" in shown.output
    assert "did you mean 'partner'?" in shown.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfemember: KH", "is not a text in UTF-8"),
        (b"#" * 1_000_001, "is longer than 1000000 bytes"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_document_at_all_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(content)

    shown = run("lint", path)

    assert shown.exit_code == 2
    assert said in shown.output


def test_questions_that_are_missing_are_said_to_be_missing(folder: Path) -> None:
    (folder / "default.questions.yaml").unlink()

    shown = run("test", folder / "default.yaml")

    assert shown.exit_code == 2
    assert "default.questions.yaml cannot be read" in shown.output


def test_a_level_of_another_member_is_refused(folder: Path) -> None:
    shown = run("explain", edited(folder / "default.yaml", "place: province", "place: province34"))

    assert shown.exit_code == 2
    assert "'province34' is not a known level of place" in shown.output


def test_another_recipient_can_be_made_known(folder: Path) -> None:
    path = edited(folder / "default.yaml", "[ARMAC]", "[ASEAN Secretariat]")

    assert run("explain", path).exit_code == 2
    assert run("explain", path, "--recipient-known", "ASEAN Secretariat").exit_code == 0


def test_the_schema_names_the_words_of_the_region() -> None:
    schema = json.loads(run("schema").output)
    plain = json.loads(run("schema", "--no-words").output)

    assert "KH" in schema["properties"]["member"]["enum"]
    assert "enum" not in plain["properties"]["member"]
