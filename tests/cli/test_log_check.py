"""`safelane log check`, the doctor and a backup find each damage of a kept log, and change nothing."""

import sqlite3
from array import array
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from command_line import UNENCRYPTED
from lone_hub import set_up_hub

from audit.log.storage_check import Hashed
from gateway.bootstrap.serving.serving_hub import running_hub
from gateway.bootstrap.serving.shutdown import Stop
from gateway.bootstrap.serving.unclean_end import DamagedLogError, check_after_unclean_end
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import add_user, open_hub
from gateway.bootstrap.upkeep import check_progress
from gateway.cli import main
from gateway.cli.log import log_check
from gateway.hub.model import Role

DATABASE = "safelane.sqlite"


def safelane(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    """A hub whose log has entries that commit to people's names."""
    place = tmp_path / "hub"
    set_up_hub(place)
    with open_hub(place) as opened:
        for name in ("sok@armac.example", "dara@armac.example"):
            add_user(opened, name, "ARMAC", Role.ANALYST, ["regional-reporting"])
    return place


def harm(hub: Path, statement: str) -> None:
    with sqlite3.connect(hub / DATABASE) as connection:
        connection.create_function("flipped", 1, lambda data: bytes([data[0] ^ 1]) + data[1:])
        assert connection.execute(statement).rowcount > 0
    connection.close()


Damage = tuple[str, str]
DAMAGES: dict[str, Damage] = {
    "an entry": (
        "update log_entries set entry = flipped(entry) where number = 1",
        "entry 1 was changed, or its hash in tile/0/000",
    ),
    "an entry that is a text": (
        "update log_entries set entry = 'ana' where number = 1",
        "entry 1 is not there, or cannot be read",
    ),
    "a salt": ("update openings set salt = x'00' where entry_index = 1", "beside entry 1 cannot be read"),
    "an opening that is a text": (
        "update openings set value = 'ana' where entry_index = 1",
        "beside entry 1 cannot be read",
    ),
    "a missing entry": ("delete from log_entries where number = 1", "entry 1 is not there"),
    "a hash": (
        "update log_tiles set hashes = flipped(hashes) where level = 0",
        "was changed at hash 0: the entries lead to the signed checkpoint",
    ),
    "an opening": (
        "update openings set value = flipped(value) where entry_index = 1",
        "beside entry 1 does not open that entry",
    ),
    "an opening of nothing": (
        "update openings set entry_index = 4000 where entry_index = 1",
        "is kept beside entry 4000, and there is no such entry",
    ),
}


def test_an_index_that_differs_from_a_whole_log_is_said_with_what_to_do(
    hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it is found is tested with the index; here what a person is told."""
    said = "the search index is not what entries 0 to 2047 say"
    monkeypatch.setattr(log_check, "differing_segments", lambda *_: iter([said]))

    found = safelane("log", "check", "--dir", hub)

    assert found.exit_code == 6
    assert said in found.stderr
    assert f"Delete {hub / 'log-index.sqlite'}, which is made again" in found.stderr


def test_a_whole_log_is_said_to_be_whole(hub: Path) -> None:
    found = safelane("log", "check", "--dir", hub)

    assert found.exit_code == 0, found.output
    assert "are whole" in found.output
    assert safelane("doctor", "--dir", hub).output.count("all whole") == 1


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_said_with_its_place(hub: Path, damage: str) -> None:
    statement, said = DAMAGES[damage]
    harm(hub, statement)
    before = (hub / DATABASE).read_bytes()

    found = safelane("log", "check", "--dir", hub)

    assert found.exit_code == 6
    assert "damaged: " in found.output
    assert said in found.output
    assert "@armac.example" not in found.output
    assert (hub / DATABASE).read_bytes() == before


@pytest.mark.parametrize("damage", ["an entry", "an entry that is a text", "a hash", "an opening", "a salt"])
def test_the_doctor_calls_no_damage_well(hub: Path, damage: str) -> None:
    statement, said = DAMAGES[damage]
    harm(hub, statement)

    found = safelane("doctor", "--dir", hub)

    assert found.exit_code == 1
    assert said in found.output
    assert "ok    log" not in found.output


@pytest.mark.parametrize("damage", ["an entry", "a hash", "a missing entry"])
def test_a_damaged_log_is_not_backed_up(hub: Path, damage: str, tmp_path: Path) -> None:
    harm(hub, DAMAGES[damage][0])

    found = safelane("backup", tmp_path / "backup", "--dir", hub, *UNENCRYPTED)

    assert found.exit_code != 0
    assert "The log is damaged: " in found.output
    assert not (tmp_path / "backup").exists()


def test_a_check_that_was_interrupted_goes_on_where_it_stopped(
    hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as once:
        once.setattr(log_check, "_progress", interrupted)
        stopped = safelane("log", "check", "--dir", hub)
    kept = hub / check_progress.FILE
    assert stopped.exit_code == 6
    assert "Run it again: it goes on from there." in stopped.output
    assert kept.stat().st_mode & 0o077 == 0

    again = safelane("log", "check", "--dir", hub)
    assert again.exit_code == 0, again.output
    assert "goes on after " in again.output
    assert not kept.exists()
    assert "goes on" not in safelane("log", "check", "--dir", hub).output


def test_only_what_a_check_of_this_log_left_within_a_day_counts(tmp_path: Path) -> None:
    now, day = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=1)
    hashed = Hashed(array("B", bytes(range(64))), [1])
    check_progress.save(tmp_path, "a/log", hashed, now)

    assert check_progress.load(tmp_path, "a/log", now + day) == hashed
    assert check_progress.load(tmp_path, "another/log", now).entries == 0
    assert check_progress.load(tmp_path, "a/log", now + day + timedelta(seconds=1)).entries == 0
    assert check_progress.load(tmp_path, "a/log", now - timedelta(seconds=1)).entries == 0
    file = tmp_path / check_progress.FILE
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert check_progress.load(tmp_path, "a/log", now).entries == 0
    file.write_bytes(b"[]")
    assert check_progress.load(tmp_path, "a/log", now).entries == 0


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "update log_entries set entry = flipped(entry) where number = 1",
            "entry 1 was changed, or its hash",
        ),
        ("delete from log_entries where number = 1", "entry 1 is not there"),
        ("update log_tiles set hashes = flipped(hashes)", "do not lead to the newest checkpoint"),
        ("delete from log_tiles", "cannot be trusted: there is no tile/0/000.p/"),
    ],
)
def test_after_an_end_without_warning_a_damaged_log_is_not_served(
    hub: Path, statement: str, said: str
) -> None:
    harm(hub, statement)
    layout = Layout(hub)
    with open_hub(hub) as opened:
        check_after_unclean_end(layout, opened)  # the last process ended in order: nothing is looked at
    layout.address.write_text("http://127.0.0.1:1\n", encoding="ascii")

    with pytest.raises(DamagedLogError) as caught, running_hub(hub, Stop()):
        pass

    assert said in caught.value.message
    assert "safelane log check" in caught.value.remedy


def test_after_an_end_without_warning_a_whole_log_is_served(hub: Path) -> None:
    Layout(hub).address.write_text("http://127.0.0.1:1\n", encoding="ascii")
    with open_hub(hub) as opened:
        check_after_unclean_end(Layout(hub), opened)
