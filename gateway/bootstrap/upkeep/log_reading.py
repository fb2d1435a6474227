"""Opens a log for its keeper, on the keeper's own machine, also while everything is stopped."""

import getpass
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from audit.errors import ProofError
from audit.events.event_values import EntryRef, ErasureGround
from audit.events.events import decode
from audit.events.question_events import Asked
from audit.formats.merkle import leaf_hash
from audit.log.directory import LogDirectory
from audit.log.policy import Policy
from audit.reading.decision_bundle import DecisionBundle
from audit.reading.verified_export import verify_export
from gateway.accounts import leaving
from gateway.accounts.context import Accounts
from gateway.auditing.audited_log import ReplayResult
from gateway.auditing.context import KEEPER, KeptLog, Reader
from gateway.auditing.erasure import erase
from gateway.bootstrap.setup.layout import Layout, is_hub
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.bootstrap.setup.open_member import open_member
from gateway.hub.accounts import accounts_of as hub_accounts
from gateway.hub.decision_replay import replay as replay_of_hub
from gateway.hub.errors import NoDecisionError
from gateway.hub.proofs import kept_log
from gateway.member.answer.audit_access import kept_log as kept_log_of_node
from gateway.member.answer.decision_bundles import bundle_of
from gateway.member.answer.decision_replay import judged
from gateway.member.answer.decision_replay import replay as replay_of_member
from gateway.member.node.accounts import accounts_of as node_accounts
from gateway.member.node.context import Node


@dataclass(frozen=True)
class OpenedLog:
    """A log for auditing, with the replay of this side's decisions."""

    kept: KeptLog
    replay: Callable[[int, Path | None], ReplayResult]
    """Replays the decision of an entry by its number, with the hub's entry from an exported regional log if
    given.
    """
    bundle: Callable[[int], DecisionBundle]
    """What the decision of an entry rests on, to be replayed elsewhere."""
    accounts: Accounts
    writable: bool = True
    """False on a read-only disk: then nothing is stored, and no reading is logged."""

    def forget(self, name: str, ground: ErasureGround) -> int:
        """Erase a person's identity, the account of that name too; returns the number of erased openings.

        Raises AccountRuleError for an account that is still in use.
        """
        with self.kept.store.reading() as view:
            known = len(view.people.entries_of(name))
        with self.accounts.store.reading() as state:
            account = state.people.account(name)
        if account is None:
            return erase(self.kept, name, ground)
        leaving.erase(self.accounts, keeper().name, name)
        return known


@contextmanager
def open_kept(directory: Path) -> Iterator[OpenedLog]:
    """Open the log of the hub or node in the directory. Raises ConfigError, KeyFileError or StorageError.

    On a read-only disk a private copy is read, since the database cannot be opened there.
    """
    if not _is_read_only(directory):
        with _opened(directory) as opened:
            yield opened
        return
    with tempfile.TemporaryDirectory(prefix="safelane-") as folder:
        copy = Path(folder) / "copy"
        layout, copied = Layout(directory), Layout(copy)
        copy.mkdir(mode=0o700)
        shutil.copyfile(layout.config, copied.config)
        copied.keys.symlink_to(layout.keys.absolute())
        for suffix in ("", "-wal"):
            file = layout.database.with_name(layout.database.name + suffix)
            if file.exists():
                shutil.copyfile(file, copied.database.with_name(file.name))
        with _opened(copy) as opened:
            yield replace(opened, writable=False)


def _is_read_only(directory: Path) -> bool:
    """Return whether the database is a file in this directory without write permission."""
    database = Layout(directory).database
    return database.exists() and not (os.access(database, os.W_OK) and os.access(directory, os.W_OK))


@contextmanager
def _opened(directory: Path) -> Iterator[OpenedLog]:
    if is_hub(directory):
        with open_hub(directory) as hub:
            kept = kept_log(hub)
            yield OpenedLog(kept, lambda number, _: _of_hub(kept, number), _no_bundle, hub_accounts(hub))
    else:
        with open_member(directory) as node:
            kept = kept_log_of_node(node)
            replay = partial(_of_member, node)
            yield OpenedLog(kept, replay, partial(_bundle_of, node), node_accounts(node))


def keeper() -> Reader:
    """Return the user of a command on the log's machine: the machine's account, since nobody signs in."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        name = "nobody known"
    return Reader(f"os:{name}", None, KEEPER)


def _of_hub(kept: KeptLog, number: int) -> ReplayResult:
    with kept.store.reading() as view:
        return ReplayResult(replay_of_hub(view, number)[1])


def _of_member(node: Node, number: int, region: Path | None) -> ReplayResult:
    with node.store.reading() as view:
        asked = None if region is None else _asked(node, region, judged(view, number).asked)
        again = replay_of_member(view, node.dictionary, node.vocabulary, number, asked)
    return ReplayResult(again.differences, again.unchecked, again.changed)


def _bundle_of(node: Node, number: int) -> DecisionBundle:
    with node.store.reading() as view:
        return bundle_of(view, node.log.origin, node.dictionary, node.vocabulary, number)


def _no_bundle(number: int) -> DecisionBundle:
    raise NoDecisionError(
        f"Entry {number} of a hub's log needs no bundle: its decisions follow from the entry alone.",
        remedy="Bundles are made at a member's node.",
    )


def _asked(node: Node, region: Path, ref: EntryRef) -> Asked:
    """Return the hub's entry of a decision from the verified export. Raises AuditError."""
    entries: dict[int, bytes] = {}
    verified = verify_export(
        LogDirectory(region), Policy.of(node.hub_log), lambda number, entry: entries.update({number: entry})
    )
    entry = entries.get(ref.index)
    if verified.checkpoint.origin != ref.origin or entry is None or leaf_hash(entry) != ref.leaf:
        raise ProofError(f"the export in {region} does not hold entry {ref.index} of {ref.origin} as named")
    event = decode(entry)
    if not isinstance(event, Asked):
        raise ProofError(f"entry {ref.index} of {ref.origin} asked nothing")
    return event
