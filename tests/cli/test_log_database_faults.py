"""A database that is damaged, incomplete or held is told in plain words by each command that reads a log."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lone_hub import set_up_hub

from gateway.cli import main
from gateway.store.engine import database

PAGE = 4096
COMMANDS = {
    "check": ("check",),
    "list": ("list",),
    "list a person": ("list", "--actor", "sok@armac.example"),
    "explain": ("explain", "1"),
    "sample": ("sample", "1"),
    "notices": ("notices",),
    "alerts": ("alerts",),
    "export": ("export", "{out}"),
    "receipt": ("receipt", "1", "-o", "{out}", "--entry", "{out}2"),
    "dossier": ("dossier", "q-1", "-o", "{out}"),
    "erase": ("erase", "--actor", "sok@armac.example", "--yes"),
}


def corrupt(file: Path) -> None:
    data = bytearray(file.read_bytes())
    for start in range(3 * PAGE, len(data), PAGE):
        data[start : start + 512] = b"\xa5" * 512
    file.write_bytes(data)


def without_entries(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE log_entries")
        connection.execute("DROP TABLE openings")
        connection.execute("DROP TABLE log_checkpoints")
        connection.execute("DROP TABLE log_alerts")
        connection.commit()


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "corrupt": (corrupt, "cannot be read: database disk image is malformed"),
    "without tables": (without_entries, "lacks something that Safelane made: no such table: "),
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("faults") / "hub"
    set_up_hub(place)
    with closing(sqlite3.connect(place / "safelane.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return place


def safelane(command: str, hub: Path, out: Path) -> Result:
    words = [word.format(out=out) for word in COMMANDS[command]]
    return CliRunner().invoke(main, ["log", *words, "--dir", str(hub)])


@pytest.mark.parametrize("fault", FAULTS)
def test_each_command_says_what_is_wrong_and_what_to_do(hub: Path, tmp_path: Path, fault: str) -> None:
    file = hub / "safelane.sqlite"
    sound = file.read_bytes()
    try:
        FAULTS[fault][0](file)
        said = {command: safelane(command, hub, tmp_path / "out") for command in COMMANDS}
    finally:
        for beside in ("-wal", "-shm"):
            file.with_name(file.name + beside).unlink(missing_ok=True)
        file.write_bytes(sound)

    for command, result in said.items():
        assert isinstance(result.exception, SystemExit), f"{command}: {result.exception!r}"
        assert result.exit_code == 5, f"{command}: {result.output}"
        assert FAULTS[fault][1] in result.output, command
        assert "restore the newest backup" in result.output
        assert "[SQL" not in result.output


def test_a_log_is_read_while_another_program_holds_its_database(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the entry about the reading cannot be written, and that is said."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(hub / "safelane.sqlite", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        listed = safelane("list", hub, tmp_path / "out")
        erased = safelane("erase", hub, tmp_path / "out")

    assert listed.exit_code == 0, listed.output
    assert "This reading is not logged" in listed.stderr
    assert "database is locked" in listed.stderr
    assert erased.exit_code in (5, 6)
    assert isinstance(erased.exception, SystemExit)
