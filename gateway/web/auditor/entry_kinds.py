"""The kinds of entries that a list can be narrowed to."""

from audit.events.events import EVENTS

KINDS: tuple[str, ...] = tuple(sorted({kind for kind, _ in EVENTS}))
