"""The kinds of entries for the list's filter."""

from audit.events.events import EVENTS
from audit.events.former_events import present_type

KINDS: tuple[str, ...] = tuple(sorted({present_type(kind) for kind, _ in EVENTS}))
