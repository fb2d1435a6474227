"""Opens the log of a hub or a node for reading, also while everything is stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.log import Log, Storage
from audit.vkey import VerifierKey
from gateway.bootstrap.hub import open_hub
from gateway.bootstrap.member import open_member
from gateway.config import ConfigError, HubConfig, read_config


@dataclass(frozen=True)
class OwnLog:
    """A log and its storage within one reading transaction, and the keys of those who witness it."""

    log: Log
    storage: Storage
    witnesses: tuple[VerifierKey, ...]


@contextmanager
def open_log(directory: Path) -> Iterator[OwnLog]:
    """The log of whatever is set up in the directory.

    Raises ConfigError, KeyFileError or StorageError when something is missing.
    """
    if _is_hub(directory):
        with open_hub(directory) as hub, hub.store.reading() as view:
            keys = tuple(VerifierKey.parse(e.witness_key) for e in view.enrolments())
            yield OwnLog(hub.log, view.log, keys)
    else:
        with open_member(directory) as node, node.store.reading() as own:
            yield OwnLog(node.log, own.log, ())


def _is_hub(directory: Path) -> bool:
    """A directory that is neither hub nor node is left for `open_member` to complain about."""
    try:
        read_config(directory, HubConfig)
    except ConfigError:
        return False
    return True
