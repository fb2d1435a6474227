"""Folders of plain files, which a backup consists of: links, pipes, sockets and devices are none."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def anything_else(folder: Path) -> Path | None:
    """Return the first thing in a folder that is neither a plain file nor a folder, or None."""
    kinds = ((path, path.lstat().st_mode) for path in (folder, *_inside(folder)))
    return next((path for path, mode in kinds if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)), None)


@contextmanager
def made_whole(directory: Path) -> Iterator[Path]:
    """Yield a folder that takes the name of a new or empty directory at the end of the block.

    Whatever ends the block earlier, Ctrl-C too, removes the folder: keys are left behind nowhere.
    """
    partial = directory.with_name(f".{directory.name}.new")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        yield partial
        if directory.exists():
            directory.rmdir()
        partial.rename(directory)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def copy_plain(source: Path, target: Path) -> None:
    """Copy a folder of plain files into a new one, for the owner only.

    Raises OSError for anything else, such as a link that was put there since it was looked at.
    """
    target.mkdir(mode=0o700)
    for path in _inside(source):
        place = target / path.relative_to(source)
        if stat.S_ISDIR(path.lstat().st_mode):
            place.mkdir(mode=0o700)
        else:
            _copy_file(path, place)


def _copy_file(source: Path, target: Path) -> None:
    # A link is not followed, and a pipe is not waited for.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(source, flags), "rb") as read:
        if not stat.S_ISREG(os.fstat(read.fileno()).st_mode):
            raise OSError("not a plain file", os.fspath(source))
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            shutil.copyfileobj(read, written)


def _inside(folder: Path) -> Iterator[Path]:
    """Yield everything in a folder, each folder before what is in it. No link is followed."""
    for root, folders, files in os.walk(folder, followlinks=False):
        yield from (Path(root) / name for name in (*folders, *files))
