"""Only plain files and folders are restored; anything else is refused before a byte is written."""

import os
import shutil
import socket
import tarfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import UNENCRYPTED

from gateway.bootstrap.setup.backup import BackupError, back_up, restore
from gateway.bootstrap.setup.open_hub import create_hub
from gateway.bootstrap.upkeep.sealed_backup import opened_backup
from gateway.cli import main
from gateway.keys.sealed_stream import SealingWriter

PASSPHRASE = "seven quiet rivers under one bridge"
CHEAP = 4


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("region")
    create_hub(folder / "hub", "region.example/log")
    back_up(folder / "hub", folder / "backup")
    return folder / "backup"


@pytest.fixture
def backup(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "backup"))


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket has 108 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _key_as_link(path: Path) -> None:
    """Another file with the right content, somewhere else: a digest does not tell it."""
    key = path.parent / "keys" / "log.key"
    key.rename(path.parent.parent.parent / "elsewhere")
    key.symlink_to(path.parent.parent.parent / "elsewhere")


HARMS: dict[str, Callable[[Path], object]] = {
    "link to a file": lambda p: p.symlink_to("/etc/hostname"),
    "link to a folder": lambda p: p.symlink_to("/etc", target_is_directory=True),
    "link to nothing": lambda p: p.symlink_to("nothing"),
    "link in place of a key": _key_as_link,
    "pipe": os.mkfifo,
    "socket": _socket,
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_folder_with_anything_else_is_refused(backup: Path, tmp_path: Path, harm: Callable) -> None:
    harm(backup / "files" / "more")
    result = CliRunner().invoke(
        main, ["restore", str(backup), "--dir", str(tmp_path / "again"), *UNENCRYPTED]
    )

    assert result.exit_code == BackupError.exit_code
    assert "neither a plain file nor a folder" in result.output
    assert left(tmp_path) <= {"backup", "elsewhere"}


def test_what_is_restored_is_for_the_owner_only(backup: Path, tmp_path: Path) -> None:
    for path in backup.rglob("*"):
        path.chmod(0o4755 if path.is_file() and path.name != "log.key" else 0o700)
    restore(backup, tmp_path / "again")

    assert all(path.stat().st_mode & 0o7077 == 0 for path in (tmp_path / "again" / "keys").rglob("*"))


def test_a_restore_or_a_backup_that_fails_leaves_no_key_behind(backup: Path, tmp_path: Path) -> None:
    def interrupted(_table: str, _rows: int) -> None:
        raise KeyboardInterrupt

    restore(backup, tmp_path / "again")
    with pytest.raises(KeyboardInterrupt):
        restore(backup, tmp_path / "other", progress=interrupted)
    with pytest.raises(KeyboardInterrupt):
        back_up(tmp_path / "again", tmp_path / "second", interrupted)

    assert left(tmp_path) == {"backup", "again"}


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def members() -> Iterator[tuple[str, tarfile.TarInfo]]:
    for name in ("/etc/made", "backup/../made", "made", "../backup/made"):
        yield name, tarfile.TarInfo(name)
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE):
        one = tarfile.TarInfo("backup/files/made")
        one.type, one.linkname = kind, "backup/manifest.json"
        yield kind.decode(), one


@pytest.mark.parametrize("member", [m for _, m in members()], ids=[name for name, _ in members()])
def test_a_sealed_one_with_anything_else_writes_nothing(
    whole: Path, tmp_path: Path, member: tarfile.TarInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode="w|") as archive:
        archive.add(whole, arcname="backup")
        archive.addfile(member)
    with (tmp_path / "sealed").open("wb") as file:
        writer = SealingWriter(file, PASSPHRASE, CHEAP)
        writer.write(stream.getvalue())
        writer.close()
    monkeypatch.setattr(tarfile.TarFile, "extractall", lambda *_, **__: pytest.fail("something was written"))

    with (
        pytest.raises(BackupError, match="neither a plain file"),
        opened_backup(tmp_path / "sealed", PASSPHRASE, tmp_path),
    ):
        pytest.fail("it was opened")
    assert left(tmp_path) == {"sealed"}


def test_what_is_opened_only_to_be_checked_lies_in_memory_and_on_no_disk(tmp_path: Path) -> None:
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode="w|") as archive:
        archive.addfile(tarfile.TarInfo("backup/empty"))
    with (tmp_path / "sealed").open("wb") as file:
        writer = SealingWriter(file, PASSPHRASE, CHEAP)
        writer.write(stream.getvalue())
        writer.close()

    with opened_backup(tmp_path / "sealed", PASSPHRASE) as opened:
        assert opened.parts[:3] == ("/", "dev", "shm")
        assert (opened / "empty").exists()
    assert not opened.exists()
