"""No command puts real data onto a disk of which nobody has seen, or said, that it is encrypted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import UNENCRYPTED, safelane

from gateway.bootstrap.setup import at_rest
from gateway.bootstrap.setup.at_rest import NOTHING_SAID, NotEncryptedError, Said, check_at_rest, kept_in
from gateway.bootstrap.setup.joining import JoinError, join, under_way
from gateway.bootstrap.setup.machine_state import machine_state
from gateway.bootstrap.setup.open_hub import create_hub, open_hub
from gateway.bootstrap.upkeep.doctor import examine
from gateway.config import HubConfig, read_config
from gateway.hub.enrolment import invite

POSTGRESQL = "postgresql+psycopg://safelane@db.example/hub"


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """On any machine: nothing is seen below any directory."""
    disks(monkeypatch, nothing)


def nothing(_: Path) -> str | None:
    return None


def everything(_: Path) -> str | None:
    return "dm-crypt"


def disks(monkeypatch: pytest.MonkeyPatch, means: Callable[[Path], str | None]) -> None:
    monkeypatch.setattr(at_rest, "means_of", lambda place, _=None: means(place))


@pytest.fixture
def hub(tmp_path: Path, plain: None) -> Path:
    create_hub(tmp_path / "hub", "region.example/log")
    return tmp_path / "hub"


def test_whoever_founds_a_hub_on_a_plain_disk_is_told_how_to_encrypt_it(tmp_path: Path, plain: None) -> None:
    place = tmp_path / "new"

    refused = safelane("hub", "found", "--dir", place, "--origin", "region.example/log")

    assert refused.exit_code == NotEncryptedError.exit_code
    for words in ("safelane-encrypt begin", "--encrypted-by", "--unencrypted", str(place)):
        assert words in refused.output
    assert list(tmp_path.iterdir()) == []


def test_every_command_that_makes_a_directory_or_a_backup_asks(hub: Path, tmp_path: Path) -> None:
    (tmp_path / "LA.invitation").write_text("whatever")
    (tmp_path / "last-night").mkdir()
    new = ("--dir", tmp_path / "new")
    found = [
        safelane("member", "join", tmp_path / "LA.invitation", *new),
        safelane("hub", "refound", tmp_path / "last-night", "--log-key", "any", *new),
        safelane("restore", tmp_path / "last-night", *new),
        safelane("backup", tmp_path / "tonight", "--dir", hub),
    ]
    assert [(one.exit_code, "--unencrypted" in one.output) for one in found] == [(8, True)] * 4
    assert "--sealed" in found[-1].output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["LA.invitation", "hub", "last-night"]


def test_the_reason_for_doing_without_is_shown_by_doctor_and_page(tmp_path: Path, plain: None) -> None:
    place = tmp_path / "hub"
    words = ("hub", "found", "--dir", place, "--origin", "region.example/log")

    assert safelane(*words, "--unencrypted", "a pilot  of\none week").exit_code == 0

    (shown,) = (one for one in examine(place) if one.about == "encryption")
    assert shown.detail.endswith(": a pilot of one week")
    assert machine_state(place, read_config(place, HubConfig)).encryption.without == "a pilot of one week"
    assert safelane("backup", tmp_path / "b", "--dir", place).exit_code == 0, "the copy is as the original"


@pytest.mark.parametrize("words", [" ", "x" * 201, "red\x1b[31m"])
def test_a_reason_is_one_line_that_people_can_read(tmp_path: Path, plain: None, words: str) -> None:
    found = ("hub", "found", "--dir", tmp_path / "hub", "--origin", "a.example/log")
    assert safelane(*found, "--unencrypted", words).exit_code == 2
    assert safelane(*found, *UNENCRYPTED, "--encrypted-by", "the drive").exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_on_an_encrypted_disk_nothing_has_to_be_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disks(monkeypatch, everything)
    found = safelane("hub", "found", "--dir", tmp_path / "hub", "--origin", "region.example/log")
    assert found.exit_code == 0
    assert safelane("backup", tmp_path / "b", "--dir", tmp_path / "hub").exit_code == 0
    assert safelane("restore", tmp_path / "b", "--dir", tmp_path / "again").exit_code == 0
    assert read_config(tmp_path / "again", HubConfig).unencrypted == ""


def test_what_was_said_of_a_former_machine_is_not_said_of_this_one(hub: Path, tmp_path: Path) -> None:
    assert safelane("backup", tmp_path / "b", "--dir", hub, "--encrypted-by", "the stick").exit_code == 0
    back = safelane("restore", tmp_path / "b", "--dir", tmp_path / "again", "--encrypted-by", "the host")
    assert back.exit_code == 0, back.output
    assert read_config(tmp_path / "again", HubConfig).encrypted_by == "the host"


def test_the_folder_in_which_a_backup_is_unpacked_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory that is encrypted by itself is made beside itself first, in plain text."""
    disks(monkeypatch, lambda place: "gocryptfs" if place == tmp_path / "new" else None)
    (tmp_path / "new").mkdir()
    (tmp_path / "last-night").mkdir()

    assert safelane("restore", tmp_path / "last-night", "--dir", tmp_path / "new").exit_code == 8


def test_a_database_on_a_server_is_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disks(monkeypatch, everything)
    with pytest.raises(NotEncryptedError, match="the database's server"):
        check_at_rest(tmp_path, POSTGRESQL, NOTHING_SAID)
    check_at_rest(tmp_path, POSTGRESQL, Said(encrypted_by="LUKS on the server"))
    assert kept_in(tmp_path, "").seen


def test_a_database_file_elsewhere_counts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disks(monkeypatch, lambda place: None if place == tmp_path / "plain" else "dm-crypt")
    with pytest.raises(NotEncryptedError):
        check_at_rest(tmp_path, f"sqlite:///{tmp_path}/plain/hub.sqlite", NOTHING_SAID)
    check_at_rest(tmp_path, f"sqlite:///{tmp_path}/other/hub.sqlite", NOTHING_SAID)


def test_what_is_said_last_while_joining_counts(hub: Path, tmp_path: Path) -> None:
    """The application fails, since nobody serves the hub, and is repeated with another word."""
    with open_hub(hub) as opened:
        invitation = invite(opened, "LA", "http://127.0.0.1:9")
    node = tmp_path / "LA"

    for said in (Said(unencrypted="a pilot"), Said(encrypted_by="the drive"), NOTHING_SAID):
        with pytest.raises(JoinError, match="cannot be reached"):
            join(node, invitation, said=said)

    assert under_way(node).said == Said(encrypted_by="the drive")
