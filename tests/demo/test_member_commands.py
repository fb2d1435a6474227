"""The data controller's commands on a node: each does all of its work, or says why and changes nothing."""

import shutil
import subprocess
from pathlib import Path

import pytest
from command_line import safelane

from gateway.demo.people_files import policy_text

pytestmark = pytest.mark.processes


@pytest.fixture
def node(demo, tmp_path: Path) -> Path:
    """A copy of a member's directory; nothing serves it."""
    copy = tmp_path / "TH"
    shutil.copytree(demo.directory / "members" / "TH", copy)
    return copy


def serve(demo, directory: Path) -> "subprocess.CompletedProcess[str]":
    """A server, as a process of its own: it would never end if it started."""
    command = [demo.process.args[0], "member", "serve", "--dir", directory]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def log(node: Path) -> list[str]:
    """What stands in the node's log; that we look is an entry too, and left out here."""
    listed = safelane("log", "list", "--dir", node)
    assert listed.exit_code == 0, listed.stderr
    return [line for line in listed.stdout.splitlines() if "log-read" not in line]


def test_a_register_is_loaded_and_what_was_found_is_told(node: Path) -> None:
    loaded = safelane("member", "load", node / "source", "--mapping", node / "mapping.yaml", "--dir", node)

    assert loaded.exit_code == 0, loaded.stderr
    assert "casualties, register of" in loaded.stdout
    assert any("snapshot-loaded" in line for line in log(node))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda source: source.write_bytes(source.read_bytes()[:1000] + b'"'), ""),
        (lambda source: source.write_bytes(b""), "empty"),
        (lambda source: source.unlink(), "no file"),
        (lambda source: source.write_bytes(b"\xff\xfe\x00"), ""),
        (lambda source: source.write_text("a,b\n1,2\n"), "no column"),
    ],
)
def test_a_register_that_cannot_be_read_whole_changes_nothing(node: Path, change, said: str) -> None:
    before = log(node)
    change(next(iter(sorted((node / "source").iterdir()))))

    loaded = safelane("member", "load", node / "source", "--mapping", node / "mapping.yaml", "--dir", node)

    assert loaded.exit_code not in (0, 1)
    assert said in loaded.stderr
    assert log(node) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (policy_text("LA"), "policy of LA"),
        (policy_text("TH"), "next version here is 2"),
        (policy_text("TH").replace("version: 1", "version: 2") + "colour: red\n", "colour"),
        ("\0", ""),
    ],
)
def test_a_policy_that_does_not_hold_changes_nothing(node: Path, text: str, said: str) -> None:
    before = log(node)
    document = node.parent / "policy.yaml"
    document.write_text(text)

    put = safelane("policy", "draft", document, "--dir", node)

    assert put.exit_code == 9
    assert said in put.stderr
    assert log(node) == before


def test_a_file_that_is_no_text_is_told(node: Path) -> None:
    document = node.parent / "policy.yaml"
    document.write_bytes(b"\xff\xfe")

    put = safelane("policy", "draft", document, "--dir", node)

    assert put.exit_code == 1
    assert "cannot be read as text" in put.stderr


def test_a_second_server_of_the_same_node_is_refused(demo) -> None:
    served = serve(demo, demo.directory / "members" / "TH")

    assert served.returncode == 5
    assert "Another process serves" in served.stderr


def test_a_directory_that_is_no_node(demo, tmp_path: Path) -> None:
    served = serve(demo, tmp_path)

    assert served.returncode == 8
    assert "not set up" in served.stderr
