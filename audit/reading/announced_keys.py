"""Keys that a log announces in its own entries, under a key that the reader trusts.

A planned change of keys needs no telephone: whoever trusts the former key, and holds the entry that it
signed, trusts the next one. After a theft the former key says nothing any more: people compare the next.
"""

from collections.abc import Iterable

from audit.events.events import KeyChanged
from audit.events.search import event_of
from audit.formats.vkey import VerifierKey

_USE = "log"
ABOUT_KEYS = b'"type":"key-changed"'
"""Whatever is about a change of keys holds these bytes."""


def announced_keys(entries: Iterable[bytes], trusted: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return the keys of the log that lead on from the trusted ones, oldest first.

    `entries`: those of the log from the first on, each known to be in the tree that a trusted key signed.
    """
    known = {str(key) for key in trusted}
    found: list[str] = []
    for entry in entries:
        event = event_of(entry) if ABOUT_KEYS in entry else None
        if (
            isinstance(event, KeyChanged)
            and event.use == _USE
            and event.former in known
            and not event.is_theft
            and event.present not in known
        ):
            known.add(event.present)
            found.append(event.present)
    return tuple(map(VerifierKey.parse, found))


def replaced_keys(entries: Iterable[bytes]) -> frozenset[str]:
    """Return the keys of the log, as vkey lines, in whose place another came: alone they sign nothing more.

    `entries` as above. In the overlap the former key signs as well, and never without the present one.
    """
    replaced: set[str] = set()
    for entry in entries:
        event = event_of(entry) if ABOUT_KEYS in entry else None
        if isinstance(event, KeyChanged) and event.use == _USE and event.former is not None:
            replaced.add(event.former)
            replaced.discard(event.present)
    return frozenset(replaced)


def present_key(entries: Iterable[bytes]) -> VerifierKey | None:
    """Return the key that signs the log by its own words, if an entry says it. Raises MalformedError."""
    present: str | None = None
    for entry in entries:
        event = event_of(entry) if ABOUT_KEYS in entry else None
        if isinstance(event, KeyChanged) and event.use == _USE:
            present = event.present
    return None if present is None else VerifierKey.parse(present)
