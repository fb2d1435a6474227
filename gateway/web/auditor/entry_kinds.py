"""The kinds of entries for the list's filter."""

from audit.events.events import EVENTS

KINDS: tuple[str, ...] = tuple(sorted({kind for kind, _ in EVENTS}))
