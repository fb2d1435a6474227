"""`safelane perturb`, as a statistician runs it."""

import json

import pytest
from click.testing import CliRunner

from audit.log.file_lock import held_file
from gateway.cli import main

SEX = {"codes": ["Total", "F", "M"], "parent": {"F": "Total", "M": "Total"}}
PLACE = {"codes": ["Total", "N", "S"], "parent": {"N": "Total", "S": "Total"}}
TABLE = {
    "dims": {"place": PLACE, "sex": SEX},
    "cells": [["N", "F", 3], ["N", "M", 14], ["S", "F", 22], ["S", "M", 8]],
}

PRIVATE = ("private", "in.json", "-o", "out.json", "--key", "key")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in.json").write_text(json.dumps(TABLE))
    (tmp_path / "key").write_bytes(bytes(range(32)))
    return tmp_path


def run(folder, *words):
    arguments = [str(folder / w) if w.endswith(".json") or w == "key" else w for w in words]
    return CliRunner().invoke(main, ["perturb", *arguments])


def answer(folder):
    return json.loads((folder / "out.json").read_text())


@pytest.mark.parametrize(
    ("words", "says"),
    [(("cell-key", "--js", "2"), "keyed noise"), (("rounding", "--base", "5"), "multiples of 5")],
)
def test_the_answer_says_what_was_done_to_every_cell(folder, words, says):
    result = run(folder, *words, "in.json", "-o", "out.json", "--key", "key")
    assert result.exit_code == 0, result.output
    assert says in answer(folder)["mechanism"]
    assert len(answer(folder)["cells"]) == 9


@pytest.mark.parametrize("about", ["by", "where"])
@pytest.mark.parametrize("name", ["outcome", "device", "device_group", "injury", "injury.EYE"])
def test_cell_keys_are_not_offered_for_sensitive_dimensions_of_a_file(folder, name, about):
    """One rule for policies and for files: a group whose people all died shows its number twice."""
    values = {"codes": ["Total", "A", "B"], "parent": {"A": "Total", "B": "Total"}}
    cells = [["N", "A", 3], ["S", "B", 9]]
    table = {"dims": {"place": PLACE, name: values}, "cells": cells}
    (folder / "in.json").write_text(
        json.dumps(table | ({"by": ["place"], "where": {name: "A"}} if about == "where" else {}))
    )

    refused = run(folder, "cell-key", "in.json", "-o", "out.json", "--key", "key")
    rounded = run(folder, "rounding", "in.json", "-o", "rounded.json", "--key", "key")

    assert refused.exit_code == 2
    assert f"not offered for {name}" in refused.stderr
    assert "safelane perturb rounding" in refused.stderr
    assert not (folder / "out.json").exists()
    assert rounded.exit_code == 0, rounded.output


def test_a_budget_is_charged_once_for_a_question_and_named_once(folder):
    ask = (*PRIVATE, "--epsilon", "0.5", "--budget", "budget.json")
    assert "--total" in run(folder, *ask).output
    assert run(folder, *ask, "--total", "0.6").exit_code == 0
    first = answer(folder)
    assert "differential privacy" in first["mechanism"]
    assert run(folder, *ask).exit_code == 0
    assert answer(folder) == first
    assert run(folder, *ask, "--total", "9").exit_code == 2
    (folder / "in.json").write_text(json.dumps(TABLE | {"by": ["sex"]}))
    refused = run(folder, *ask)
    assert refused.exit_code == 1
    assert "does not allow" in refused.output


def test_an_older_copy_of_the_budget_brings_no_second_number(folder):
    ask = (*PRIVATE, "--epsilon", "0.5", "--budget", "budget.json", "--total", "0.6")
    assert run(folder, *ask).exit_code == 0
    first = answer(folder)
    (folder / "budget.json").unlink()
    assert run(folder, *ask).exit_code == 0
    assert answer(folder) == first


def test_two_questions_are_never_charged_to_one_budget_at_once(folder):
    """Each would read what is left, and spend it."""
    ask = (*PRIVATE, "--epsilon", "0.5", "--budget", "budget.json")
    with held_file(folder / "budget.json.lock"):
        refused = run(folder, *ask, "--total", "0.6")
    assert refused.exit_code == 1
    assert "another question is being charged" in refused.output
    assert not (folder / "budget.json").exists()
    assert run(folder, *ask, "--total", "0.6").exit_code == 0


def test_linked_tables_are_rounded_so_that_they_add_up(folder):
    assert (
        run(folder, "rounding", "in.json", "-o", "out.json", "--key", "key", "--max-dims", "1").exit_code == 0
    )
    shown = {tuple(cell["key"].values()): cell["value"] for cell in answer(folder)["cells"]}
    assert len(shown) == 5
    assert shown[()] == shown["N",] + shown["S",] == shown["F",] + shown["M",]
    assert abs(shown[()] - 47) <= 10


def test_impossible_parameters_write_nothing(folder):
    result = run(folder, "cell-key", "in.json", "-o", "out.json", "--key", "key", "-D", "2", "-V", "50")
    assert result.exit_code == 1
    assert "impossible" in result.output
    assert not (folder / "out.json").exists()


def test_the_report_sets_the_mechanisms_side_by_side(folder):
    result = run(folder, "compare", "in.json", "--key", "key", "--threshold", "4", "--max-dims", "1")
    assert result.exit_code == 0, result.output
    assert "NOT FOR RELEASE" in result.stderr
    for name in ("suppression", "cell key", "controlled rounding", "differential privacy"):
        assert f"\n{name} | " in result.stdout
