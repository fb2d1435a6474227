"""Opens the log of a hub or a node for reading, also while everything is stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.formats.vkey import VerifierKey
from audit.log.log import Log, Storage
from gateway.auditing.ports import View
from gateway.bootstrap.setup.layout import is_hub
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.bootstrap.setup.open_member import open_member
from gateway.config import FILE
from gateway.hub.log_exchange import witness_keys_of
from gateway.member.node.hub_cosignatures import hub_witness_keys
from gateway.watching.ports import WatchView


@dataclass(frozen=True)
class OwnLog:
    """A log and its storage within one reading transaction, and the keys of its witnesses."""

    log: Log
    storage: Storage
    witnesses: tuple[VerifierKey, ...]


def demo_hub(directory: Path) -> Path:
    """Return the directory itself, or the hub's directory in a demo region."""
    in_demo = directory / "hub"
    return in_demo if not (directory / FILE).exists() and (in_demo / FILE).exists() else directory


@contextmanager
def open_view(directory: Path) -> Iterator[View]:
    """Open the log of a hub or node, its openings and observations. Raises as `open_log` does."""
    if is_hub(directory):
        with open_hub(directory) as hub, hub.store.reading() as view:
            yield view
    else:
        with open_member(directory) as node, node.store.reading() as own:
            yield own


@contextmanager
def open_watch(directory: Path) -> Iterator[WatchView]:
    """Open a hub's or node's observations of other logs. Raises as `open_log` does."""
    with open_view(directory) as view:
        yield view.watch


@contextmanager
def open_log(directory: Path) -> Iterator[OwnLog]:
    """Open the log of the hub or node in the directory.

    Raises ConfigError, KeyFileError or StorageError when something is missing.
    """
    if is_hub(directory):
        with open_hub(directory) as hub, hub.store.reading() as view:
            known = [witness_keys_of(hub, view, member) for member in view.enrolments()]
            keys = tuple(VerifierKey.parse(key) for each in known for key in each.valid)
            yield OwnLog(hub.log, view.log, keys)
    else:
        with open_member(directory) as node, node.store.reading() as own:
            hub_keys = hub_witness_keys(node, own)
            keys = () if hub_keys is None else tuple(map(VerifierKey.parse, hub_keys.valid))
            yield OwnLog(node.log, own.log, keys)
