"""Which members are away: known from calls that did not come. Pure.

A member always has a call under way, or makes the next one within moments. So one whose call ended, and
who has not called again within `GRACE`, is away, and no question waits for it until it calls again.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from gateway.hub.model import Presence

GRACE = timedelta(seconds=10)
"""For what a member does between two calls: it answers, and waits a moment after a call that failed."""
RETRY = timedelta(seconds=35)
"""After the hub's own start: a node that found it away tries again within half a minute."""


def offline_since(
    members: Collection[str], presence: Iterable[Presence], started: datetime, now: datetime
) -> Mapping[str, datetime]:
    """The members that are away, with the time since when nothing was heard of them.

    `started` is since when this hub listens: before that nobody could call. A member that was never heard of
    counts as away since then.
    """
    known = {seen.member: seen for seen in presence}
    away = {}
    for member in sorted(members):
        seen = known.get(member)
        if now > due(seen, started):
            away[member] = started if seen is None else seen.last_seen
    return away


def due(seen: Presence | None, started: datetime) -> datetime:
    """When a member that has not called by then is away."""
    back = started + RETRY
    if seen is None:
        return back
    return max(back, (seen.last_seen if seen.call_ends is None else seen.call_ends) + GRACE)
