"""A backup is whole or it is none; what was restored signs nothing that its witnesses could contradict."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from databases import new_database
from federation import Federation, federation, policy_text
from signing import put_in_force
from sqlalchemy import update

from gateway.auditing.log_check import check_log
from gateway.bootstrap.setup.backup import BackupError, back_up, check, restore
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli import main
from gateway.hub.asking import ask
from gateway.hub.context import Hub
from gateway.hub.errors import PollRefusedError
from gateway.hub.polling import poll
from gateway.question import Question, parse
from gateway.store.engine.database import Database, StorageError, sqlite_url
from gateway.store.engine.logs import log_entries
from gateway.watching.recovering import RecoveringError
from gateway.wire.poll import Poll


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path / "region", "KH", "LA", ready=False) as running:
        yield running


def question(hub: Hub) -> Question:
    return parse(
        hub.dictionary,
        {"measure": "casualties", "by": ["outcome"], "where": {}, "purpose": "regional-reporting"},
    )


def ask_one(region: Federation, hub: Hub | None = None) -> int:
    hub = hub or region.hub
    return ask(hub, region.analyst, question(hub), timedelta(seconds=60)).asked_index


def test_a_backup_is_read_back_and_restored(region: Federation, tmp_path: Path) -> None:
    ask_one(region)
    made = back_up(tmp_path / "region" / "hub", tmp_path / "backup")

    assert check(tmp_path / "backup") == made
    restore(tmp_path / "backup", tmp_path / "again", new_database())
    with (
        open_hub(tmp_path / "again") as hub,
        hub.store.reading() as restored,
        region.hub.store.reading() as was,
    ):
        assert restored.enrolments() == was.enrolments()
        assert restored.open_questions() == was.open_questions()
        head, old = restored.log.latest_checkpoint(), was.log.latest_checkpoint()
        assert head == old


def test_a_node_is_restored_too(region: Federation, tmp_path: Path) -> None:
    region.members["KH"].round()
    back_up(tmp_path / "region" / "KH", tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again", new_database())

    with open_member(tmp_path / "again") as node, node.store.reading() as view:
        assert node.member == "KH"
        assert view.recovery.awaited() == ["hub"]


def test_only_the_owner_can_look_into_it(region: Federation, tmp_path: Path) -> None:
    back_up(tmp_path / "region" / "hub", tmp_path / "backup")

    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


def test_what_is_there_is_never_replaced(region: Federation, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    with pytest.raises(BackupError, match="there already"):
        back_up(tmp_path / "region" / "hub", tmp_path / "backup")
    back_up(tmp_path / "region" / "hub", tmp_path / "other")
    with pytest.raises(BackupError, match="not empty"):
        restore(tmp_path / "other", tmp_path / "region" / "KH")


def test_an_interrupted_backup_is_none(region: Federation, tmp_path: Path) -> None:
    def interrupted(table: str, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(tmp_path / "region" / "hub", tmp_path / "backup", interrupted)
    assert not (tmp_path / "backup").exists()
    back_up(tmp_path / "region" / "hub", tmp_path / "backup")


def test_damage_is_found(region: Federation, tmp_path: Path) -> None:
    ask_one(region)
    good = tmp_path / "good"
    back_up(tmp_path / "region" / "hub", good)
    names = [path.relative_to(good) for path in good.rglob("*") if path.is_file()]
    assert len(names) >= 4

    for name in names:
        for damage in ("cut", "flip", "gone"):
            bad = tmp_path / "bad"
            shutil.rmtree(bad, ignore_errors=True)
            shutil.copytree(good, bad)
            data = (bad / name).read_bytes()
            if damage == "gone":
                (bad / name).unlink()
            else:
                middle = len(data) // 2
                flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
                (bad / name).write_bytes(data[:middle] if damage == "cut" else flipped)
            with pytest.raises((BackupError, StorageError)):
                restore(bad, tmp_path / "never")
            assert not (tmp_path / "never").exists()


def test_a_log_that_was_rewritten_in_the_backup_is_found(region: Federation, tmp_path: Path) -> None:
    """Also when whoever changed it has corrected every sum."""
    ask_one(region)
    back_up(tmp_path / "region" / "hub", tmp_path / "backup")
    copy = Database(sqlite_url(tmp_path / "backup" / "database.sqlite"))
    with copy.writing() as connection:
        connection.execute(update(log_entries).where(log_entries.c.number == 2).values(entry=b"{}"))
    copy.close()
    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    digest = sha256((tmp_path / "backup" / "database.sqlite").read_bytes()).hexdigest()
    manifest["files"]["database.sqlite"] = digest
    del manifest["digest"]
    manifest["digest"] = sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
    (tmp_path / "backup" / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(BackupError, match="The log is damaged: entry 2 was changed"):
        check(tmp_path / "backup")


def poll_of(region: Federation, hub: Hub, code: str) -> None:
    """The member's next call, at the restored hub."""
    link = region.members[code].link
    former, link.hub = link.hub, hub
    try:
        region.members[code].round()
    finally:
        link.hub = former


def cosigned(region: Federation, hub: Hub, code: str) -> str:
    """The checkpoint of a member's log that the hub has cosigned last."""
    with hub.store.reading() as view:
        return str(view.witness.latest(region.members[code].node.log.origin))


def test_a_restored_hub_signs_nothing_before_its_members_were_heard(
    region: Federation, tmp_path: Path
) -> None:
    ask_one(region)
    for member in region.members.values():
        member.round()
    back_up(tmp_path / "region" / "hub", tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again", new_database())

    with open_hub(tmp_path / "again") as hub:
        with pytest.raises(RecoveringError, match="KH, LA"):
            ask_one(region, hub)
        put_in_force(region.members["KH"].node, policy_text("KH"))  # its log grows
        before = cosigned(region, hub, "KH")
        poll_of(region, hub, "KH")
        assert cosigned(region, hub, "KH") == before
        with pytest.raises(RecoveringError, match="LA"):
            ask_one(region, hub)
        poll_of(region, hub, "LA")
        poll_of(region, hub, "KH")
        assert cosigned(region, hub, "KH") != before
        ask_one(region, hub)


def test_a_log_in_use_is_whole_with_all_that_opens_it(region: Federation) -> None:
    ask_one(region)
    with region.hub.store.reading() as view:
        found = check_log(region.hub.log, view)

    assert found.entries > 2
    assert found.damages == ()


SIGNING = {
    "a new key of the log": ["log", "rotate-key", "--reason", "a new year"],
    "a stolen key of the log": ["log", "rotate-key", "--reason", "stolen", "--compromised"],
    "a new key of the witness": ["log", "rotate-witness-key", "--reason", "a new year"],
    "a new key of the replies": ["hub", "rotate-key", "--reason", "a new year"],
    "an account": ["account", "invite", "new@armac.example", "--organisation", "ARMAC", "--role", "auditor"],
    "an invitation": ["hub", "invite", "PH", "--url", "https://hub.example"],
    "an erasure": ["log", "erase", "--actor", "asker", "--yes"],
}


@pytest.mark.parametrize("command", SIGNING)
def test_no_command_signs_anything_after_a_restore(region: Federation, tmp_path: Path, command: str) -> None:
    """Before, a key could be rotated at once: two documented commands forked the log."""
    ask_one(region)
    for member in region.members.values():
        member.round()
    back_up(tmp_path / "region" / "hub", tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again", new_database())
    with open_hub(tmp_path / "again") as hub, hub.store.reading() as view:
        before = view.log.latest_checkpoint()

    done = CliRunner().invoke(main, [*SIGNING[command], "--dir", str(tmp_path / "again")])

    assert done.exit_code == RecoveringError.exit_code, done.output
    assert "restored from a backup; not heard since: KH, LA" in done.output
    with open_hub(tmp_path / "again") as hub, hub.store.reading() as view:
        assert view.log.latest_checkpoint() == before


def test_a_hub_restored_from_an_old_backup_never_signs_again(region: Federation, tmp_path: Path) -> None:
    back_up(tmp_path / "region" / "hub", tmp_path / "backup")
    ask_one(region)
    region.members["KH"].round()  # has witnessed more than the backup holds
    restore(tmp_path / "backup", tmp_path / "again", new_database())

    with open_hub(tmp_path / "again") as hub:
        with hub.store.reading() as view:
            head = view.log.latest_checkpoint()
        with region.members["KH"].node.store.reading() as view:
            seen = view.witness.latest(region.hub.log.origin)
        assert head is not None
        assert seen is not None
        with pytest.raises(PollRefusedError):
            poll(hub, region.members["KH"].link.enrolment, Poll(head.size + 1, str(seen), None, 0.0))
        with pytest.raises(RecoveringError, match="KH"):
            ask_one(region, hub)
