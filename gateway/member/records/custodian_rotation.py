"""Replaces a custodian of a node's vault, so that a stop at any moment leaves one set of custodians whole.

First, the log records the rotation. Then the new key file replaces the former in one step: from there on the
new custodians open everything, for the file holds the former keys, sealed to the new custodians. Last, in the
database, the content keys are sealed anew, so that the former key file opens nothing there any more. A stop
before the second step leaves the former custodians; a stop after the second step loses nothing, and the next
rotation or load completes the rotation.
"""

import json
from typing import Protocol

from anonymisers.identity.custodian_rotation import OpenedCustody, resealed, rotated
from anonymisers.identity.key_custody import Custody, Lock
from anonymisers.identity.vault_records import Compartment
from audit.events.events import whole_second
from audit.events.extract_events import VaultCustodianReplaced
from audit.formats.commitment import commit
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import View

PRESENT, LEAVES, JOINS = "present", "leaves", "joins"


class KeyFile(Protocol):
    """A vault's key file."""

    def check_unchanged(self, custody: Custody) -> None:
        """Raise KeyFileError when the file has changed since it was read."""

    def replace(self, custody: Custody) -> None:
        """Replace the file in one step."""


def exchange(node: Node, key_file: KeyFile, opened: OpenedCustody, joins: str, lock: Lock) -> Custody:
    """Let `joins` replace the leaving custodian; open requests for re-identification end.

    Raises KeyStoreError, KeyFileError, StorageError.
    """
    custody = rotated(opened, joins, lock)
    openings = {
        PRESENT: commit(PRESENT, json.dumps(sorted(opened.locks)).encode()),
        LEAVES: commit(LEAVES, opened.leaves.encode()),
        JOINS: commit(JOINS, joins.encode()),
    }
    event = VaultCustodianReplaced(
        member=node.member,
        present=openings[PRESENT].commitment,
        leaves=openings[LEAVES].commitment,
        joins=openings[JOINS].commitment,
        at=whole_second(node.clock.now()),
    )
    with node.store.writing() as work:
        key_file.check_unchanged(opened.custody)
        log_entries.record(node, work, event, openings)
    with node.store.writing() as work:
        # All within the transaction, so that two exchanges, or a load and an exchange, follow each other.
        key_file.check_unchanged(opened.custody)
        anew = _sealed_anew(work, opened, custody)
        key_file.replace(custody)
        for load, sealed in anew.items():
            work.reseal_vault(load, sealed)
        work.reidentifications.end_open(node.clock.now())
    return custody


def _sealed_anew(view: View, opened: OpenedCustody, custody: Custody) -> dict[str, dict[Compartment, bytes]]:
    """The content keys of the load in the vault, if any, sealed to the new custodians."""
    load = view.vault.load()
    if load is None:
        return {}
    kept = {part: key for part in Compartment if (key := view.vault.sealed_key(part)) is not None}
    return {load: resealed(opened, custody, load, kept)}
