"""The doctor says whether the disk below a directory is encrypted, by what the kernel says of it."""

import os
from pathlib import Path

import pytest

from gateway.bootstrap.setup.at_rest import Said, kept_in
from gateway.bootstrap.setup.disk_encryption import System, means_of
from gateway.bootstrap.upkeep.check_result import State
from gateway.bootstrap.upkeep.encryption_found import encryption

DEVICE = "/dev/null"
"""Any device that is there: what the kernel says of it is written into the tree below."""
_NUMBER = Path(DEVICE).stat().st_rdev
NUMBER = f"{os.major(_NUMBER)}:{os.minor(_NUMBER)}"


@pytest.fixture
def system(tmp_path: Path) -> System:
    """A kernel's account of itself, with one device and a file system on it."""
    (tmp_path / "sys" / "dev" / "block" / NUMBER).mkdir(parents=True)
    made = System(tmp_path / "sys", tmp_path / "proc")
    (made.proc / "self").mkdir(parents=True)
    mounted(made, "ext4", DEVICE)
    swapped(made)
    return made


def mounted(system: System, kind: str, source: str, point: str = "/") -> None:
    path = system.proc / "self" / "mountinfo"
    before = path.read_text() if path.exists() else ""
    path.write_text(
        f"{before}36 35 98:0 / {point} rw,noatime master:1 - {kind} {source} rw,errors=continue\n"
    )


def swapped(system: System, *names: str) -> None:
    lines = [f"{name} partition 1000 0 -2" for name in names]
    (system.proc / "swaps").write_text("\n".join(["Filename Type Size Used Priority", *lines]) + "\n")


def device_mapper(system: System, uuid: str, device: str = NUMBER) -> None:
    place = system.sys / "dev" / "block" / device / "dm"
    place.mkdir(parents=True)
    (place / "uuid").write_text(f"{uuid}\n")


def state(directory: Path, system: System, **said: str) -> tuple[State, str]:
    (found,) = encryption(kept_in(directory, "", Said(**said), system), system)
    return found.state, found.detail


def test_a_plain_disk_is_warned_of(system: System, tmp_path: Path) -> None:
    assert state(tmp_path, system) == (State.WARNING, "no encryption of the disk was found")


def test_an_encrypted_disk_is_well(system: System, tmp_path: Path) -> None:
    device_mapper(system, "CRYPT-LUKS2-8f3ab-root_crypt")

    assert state(tmp_path, system) == (State.WELL, "on an encrypted disk (dm-crypt)")


@pytest.mark.parametrize("second", ["CRYPT-LUKS2-second", "LVM-second"])
def test_a_volume_is_as_safe_as_every_disk_below_it(system: System, tmp_path: Path, second: str) -> None:
    device_mapper(system, "LVM-volume")
    for name, uuid in (("dm-1", "CRYPT-LUKS2-first"), ("dm-2", second)):
        device_mapper(system, uuid, f"{NUMBER}/slaves/{name}")

    assert means_of(tmp_path, system) == ("dm-crypt" if second.startswith("CRYPT") else None)


def test_the_file_system_that_holds_the_directory_counts(system: System, tmp_path: Path) -> None:
    """Not one that is mounted beside it, nor the one below."""
    mounted(system, "fuse.gocryptfs", "/secret", f"{tmp_path}-beside")
    assert means_of(tmp_path, system) is None

    mounted(system, "fuse.gocryptfs", "/secret", str(tmp_path.parent))
    assert means_of(tmp_path, system) == "gocryptfs"


def test_memory_that_is_swapped_to_a_plain_disk_is_warned_of(system: System, tmp_path: Path) -> None:
    device_mapper(system, "CRYPT-LUKS2-root")
    swapped(system, "/dev/zram0", DEVICE)
    assert state(tmp_path, system)[0] is State.WELL

    swapped(system, "/dev/zram0", "/dev/zero")
    assert state(tmp_path, system)[0] is State.WARNING
    assert "/dev/zero" in state(tmp_path, system)[1]


def test_what_the_operator_says_is_shown_where_nothing_is_seen(system: System, tmp_path: Path) -> None:
    found, said = state(tmp_path, system, encrypted_by="the drives of the server")
    assert (found, said.rpartition(": ")[2]) == (State.WELL, "the drives of the server")

    found, said = state(tmp_path, system, unencrypted="a pilot of one week")
    assert (found, said.rpartition(": ")[2]) == (State.WARNING, "a pilot of one week")


@pytest.mark.parametrize("source", ["overlay", "tmpfs", "nas:/zram", "//office/share", "pool/home"])
def test_what_the_kernel_cannot_tell_is_not_called_encrypted(
    system: System, tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where a file in the present folder is called like it, and lies on an encrypted disk."""
    here = Path(source).parts[-1]
    (tmp_path / here).touch()
    monkeypatch.chdir(tmp_path)
    device = (tmp_path / here).stat().st_dev
    (system.sys / "dev" / "block" / f"{os.major(device)}:{os.minor(device)}").mkdir(parents=True)
    device_mapper(system, "CRYPT-LUKS2-x", f"{os.major(device)}:{os.minor(device)}")
    mounted(system, "any", source)

    assert means_of(tmp_path, system) is None


def test_without_the_kernels_account_nothing_is_called_encrypted(tmp_path: Path) -> None:
    assert means_of(tmp_path, System(tmp_path / "sys", tmp_path / "proc")) is None


def test_a_directory_that_is_not_there_yet_is_as_safe_as_the_folder_above(
    system: System, tmp_path: Path
) -> None:
    mounted(system, "fuse.gocryptfs", "/secret", str(tmp_path))

    assert means_of(tmp_path / "to be" / "made", system) == "gocryptfs"
    assert means_of(tmp_path.parent / "beside", system) is None


def test_this_machine_is_looked_at_without_a_fault(tmp_path: Path) -> None:
    (found,) = encryption(kept_in(tmp_path, ""))
    assert found.about == "encryption"
