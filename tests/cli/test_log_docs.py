"""The commands in docs/explanation/log.md are those that work."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from databases import new_database
from forking import Forking

from gateway.bootstrap.setup.open_hub import create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member
from gateway.store.engine.migrate import HUB, MEMBER

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "log.md"
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a hub and a node where the demo has them."""
    folder = tmp_path_factory.mktemp("folder")
    hub_directory = folder / "safelane-demo" / "hub"
    member_directory = folder / "safelane-demo" / "members" / "KH"
    create_hub(hub_directory, "log.example/hub", database=new_database(HUB))
    new = create_member(member_directory, "KH", "log.example")
    with open_hub(hub_directory) as hub:
        keys = enrol(hub, new.enrolment)
    connect(member_directory, "KH", "http://127.0.0.1:0", keys, database=new_database(MEMBER))
    return folder


def test_the_commands_work_in_their_order(folder: Path) -> None:
    assert len(COMMANDS) == 13
    bin_folder = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": os.pathsep.join([bin_folder, os.environ["PATH"]])}
    with Forking(["gateway.cli.log.log_group"]) as programs:
        for command in COMMANDS:
            words = shlex.split(command)
            if words[0] == "safelane":
                finished = programs.run([Path(bin_folder) / words[0], *words[1:]], folder, environment)
            else:
                finished = subprocess.run(
                    words, cwd=folder, env=environment, capture_output=True, text=True, check=False
                )
            assert finished.returncode == 0, f"{command}\n{finished.stderr}"
    assert not (folder / "evidence.json").exists()
