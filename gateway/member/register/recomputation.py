"""Checks that a source still gives the snapshot made from it: nothing is kept, nothing is logged.

The vintages are the snapshot's own: vintages follow from the loads before and not from the source.
"""

from dataclasses import dataclass, replace

import numpy as np

from audit.events.events import decode
from audit.events.record_events import PartsKept
from gateway.member.errors import NothingToProtectError, SnapshotDiffersError
from gateway.member.model.activities import Activities
from gateway.member.model.clients import Clients
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.record_changes import with_consents
from gateway.member.model.snapshot import CONSENT, Snapshot
from gateway.member.node.context import Node
from gateway.member.register.register_entries import PARTS


@dataclass(frozen=True)
class Newest:
    """The newest snapshot of a node, and its record."""

    loaded: LoadedSnapshot
    snapshot: Snapshot


def newest(node: Node) -> Newest:
    """The newest snapshot. Raises NothingToProtectError when there is none."""
    with node.store.reading() as view:
        found = view.snapshot()
    if found is None:
        raise NothingToProtectError(
            "This node has no snapshot yet.", remedy="Load a register: safelane member load."
        )
    return Newest(*found)


def compare_again(node: Node, kept: Newest, again: Snapshot, activities: Activities | None = None) -> None:
    """Compare a snapshot with a fresh snapshot of its source, withdrawn consents honoured in both, and the
    activities beside the snapshot.

    Raises SnapshotDiffersError, naming the differences.
    """
    with node.store.reading() as view:
        again = with_consents(again, view.consents())
    former = kept.snapshot
    same = len(again) == len(former) and replace(again, vintage=former.vintage).id == former.id
    found = [] if same else _differences(former, again)
    if activities != kept.loaded.activities:
        found.append("the sheets of risk education and marking add up to other numbers")
    if _stored(former.clients) != _stored(again.clients):
        found.append("clients of assistance differ")
    if not _parts_as_logged(node, kept):
        found.append("the parts that are kept are not those that the log commits to")
    if not found:
        return
    parts = "; ".join(found)
    raise SnapshotDiffersError(
        f"This source, mapping and keys do not give the newest snapshot: {parts}.",
        remedy="Where source, mapping or a consent changed since, load again; else ask who changed the node.",
    )


def _parts_as_logged(node: Node, kept: Newest) -> bool:
    """Whether the log commits to the parts of the snapshot; also where it has no such entry, or its opening
    was erased."""
    index = kept.loaded.index + 1  # beside the entry of the load
    with node.store.reading() as view:
        head = view.log.latest_checkpoint()
        opening = None if head is None or head.size <= index else view.opening(PARTS, index)
        if opening is None:
            return True
        (entry,) = view.log.read_entries(index, index + 1)
    event = decode(entry)
    if not isinstance(event, PartsKept) or opening.commitment != event.parts:
        return False
    return opening.value.decode().split("\n") == list(kept.snapshot.parts)


def _stored(clients: Clients | None) -> bytes | None:
    return None if clients is None else clients.to_bytes()


def _differences(kept: Snapshot, again: Snapshot) -> list[str]:
    cases = [set(one.links["case"].tolist()) for one in (kept, again)]
    parts = []
    if gone := len(cases[0] - cases[1]):
        parts.append(f"{gone} cases are only in the snapshot")
    if fresh := len(cases[1] - cases[0]):
        parts.append(f"{fresh} cases are only in the source")
    if kept.dictionary != again.dictionary:
        parts.append("the dictionary has another version")
    here, there = (np.isin(a.links["case"], b.links["case"]) for a, b in ((kept, again), (again, kept)))
    columns = [{**one.columns, CONSENT: one.consent} for one in (kept, again)]
    for name in sorted(columns[0].keys() | columns[1].keys()):
        if name not in columns[0] or name not in columns[1]:
            parts.append(f"only one of them has {name}")
        elif n := _unequal(columns[0][name].taken(here).values(), columns[1][name].taken(there).values()):
            parts.append(f"{name} differs in {n} cases")
    for name in ("person", "accident"):
        if n := int((kept.links[name][here] != again.links[name][there]).sum()):
            parts.append(f"the {name} differs in {n} cases")
    return parts or ["what stands beside the counted rows differs"]


def _unequal(one: list[str], other: list[str]) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))
