"""The doctor sees what is wrong, says what to do, and changes nothing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from federation import Federation, federation

from gateway.api.app import create_hub_app
from gateway.bootstrap.backup import back_up, restore
from gateway.bootstrap.doctor import Finding, State, examine
from gateway.bootstrap.webserver import WebServer
from gateway.cli import main
from gateway.config import MemberConfig, read_config, write_config


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path / "region", "KH", ready=False) as running:
        yield running


@pytest.fixture
def hub(region: Federation, tmp_path: Path) -> Path:
    del region
    return tmp_path / "region" / "hub"


@pytest.fixture
def node(region: Federation, tmp_path: Path) -> Iterator[Path]:
    """A node whose hub really serves."""
    directory = tmp_path / "region" / "KH"
    server = WebServer(create_hub_app(region.hub), "127.0.0.1:0")
    server.start()
    config = read_config(directory, MemberConfig)
    write_config(directory, MemberConfig(config.member, server.url, config.hub_log_key, config.hub_call_key))
    yield directory
    server.close()


def findings(directory: Path) -> dict[str, Finding]:
    return {finding.about: finding for finding in examine(directory)}


def test_a_hub_that_is_well(hub: Path) -> None:
    found = findings(hub)

    assert {name for name, f in found.items() if f.state is State.WRONG} == set()
    assert found["log"].state is State.WELL
    assert found["KH"].state is State.WARNING  # it has never called
    assert found["KH"].remedy


def test_a_node_that_is_well(node: Path) -> None:
    found = findings(node)

    assert {name for name, f in found.items() if f.state is State.WRONG} == set()
    assert found["hub"].state is State.WELL
    assert found["clock"].state is State.WELL
    missing = [f.said for f in examine(node) if f.about == "answers"]
    assert [what.rpartition(" ")[2] for what in missing] == ["snapshot", "force", "cube"]


def test_a_hub_that_is_away_is_told(region: Federation, tmp_path: Path) -> None:
    directory = tmp_path / "region" / "KH"
    config = read_config(directory, MemberConfig)
    away = MemberConfig(config.member, "http://127.0.0.1:9", config.hub_log_key, config.hub_call_key)
    write_config(directory, away)

    assert findings(directory)["hub"].state is State.WRONG


def test_plain_http_over_a_network_is_told(region: Federation, tmp_path: Path) -> None:
    directory = tmp_path / "region" / "KH"
    config = read_config(directory, MemberConfig)
    open_way = MemberConfig(config.member, "http://hub.invalid", config.hub_log_key, config.hub_call_key)
    write_config(directory, open_way)

    assert findings(directory)["TLS"].state is State.WARNING


@pytest.mark.parametrize(
    ("harm", "about"),
    [
        (lambda d: (d / "keys" / "log.key").unlink(), "database"),
        (lambda d: (d / "keys" / "log.key").write_text("PRIVATE"), "database"),
        (lambda d: (d / "keys" / "log.key").chmod(0o644), "database"),
        (
            lambda d: (d / "safelane.sqlite").write_bytes(
                b"not a database, but long enough to be read as one" * 9
            ),
            "database",
        ),
        (lambda d: d.chmod(0o755), "directory"),
    ],
)
def test_what_is_wrong_is_told_with_a_remedy(tmp_path: Path, hub: Path, harm, about: str) -> None:
    shutil.copytree(hub, tmp_path / "copy")
    harm(tmp_path / "copy")

    finding = findings(tmp_path / "copy")[about]
    assert finding.state is State.WRONG
    assert finding.remedy
    assert "PRIVATE" not in finding.said


def test_a_restored_log_that_waits_is_told(hub: Path, tmp_path: Path) -> None:
    back_up(hub, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again")

    finding = findings(tmp_path / "again")["restore"]
    assert finding.state is State.WARNING
    assert "KH" in finding.said


def test_the_command_fails_when_something_is_wrong(hub: Path) -> None:
    well = CliRunner().invoke(main, ["doctor", "--dir", str(hub)])
    hub.chmod(0o755)
    wrong = CliRunner().invoke(main, ["doctor", "--dir", str(hub)])

    assert well.exit_code == 0
    assert wrong.exit_code == 1
    assert "BAD" in wrong.output
    assert f"chmod 700 {hub}" in wrong.output


def test_a_directory_that_is_not_set_up(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--dir", str(tmp_path)])

    assert result.exit_code == 8
