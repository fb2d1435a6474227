"""Hubs and nodes that many tests begin with: made once in a process, then copied, databases and all."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from databases import copy_of, kept

from gateway.bootstrap.setup.layout import own_config
from gateway.config import FILE, write_config

Made = TypeVar("Made")
_MADE: dict[Hashable, tuple[Path, Any]] = {}
_NUMBERS = count()


def made_once(what: Hashable, directory: Path, make: Callable[[Path], Made]) -> Made:
    """What `make` does in a directory, done in this one; returns what it returned, always the same.

    `what` names it: `make` must depend on nothing else, and may leave nothing open.
    """
    if what not in _MADE:
        place = _folder() / str(next(_NUMBERS))  # what is made may begin with what was made once
        with kept():
            _MADE[what] = place, make(place)
    place, result = _MADE[what]
    shutil.copytree(place, directory, dirs_exist_ok=True)
    for config_file in sorted(place.rglob(FILE)):
        _give_database(directory / config_file.relative_to(place).parent)
    return result  # type: ignore[no-any-return]


def _give_database(directory: Path) -> None:
    """On SQLite it came with the directory."""
    config = own_config(directory)
    if config.database:
        write_config(directory, replace(config, database=copy_of(config.database)))


@lru_cache(maxsize=1)
def _folder() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="safelane-made-")
    atexit.register(folder.cleanup)
    return Path(folder.name)
