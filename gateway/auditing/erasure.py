"""The right to erasure: openings of the commitments to a person's name are erased; the log stays whole."""

from audit.events.event_values import CoarseSize, ErasureGround
from audit.events.events import OpeningsErased, encode, whole_second
from gateway.auditing.context import KeptLog
from gateway.watching.recovering import check_recovered


def erase(kept: KeptLog, name: str, ground: ErasureGround) -> int:
    """Erase every opening of a commitment to this name; returns the number of erased openings.

    One entry for each field records the erasure, without the erased entries or their exact number. Searches
    for the person have openings of their own, which are erased as well.
    """
    now = kept.clock.now()
    with kept.store.writing() as work:
        check_recovered(work.recovery)
        checkpoint = work.log.latest_checkpoint()
        erased = work.people.erase_openings(name, because=0 if checkpoint is None else checkpoint.size)
        for field, count in erased.items():
            event = OpeningsErased(field, ground, CoarseSize.of(count), whole_second(now))
            kept.log.append(work.log, [encode(event)], int(now.timestamp()))
    return sum(erased.values())
