"""`safelane member map`: a draft for a person to read, and a check that names what is wrong."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from gateway.cli.tools.mapping import command
from gateway.demo.people import make_people
from gateway.demo.people_files import write_register
from gateway.sources.model.errors import MappingError, SourceError


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    people = make_people("KH", 2)
    few = replace(people, records=people.records[-250:])
    return write_register(few, tmp_path_factory.mktemp("KH"), 2)


def run(*arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments])


def test_a_draft_passes_its_own_check(register, tmp_path):
    drafted = run("suggest", register.folder, "--member", "KH", "-o", tmp_path / "draft.yaml")
    assert drafted.exit_code == 0
    assert "need a person's eye" in drafted.output
    checked = run("check", tmp_path / "draft.yaml", "--source", register.folder)
    assert checked.exit_code == 0
    assert "The mapping of KH is in order: 30 columns are read, 9 left out." in checked.output


def test_a_draft_goes_to_the_screen_unless_told_otherwise(register):
    assert "mapping: 1" in run("suggest", register.folder, "--member", "KH").output


def test_faults_of_a_mapping_are_named(tmp_path):
    (tmp_path / "m.yaml").write_text("mapping: 1\nmember: KH\nsource: cvs\n", encoding="utf-8")
    error = run("check", tmp_path / "m.yaml").exception
    assert isinstance(error, MappingError)
    assert (
        "line 3, column 9, source: 'cvs' is not a known kind of source; did you mean 'csv'?" in error.message
    )


def test_a_source_that_does_not_fit_is_named(register, tmp_path):
    (tmp_path / "m.yaml").write_text(register.mapping.replace("Gender:", "Geschlecht:"), encoding="utf-8")
    result = run("check", tmp_path / "m.yaml", "--source", register.folder)
    assert isinstance(result.exception, SourceError)
    assert "victims.csv has no column 'Geschlecht'" in result.exception.message
    assert "The mapping does not name 'Gender'" in result.exception.remedy


def test_columns_that_nobody_thought_of_are_told(register, tmp_path):
    (tmp_path / "m.yaml").write_text(register.mapping.replace("      Phone: phone\n", ""), encoding="utf-8")
    result = run("check", tmp_path / "m.yaml", "--source", register.folder)
    assert "victims.csv, Phone: neither mapped nor left out" in result.output


def test_a_check_tells_what_is_kept_of_people(register, tmp_path):
    (tmp_path / "m.yaml").write_text(register.mapping, encoding="utf-8")
    checked = run("check", tmp_path / "m.yaml", "--source", register.folder)
    assert "6 are kept in the vault; 0 are read to redact narratives" in checked.output
