"""Appends a node's events to its own log, and keeps the openings of their commitments."""

from collections.abc import Mapping

from audit.events.events import Event, encode
from audit.formats.commitment import Opening
from gateway.member.node.context import Node
from gateway.member.node.ports import UnitOfWork
from gateway.watching.recovering import check_recovered


def record(node: Node, work: UnitOfWork, event: Event, openings: Mapping[str, Opening]) -> int:
    """Append the event and keep its openings, in the caller's transaction; returns the entry's index.

    Raises RecoveringError while a restored log may not grow.
    """
    check_recovered(work.recovery)
    index = node.log.append(work.log, [encode(event)], int(node.clock.now().timestamp()))[0]
    for field, opening in openings.items():
        work.keep_opening(field, opening, because=index)
    return index
