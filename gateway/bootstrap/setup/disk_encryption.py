"""Finds out whether a directory lies on an encrypted disk, and whether memory is swapped to one (Linux).

On other systems, and where the kernel says nothing, as in most containers, no encryption is found.

Looked for are dm-crypt (LUKS), also below LVM or RAID; fscrypt of ext4, f2fs and UBIFS; and encrypting file
systems. What a host does below a virtual machine, or a drive by itself, cannot be seen from here.

Sources: Documentation/ABI/stable/sysfs-block (`dm/uuid`, `slaves`), Documentation/filesystems/fscrypt.rst
(`FS_IOC_GET_ENCRYPTION_POLICY_EX`) and proc(5) (`mountinfo`, `swaps`).
"""

import os
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

ENCRYPTING = frozenset({"ecryptfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.encfs", "fuse.securefs"})
_DM_CRYPT = "CRYPT-"
_GET_POLICY_EX = 0xC0096616
_POLICY = struct.Struct("=Q24s")


@dataclass(frozen=True)
class System:
    """Where the kernel says what it knows."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")


HERE = System()


def means_of(directory: Path, system: System = HERE) -> str | None:
    """Return what encrypts the directory: dm-crypt, fscrypt or a file system; None where nothing is found.

    What is not there yet is encrypted as the folder is in which it would be made.
    """
    if sys.platform != "linux":
        return None
    place = directory.resolve()
    while not place.is_dir():
        place = place.parent
    try:
        kind, source = _mounted(place, system)
        if kind in ENCRYPTING:
            return kind.removeprefix("fuse.")
        if _has_policy(place):
            return "fscrypt"
    except OSError:
        return None
    return "dm-crypt" if _is_encrypted_device(source, system) else None


def open_swaps(system: System = HERE) -> list[str]:
    """Return the devices and files to which memory is swapped and that are not encrypted."""
    return [swap for swap in _swaps(system) if not _is_encrypted_device(swap, system)]


def _mounted(directory: Path, system: System) -> tuple[str, str]:
    """The kind and the source of the file system that holds the directory: the longest mount point above."""
    found, longest = ("", ""), -1
    place = os.fspath(directory)
    for line in (system.proc / "self" / "mountinfo").read_text("utf-8", "replace").splitlines():
        before, _, after = line.partition(" - ")
        point = before.split(" ")[4].encode("latin-1", "replace").decode("unicode_escape")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= longest:  # of mounts over each other the last one counts
            kind, source, *_ = after.split(" ")
            found, longest = (kind, source), len(point)
    return found


def _is_encrypted_device(name: str, system: System) -> bool:
    """Whether a device, or every device that it is made of, is one of dm-crypt. Memory counts as one."""
    if not name.startswith("/"):
        return False  # overlay, tmpfs, a server's share
    if name.startswith("/dev/zram"):
        return True
    try:
        status = Path(name).stat()
    except OSError:
        return False
    # A swap file is on a device like any file.
    number = status.st_rdev or status.st_dev
    return _is_encrypted(system.sys / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}")


def _is_encrypted(device: Path) -> bool:
    try:
        if (device / "dm" / "uuid").read_text("ascii").startswith(_DM_CRYPT):
            return True
    except OSError:
        pass
    slaves = device / "slaves"
    below = list(slaves.iterdir()) if slaves.is_dir() else []
    return bool(below) and all(map(_is_encrypted, below))


def _swaps(system: System) -> list[str]:
    try:
        lines = (system.proc / "swaps").read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [line.split()[0] for line in lines[1:] if line.strip()]


def _has_policy(directory: Path) -> bool:
    # Imported here: Windows has no such module.
    import fcntl  # noqa: PLC0415

    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, _GET_POLICY_EX, _POLICY.pack(24, b""))
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
