"""Appends a node's events to its own log, and keeps the openings of their commitments."""

from collections.abc import Mapping

import structlog

from audit.errors import AuditError
from audit.events.events import Event, encode
from audit.formats.commitment import Opening
from gateway.member.node.context import Node
from gateway.member.node.ports import UnitOfWork
from gateway.watching.recovering import RecoveringError, check_recovered
from gateway.watching.refused_messages import RefusedMessage

log = structlog.get_logger()


def record(node: Node, work: UnitOfWork, event: Event, openings: Mapping[str, Opening]) -> int:
    """Append the event and keep its openings, in the caller's transaction; returns the entry's index.

    Raises RecoveringError while a restored log may not grow.
    """
    check_recovered(work.recovery)
    index = node.log.append(work.log, [encode(event)], int(node.clock.now().timestamp()))[0]
    for field, opening in openings.items():
        work.keep_opening(field, opening, because=index)
    return index


def keep_refused(node: Node, refused: RefusedMessage) -> None:
    """Log a refused message and keep it, in a transaction of its own: that of the refusal is rolled back.

    A message that no log can hold, or a log that may not grow, is reported in the node's own log of events.
    """
    now = node.clock.now()
    try:
        event, openings = refused.entry(now)
        with node.store.writing() as work:
            mark = refused.mark(now)
            if not work.rejected(mark):
                work.add_rejected(mark, because=record(node, work, event, openings))
    except (AuditError, RecoveringError) as error:
        log.warning("a refused message was not logged", sender=refused.sender, reason=str(error))
