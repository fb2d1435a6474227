"""Checks a kept log, and that each opening that is kept beside it opens a commitment of its entry."""

from collections.abc import Iterator
from dataclasses import replace

from audit.formats.note import Verifier
from audit.log.checked_reading import as_stored
from audit.log.log import Log
from audit.log.storage_check import Hashed, Progress, StorageCheck, check_storage, entries_or_none
from gateway.auditing.ports import View
from gateway.watching.recovering import lost_in

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
    verifiers, lost = [Verifier(key) for key in keys], lost_in(view.recovery)
    found = check_storage(as_stored(view.log), verifiers, progress, hashed, lost)
    return replace(found, damages=(*found.damages, *_openings(view, found.entries)))


def _openings(view: View, size: int) -> Iterator[str]:
    """An opening is named by its entry and field, never by what it opens."""
    log = as_stored(view.log)
    for start in range(0, size, _AT_ONCE):
        end = min(start + _AT_ONCE, size)
        openings = view.openings_between(start, end)
        # All at once: a statement for each entry takes a hundred times as long as reading it.
        entries = list(entries_or_none(log, start, end)) if openings else []
        for number, field, opening in openings:
            entry = entries[number - start]
            if entry is None:
                continue  # said already
            if opening is None:
                yield f"what is kept of {field} beside entry {number} cannot be read"
            elif str(opening.commitment).encode() not in entry:
                yield f"what is kept of {field} beside entry {number} does not open that entry"
    for number, field, _ in view.openings_between(size, _LAST):
        yield f"{field} is kept beside entry {number}, and there is no such entry"
