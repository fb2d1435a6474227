"""`safelane log` over the directories of a hub and a node, and the auditor's own check of what it writes."""

import os
import pty
import re
from contextlib import redirect_stdout, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result
from databases import new_database

from audit.commands.command_line import main as audit_main
from audit.events.events import SnapshotLoaded, encode
from gateway.bootstrap.setup.open_hub import add_user, create_hub, enrol, log_key, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member
from gateway.cli import main
from gateway.hub.model import Role
from gateway.store.engine.migrate import HUB, MEMBER


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo-like directory: a hub that has enrolled KH and let an analyst in, and the node of KH."""
    directory = tmp_path_factory.mktemp("region")
    create_hub(directory / "hub", "log.example/hub", database=new_database(HUB))
    new = create_member(directory / "KH", "KH", "log.example")
    with open_hub(directory / "hub") as hub:
        keys = enrol(hub, new.enrolment)
        add_user(hub, "analyst@armac.example", "ARMAC", Role.ANALYST, ["regional-reporting"])
    connect(directory / "KH", "KH", "http://127.0.0.1:0", keys, database=new_database(MEMBER))
    return directory


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["log", *map(str, arguments)])


def test_the_list_says_what_happened_and_that_it_was_read(region: Path) -> None:
    result = run("list", "--dir", region / "hub")
    assert result.exit_code == 0
    assert re.search(r"member-enrolled +KH", result.output)
    assert "user-added" in result.output
    assert "analyst@armac" not in result.output
    assert "log-read" in result.output.splitlines()[-1]


def test_the_newest_are_those_before_the_reading_oldest_first(region: Path) -> None:
    place = ("--dir", region / "hub")
    before = run("list", *place).output.splitlines()
    every_kind = run("list", "--type", "user-added", *place).output.splitlines()

    newest = run("list", "--newest", 2, *place).output.splitlines()
    of_kind = run("list", "--newest", 1, "--type", "user-added", *place).output.splitlines()

    assert newest[0] == before[-1]
    assert "log-read" in newest[1]
    assert of_kind == every_kind[-1:]
    assert run("list", "--newest", 0, *place).exit_code == 2


def test_a_demos_log_is_its_hubs(region: Path) -> None:
    of_hub = run("list", "--type", "member-enrolled", "--dir", region / "hub").output
    assert of_hub
    assert run("list", "--type", "member-enrolled", "--dir", region).output == of_hub


def test_an_export_is_checked_by_the_auditors_own_tool(
    region: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("export", out, "--dir", region / "hub").exit_code == 0

    assert (out / "vkey").read_text("utf-8") == log_key(region / "hub") + "\n"
    assert len((out / "witnesses").read_text("utf-8").splitlines()) == 1
    assert audit_main(["verify", str(out), "--vkey", log_key(region / "hub")]) == 0
    assert "log.example/hub: " in capsys.readouterr().out


def test_an_export_does_not_outrun_its_witnesses(region: Path, tmp_path: Path) -> None:
    """The entry about an export comes after what is exported: the head stays one that others have seen."""
    run("list", "--dir", region / "hub")
    with open_hub(region / "hub") as hub, hub.store.reading() as view:
        before = str(hub.log.checkpoint(view.log))
    assert run("export", tmp_path / "out", "--dir", region / "hub").exit_code == 0
    assert (tmp_path / "out" / "checkpoint").read_text("utf-8") == before
    assert "export" in run("list", "--type", "log-read", "--dir", region / "hub").output


def test_a_nodes_log_is_exported_too(region: Path, tmp_path: Path) -> None:
    assert run("export", tmp_path / "out", "--dir", region / "KH").exit_code == 0
    assert audit_main(["verify", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "witnesses").read_bytes() == b""


def test_a_receipt_and_its_entry(region: Path, tmp_path: Path) -> None:
    receipt, entry = tmp_path / "r", tmp_path / "e"
    made = run("receipt", 1, "--dir", region / "hub", "-o", receipt, "--entry", entry)
    assert made.exit_code == 0
    key = log_key(region / "hub")
    assert audit_main(["verify", str(receipt), "--entry", str(entry), "--vkey", key]) == 0


def test_what_is_not_there_is_said(region: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    outputs = ("-o", tmp_path / "r", "--entry", tmp_path / "e")

    beyond = run("receipt", 999, "--dir", region / "hub", *outputs)
    not_empty = run("export", tmp_path / "full", "--dir", region / "hub")
    nowhere = run("list", "--dir", tmp_path / "nowhere")
    unwritable = run(
        "receipt", 1, "--dir", region / "hub", "-o", tmp_path / "no" / "r", "--entry", tmp_path / "e"
    )

    assert (beyond.exit_code, "there is no entry 999" in beyond.output) == (6, True)
    assert not (tmp_path / "r").exists()
    assert (not_empty.exit_code, "not empty" in not_empty.output) == (6, True)
    assert (nowhere.exit_code, "not set up" in nowhere.output) == (8, True)
    assert (unwritable.exit_code, "cannot be written" in unwritable.output) == (6, True)


def on_a_terminal(*arguments: object) -> str:
    """What `safelane log` writes to a terminal."""
    ours, theirs = pty.openpty()
    written: list[bytes] = []

    def read() -> None:
        with suppress(OSError):  # the terminal's end
            while part := os.read(ours, 65536):
                written.append(part)

    reader = Thread(target=read)
    reader.start()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal, redirect_stdout(terminal):
        main(["log", *map(str, arguments)], standalone_mode=False)
    reader.join()
    os.close(ours)
    return b"".join(written).decode()


def test_a_terminal_shows_the_newest_thousand_and_says_so_while_a_file_gets_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "hub"
    create_hub(directory, "log.example/hub", database=new_database(HUB))
    with open_hub(directory) as hub, hub.store.writing() as work:
        some = encode(SnapshotLoaded("KH", "kh-000000000001", "2026-01-31", datetime(2026, 2, 1, tzinfo=UTC)))
        hub.log.append(work.log, [some] * 1100, 1_800_000_000)

    shown = on_a_terminal("list", "--type", "snapshot-loaded", "--dir", directory).splitlines()
    said = capsys.readouterr().err
    every = on_a_terminal("list", "--all", "--type", "snapshot-loaded", "--dir", directory).splitlines()
    in_file = run("list", "--type", "snapshot-loaded", "--dir", directory).stdout.splitlines()

    assert len(in_file) == 1100
    assert shown == in_file[-1000:]
    assert "--all" in said
    assert every == in_file
    assert capsys.readouterr().err == ""
    assert run("list", "--all", "--newest", 3, "--dir", directory).exit_code == 2
