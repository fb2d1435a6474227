"""Finds the members that are away, by calls that did not come. Pure.

A member always has a call under way, or makes the next call within moments. So a member whose call ended, and
who has not called again within `GRACE`, is away, and no question waits for the member until its next call.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from gateway.hub.model import Presence

GRACE = timedelta(seconds=10)
"""Time for a member between two calls: to answer, and to wait a moment after a failed call."""
RETRY = timedelta(seconds=35)
"""Time after the hub's own start: a node that could not reach the hub tries again within half a minute."""


def offline_since(
    members: Collection[str], presence: Iterable[Presence], started: datetime, now: datetime
) -> Mapping[str, datetime | None]:
    """The members that are away, with the time of their last call; None for a member that never called.

    `started`: when this hub began to listen; nobody could call before.
    """
    known = {seen.member: seen for seen in presence}
    # Began under a clock that has been set back since: whenever it was, the time for a first call is over.
    began = started if started <= now else now - 2 * RETRY
    away: dict[str, datetime | None] = {}
    for member in sorted(members):
        seen = known.get(member)
        if _of_the_future(seen, now) or now > due(seen, began):
            away[member] = None if seen is None else min(seen.last_seen, now)
    return away


def _of_the_future(seen: Presence | None, now: datetime) -> bool:
    """Whether a call was noted under a clock that has been set back since: the next call puts it right."""
    return seen is not None and seen.last_seen - now > GRACE


def due(seen: Presence | None, started: datetime) -> datetime:
    """When a member without a further call is away."""
    back = started + RETRY
    if seen is None:
        return back
    return max(back, (seen.last_seen if seen.call_ends is None else seen.call_ends) + GRACE)
