"""A log on a disk that cannot be written is shown all the same, and it is said that this is not logged."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.bootstrap.setup.open_hub import add_user, create_hub, open_hub
from gateway.hub.model import Role

SAFELANE = str(Path(sys.executable).with_name("safelane"))
# For root nothing is read-only, unless it gives that right away.
LIKE_ANYBODY = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Path]:
    """The directory of a hub of which nothing can be changed."""
    directory = tmp_path / "hub"
    create_hub(directory, "log.example/hub")
    with open_hub(directory) as opened:
        add_user(opened, "analyst@armac.example", "ARMAC", Role.ANALYST, ["regional-reporting"])
    for path in directory.iterdir():
        if path.is_file():
            path.chmod(0o400)
    directory.chmod(0o500)
    yield directory
    directory.chmod(0o700)


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [*LIKE_ANYBODY, SAFELANE, "log", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_is_shown_and_that_it_is_not_logged_is_said(hub: Path) -> None:
    shown = run("list", "--dir", hub)
    assert shown.returncode == 0, shown.stderr
    assert "user-added" in shown.stdout
    assert "log-read" not in shown.stdout
    assert shown.stderr == "This reading is not logged: the disk is read-only.\n"


def test_people_are_found_there_too(hub: Path) -> None:
    found = run("list", "--actor", "analyst@armac.example", "--dir", hub)
    assert "user-added" in found.stdout


def test_nothing_is_erased_there(hub: Path) -> None:
    refused = run("erase", "--actor", "analyst@armac.example", "--yes", "--dir", hub)
    assert refused.returncode == 6
    assert "read-only" in refused.stderr
