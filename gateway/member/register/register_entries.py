"""Loaded snapshots, and the changes from one to the next, as entries of a node's log."""

from collections.abc import Sequence
from datetime import datetime

from audit.events.events import Event, SnapshotLoaded, whole_second
from audit.events.record_events import LoadDemandLowered, PartsKept, RecordsCompared
from audit.formats.commitment import Opening, commit
from gateway.member.node.context import Node
from gateway.wire.rows_counted import step_of

CHANGES, PARTS = "changes", "parts"


def snapshot_loaded(node: Node, snapshot: str, until: str, at: datetime) -> Event:
    return SnapshotLoaded(node.member, snapshot, until, whole_second(at))


def parts_kept(
    node: Node, snapshot: str, parts: Sequence[str], at: datetime
) -> tuple[Event, dict[str, Opening]]:
    """The parts of a large snapshot, by the SHA-256 of each: the opening has one a line."""
    opening = commit(PARTS, "\n".join(parts).encode())
    return PartsKept(node.member, snapshot, opening.commitment, whole_second(at)), {PARTS: opening}


def demand_lowered(node: Node, snapshot: str, of_mapping: int, of_load: int, at: datetime) -> Event:
    """An exception of one load; percents as the steps that recipients are told."""
    steps = step_of(of_mapping), step_of(of_load)
    return LoadDemandLowered(node.member, snapshot, *steps, whole_second(at))


def records_compared(
    node: Node, snapshot: str, former: str, changes: str, at: datetime
) -> tuple[Event, dict[str, Opening]]:
    opening = commit(CHANGES, changes.encode())
    event = RecordsCompared(node.member, snapshot, former, opening.commitment, whole_second(at))
    return event, {CHANGES: opening}
