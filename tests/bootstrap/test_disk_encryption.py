"""The doctor says whether the disk below a directory is encrypted, by what the kernel says of it."""

import os
from pathlib import Path

import pytest

from gateway.bootstrap.upkeep.check_result import State
from gateway.bootstrap.upkeep.disk_encryption import System, encryption, means_of

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


def state(directory: Path, system: System) -> tuple[State, str]:
    (found,) = encryption(directory, system=system)
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


def test_this_machine_is_looked_at_without_a_fault(tmp_path: Path) -> None:
    (found,) = encryption(tmp_path)
    assert found.about == "encryption"
