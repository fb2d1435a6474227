"""Readings of a report's tables by colleagues, and in files, stand in the log like other readings."""

from collections.abc import Iterable

from audit.events.event_values import ReadThrough
from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.hub.reading import note_reading
from gateway.wire.release import Release


def note_readings(releases: Iterable[Release]) -> None:
    """Log that the requester reads these releases in a report, before anything is shown."""
    for release in releases:
        note_reading(hub(), principal(), release, ReadThrough.REPORT)
