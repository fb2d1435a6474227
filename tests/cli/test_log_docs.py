"""The commands in docs/explanation/log.md are those that work."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.bootstrap.hub import create_hub, enrol, open_hub
from gateway.hub.model import Enrolment

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "log.md"
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a hub where the demo would have it."""
    folder = tmp_path_factory.mktemp("folder")
    create_hub(folder / "safelane-demo" / "hub", "log.example/hub")
    with open_hub(folder / "safelane-demo" / "hub") as hub:
        enrol(hub, Enrolment("KH", str(hub.log.key), str(hub.log.key), _witness_key()))
    return folder


def _witness_key() -> str:
    return "member-a.example/witness+b666cb7d+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"


def test_the_commands_work_in_their_order(folder: Path) -> None:
    assert len(COMMANDS) == 7
    bin_folder = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": os.pathsep.join([bin_folder, os.environ["PATH"]])}
    for command in COMMANDS:
        finished = subprocess.run(
            shlex.split(command), cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, f"{command}\n{finished.stderr}"
    assert not (folder / "evidence.json").exists()
