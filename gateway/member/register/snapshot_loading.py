"""Loads a whole snapshot: kept and logged in one transaction, with the former snapshot kept beside."""

import secrets
from dataclasses import dataclass
from datetime import date

from gateway.member.model.activities import Activities
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.record_changes import Changes, compare, dated, with_consents
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.vault_load import VaultLoad
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import UnitOfWork
from gateway.member.register import register_entries
from gateway.member.register.missing_cases import LoadedAs, as_loaded


@dataclass(frozen=True)
class KeptSnapshot:
    """A snapshot in the store with so many casualties, and its differences from the snapshot before.

    `changes` are None for the first snapshot.
    """

    loaded: LoadedSnapshot
    casualties: int
    changes: Changes | None


def keep_snapshot(
    node: Node,
    snapshot: Snapshot,
    vault: VaultLoad | None = None,
    *,
    loaded_as: LoadedAs = LoadedAs.WHOLE,
    least_counted: int | None = None,
    least_of_mapping: int | None = None,
    activities: Activities | None = None,
) -> KeptSnapshot:
    """Keep a snapshot, its load's part of the vault and its activities; the next cube is made from it.

    `least_counted`: the percent of the rows that had to count in this load, `least_of_mapping` what its
    mapping demands: a smaller demand is an exception, with a log entry of its own.

    Consent that was withdrawn before counts as withdrawn, whatever the register still says.

    Raises CasesMissingError, and CannotBeAddedError for an addition to a snapshot of another kind.
    """
    demanded = least_counted
    with node.store.writing() as work:
        former = work.snapshot()
        if former is not None:
            snapshot = as_loaded(former[1], snapshot, loaded_as)
            if loaded_as is LoadedAs.ADDITION:
                least_counted = _least(former[0].least_counted, least_counted)
                activities = _added(former[0].activities, activities)
        snapshot = with_consents(snapshot, work.consents())
        kept = keep_in(node, work, snapshot, former, least_counted, activities)
        if demanded is not None and least_of_mapping is not None and demanded < least_of_mapping:
            lowered = register_entries.demand_lowered(
                node, kept.loaded.id, least_of_mapping, demanded, kept.loaded.loaded_at
            )
            log_entries.record(node, work, lowered, {})
        if loaded_as is not LoadedAs.ADDITION:
            work.replace_vault(vault, because=kept.loaded.index)
    return kept


def keep_in(  # noqa: PLR0917 - all that a snapshot is kept with
    node: Node,
    work: UnitOfWork,
    snapshot: Snapshot,
    before: tuple[LoadedSnapshot, Snapshot] | None,
    least_counted: int | None = None,
    activities: Activities | None = None,
) -> KeptSnapshot:
    """Keep a snapshot in the caller's transaction, dated against the snapshot `before`, the newest one so
    far; the vault stays unchanged.
    """
    now = node.clock.now()
    until = last_closed_day(snapshot)
    # Random, not the snapshot's own digest: outside the state nothing may follow from the data.
    name = f"{node.member.lower()}-{secrets.token_hex(6)}"
    event = register_entries.snapshot_loaded(node, name, until.isoformat(), now)
    index = log_entries.record(node, work, event, {})
    loaded = LoadedSnapshot(name, now, until, index, least_counted, activities)
    if before is None:
        _add(node, work, loaded, snapshot)
        return KeptSnapshot(loaded, len(snapshot), None)
    number = len(work.record_changes()) + 2  # the first load was compared with nothing
    _add(node, work, loaded, dated(snapshot, before[1], number))
    changes = compare(before[1], snapshot, before[0].until)
    compared, openings = register_entries.records_compared(node, name, before[0].id, changes.to_text(), now)
    index = log_entries.record(node, work, compared, openings)
    work.add_changes(name, changes.to_text(), now, because=index)
    return KeptSnapshot(loaded, len(snapshot), changes)


def _add(node: Node, work: UnitOfWork, loaded: LoadedSnapshot, snapshot: Snapshot) -> None:
    """Keep a snapshot, and commit to the hash of each part of a large one."""
    if parts := work.add_snapshot(loaded, snapshot, because=loaded.index):
        log_entries.record(node, work, *register_entries.parts_kept(node, loaded.id, parts, loaded.loaded_at))


def _least(one: int | None, other: int | None) -> int | None:
    """What holds of two loads together; nothing where nothing is known of one."""
    return None if one is None or other is None else min(one, other)


def _added(former: Activities | None, new: Activities | None) -> Activities | None:
    """The activities of two loads, of which the second adds to the first."""
    return new if former is None else former if new is None else former.added(new)


def last_closed_day(snapshot: Snapshot) -> date:
    """The end of the last year that was over on the register date, whether or not anybody was hurt then."""
    return date(snapshot.created.year - 1, 12, 31)
