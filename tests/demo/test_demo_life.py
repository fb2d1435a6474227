"""The demo's beginning and end: whole or not at all, gone on with after a kill, and nothing left running."""

import json
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import children, gone, running

from gateway.demo.region import DEMO_MEMBERS, MARKER, NotADemoError, create

pytestmark = pytest.mark.processes

PATIENCE = 300
"""Seconds after which something is wrong even on a busy machine. What is waited for comes within ten."""
STARTING = 60
"""The same for processes that have only begun."""


@pytest.fixture
def small_region(demo, tmp_path: Path) -> Path:
    """Two members of a region that is made already, for tests that end it before anybody asks.

    Nothing in its directories names its own place.
    """
    copy, kept = tmp_path / "region", ["TH", "VN"]
    others = set(DEMO_MEMBERS) - set(kept)
    shutil.copytree(demo.directory, copy, ignore=lambda _, names: others & set(names))
    marker = json.loads((demo.directory / MARKER).read_text(encoding="utf-8"))
    (copy / MARKER).write_text(json.dumps({**marker, "members": kept}), encoding="utf-8")
    return copy


def start(demo, directory: Path, *more: str) -> "subprocess.Popen[bytes]":
    command = [demo.process.args[0], "demo", "--dir", str(directory), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def wait_for_children(process: "subprocess.Popen[bytes]", words: str) -> None:
    end = time.monotonic() + PATIENCE
    while not children(process.pid, words):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)


def test_ctrl_c_ends_everything(demo, small_region: Path) -> None:
    process = start(demo, small_region)
    wait_for_children(process, "members/TH")

    process.send_signal(signal.SIGINT)

    try:
        process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert gone(str(small_region), 5)


def test_a_killed_demo_leaves_nothing_running(demo, small_region: Path) -> None:
    process = start(demo, small_region)
    wait_for_children(process, "members/TH")

    process.kill()

    process.communicate(timeout=PATIENCE)
    # A child that has only begun hears of it once it is up: that takes longer than 15 s on a busy machine.
    assert gone(str(small_region), STARTING), running(str(small_region))


@dataclass(frozen=True)
class GoneOn:
    """A demo that was killed while it was made, and ran once after that, to its end."""

    place: Path
    exit_code: int
    output: str
    seconds: float


@pytest.fixture(scope="module")
def gone_on(demo, tmp_path_factory: pytest.TempPathFactory) -> GoneOn:
    place = tmp_path_factory.mktemp("folder") / "killed"
    process = start(demo, place, "--once", "--members", "VN")  # whose cube is made soonest
    wait_for_children(process, "member prepare")
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert gone(str(place), 15)

    started = time.monotonic()
    again = start(demo, place, "--once")
    output = again.communicate(timeout=PATIENCE)[0].decode()
    return GoneOn(place, again.returncode, output, time.monotonic() - started)


def test_a_demo_killed_while_it_was_made_goes_on_the_next_time(gone_on: GoneOn) -> None:
    assert gone_on.exit_code == 0, gone_on.output
    # The region is of the members that it was made with, whatever the second command would have made.
    assert [p.name for p in (gone_on.place / "members").iterdir()] == ["VN"]


def test_once_ends_by_itself_with_all_that_it_started(gone_on: GoneOn) -> None:
    assert gone_on.exit_code == 0, gone_on.output
    assert "Coverage" in gone_on.output
    assert gone(str(gone_on.place), 5)
    assert not (gone_on.place / "hub" / "address").exists()
    assert gone_on.seconds < 60


def test_a_member_that_the_demo_has_no_people_for_is_explained(demo, tmp_path: Path) -> None:
    process = start(demo, tmp_path / "none", "--members", "TH,SG")

    output = process.communicate(timeout=PATIENCE)[0].decode()

    assert process.returncode == 2
    assert "'SG'" in output
    assert not (tmp_path / "none").exists()


def test_a_directory_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(NotADemoError, match="no demo"):
        create(tmp_path, lambda _: None)

    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("marker", ['{"version": 99}', "", "[]"])
def test_a_region_of_another_version_is_left_alone(tmp_path: Path, marker: str) -> None:
    (tmp_path / MARKER).write_text(marker)

    with pytest.raises(NotADemoError, match="another version"):
        create(tmp_path, lambda _: None)


def test_every_node_has_its_own_database_keys_and_log(demo) -> None:
    nodes = [demo.directory / "hub", *sorted((demo.directory / "members").iterdir())]
    databases = {(node / "safelane.sqlite").stat().st_ino for node in nodes}
    logs = {(node / "keys" / "log.key").read_text() for node in nodes}

    assert len(nodes) >= 7
    assert len(databases) == len(logs) == len(nodes)
    for node in nodes:
        assert all(key.stat().st_mode & 0o077 == 0 for key in (node / "keys").iterdir())
