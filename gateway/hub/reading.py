"""Readings of releases by programs, each in the log before anything is shown, without filling the log.

Whoever asked has had the release already. What is fetched again from an address may go to somebody to whom
the address was passed on: so that leaves a trace, once an hour for each person, release and way.
"""

from audit.events.event_values import ReadThrough
from gateway.hub.context import Hub
from gateway.hub.entries import record, release_read
from gateway.hub.model import Principal
from gateway.wire.release import Release


def note_reading(hub: Hub, principal: Principal, release: Release, through: ReadThrough) -> None:
    """Log a reading, unless the same reading is in the log since the last hour.

    Raises StorageError, and RecoveringError while a restored log may not grow.
    """
    now = hub.clock.now()
    reading = (principal.user, release.question_id, release.number, through)
    if hub.readings.is_known(reading, now):
        return
    with hub.store.writing() as work:
        record(hub, work, release_read(principal, release, through, now))
    hub.readings.remember(reading, now)
