"""`safelane member figures`: added, listed and withdrawn on the node's own machine."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lone_node import set_up

from gateway.cli import main
from gateway.member.errors import FigureRefusedError


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("region") / "KH"
    set_up(directory)
    return directory


def run(node: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["member", "figures", *arguments, "--dir", str(node)])


def test_a_figure_is_added_listed_and_withdrawn(node: Path) -> None:
    assert run(node, "list").output == "No figure is registered.\n"
    cell = ("--where", "date=2023", "--where", "outcome=K")
    add = ("add", *cell, "--value", "32", "--source", "Annual report", "--published", "2024-02-01")

    made = run(node, *add)

    assert made.exit_code == 0, made.output
    (found,) = json.loads(run(node, "list", "--json").output)
    assert (found["cell"], found["value"]) == ({"date": "2023", "outcome": "K"}, 32)
    assert "not yet in the register" in run(node, "list").output
    twice = run(node, *add)
    assert twice.exit_code == FigureRefusedError.exit_code
    assert "registered already" in twice.output
    assert run(node, "withdraw", str(found["entry"])).exit_code == 0
    assert "withdrawn" in run(node, "list").output


@pytest.mark.parametrize("where", ["2023", "date=", "date=2023,outcome=K", "shoe=42"])
def test_what_is_no_cell_is_refused(node: Path, where: str) -> None:
    made = run(node, "add", "--where", where, "--value", "3", "--source", "s", "--published", "2024-02-01")

    assert made.exit_code != 0
