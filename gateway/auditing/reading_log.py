"""Every reading of a log becomes a log entry: reader, time and search, reader and search as commitments."""

from typing import Any

from audit.events.event_values import ReadAction
from audit.events.events import LogRead, encode, whole_second
from audit.formats.canonical import canonical_json
from audit.formats.commitment import commit
from gateway.auditing.context import KeptLog, Reader
from gateway.watching.recovering import check_recovered

ACTOR = "actor"
SEARCH = "search"
PERSON = "person"
"""The key of a search for a person's name, which makes the search personal."""


def note(kept: KeptLog, reader: Reader, action: ReadAction, search: dict[str, Any]) -> int:
    """Log a reading before anything is shown; returns the entry's number.

    Raises StorageError, and RecoveringError while a restored log may not grow.
    """
    now = kept.clock.now()
    actor = commit(ACTOR, reader.name.encode())
    looked_for = commit(SEARCH, canonical_json(search))
    event = LogRead(
        actor=actor.commitment,
        organisation=reader.organisation,
        role=reader.role,
        action=action,
        search=looked_for.commitment,
        at=whole_second(now),
    )
    with kept.store.writing() as work:
        check_recovered(work.recovery)
        index = kept.log.append(work.log, [encode(event)], int(now.timestamp()))[0]
        work.keep_opening(ACTOR, actor, because=index)
        work.keep_opening(SEARCH, looked_for, because=index)
    return index
