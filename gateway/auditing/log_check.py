"""Checks a kept log, and that each opening that is kept beside it opens a commitment of its entry."""

from collections.abc import Iterator
from dataclasses import replace

from audit.errors import NotInLogError
from audit.formats.note import Verifier
from audit.log.checked_reading import as_stored
from audit.log.log import Log
from audit.log.storage_check import Hashed, Progress, StorageCheck, check_storage
from gateway.auditing.ports import View

_AT_ONCE = 1000
_LAST = 2**31 - 1
"""The greatest number of an entry that PostgreSQL keeps beside an opening."""


def check_log(
    log: Log, view: View, progress: Progress = lambda *_: None, hashed: Hashed | None = None
) -> StorageCheck:
    """Check entries, tiles, checkpoints and openings; every damage is a sentence. Changes nothing.

    Goes on from the entries that were `hashed` before. The time grows with the number of entries, about ten
    seconds a million. Raises NotInLogError for a log without any checkpoint.
    """
    keys = log.signing_keys(view.log) or (log.key,)
    found = check_storage(as_stored(view.log), [Verifier(key) for key in keys], progress, hashed)
    return replace(found, damages=(*found.damages, *_openings(view, found.entries)))


def _openings(view: View, size: int) -> Iterator[str]:
    """An opening is named by its entry and field, never by what it opens."""
    for start in range(0, size, _AT_ONCE):
        for number, field, opening in view.openings_between(start, min(start + _AT_ONCE, size)):
            try:
                (entry,) = as_stored(view.log).read_entries(number, number + 1)
            except NotInLogError:
                continue  # said already
            if opening is None or not isinstance(entry, bytes):
                yield f"what is kept of {field} beside entry {number} cannot be read"
            elif str(opening.commitment).encode() not in entry:
                yield f"what is kept of {field} beside entry {number} does not open that entry"
    for number, field, _ in view.openings_between(size, _LAST):
        yield f"{field} is kept beside entry {number}, and there is no such entry"
