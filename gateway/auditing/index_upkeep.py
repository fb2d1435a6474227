"""Makes the segments of a log's index that are missing, and compares those that are there with the log."""

from collections.abc import Callable, Iterator

from audit.log.checked_reading import entries_that_hold
from gateway.auditing.context import KeptLog
from gateway.auditing.entry_search import whole
from gateway.auditing.index import SEGMENT, Segment, holding, made_of
from gateway.auditing.ports import View


def renew_index(kept: KeptLog, stopped: Callable[[], bool] = lambda: False) -> None:
    """Make every segment that is missing, or was made of other entries. Raises StorageError.

    Each in a transaction of its own: so a reading holds nobody up, and `stopped` ends it in between.
    """
    with kept.store.reading() as view:
        end = whole(view).end
        number = holding(view.log, kept.index.heads(), end)
    for missing in range(number, end // SEGMENT):
        if stopped():
            return
        with kept.store.reading() as view:
            kept.index.keep(_made(view, missing))


def differing_segments(kept: KeptLog, view: View) -> Iterator[str]:
    """Compare each segment that searches would use with the entries; yield a sentence for one that differs.

    A segment over other entries than the log has is not used, and is made anew. A segment that was changed
    hides entries, or has the reader look at some in vain.
    """
    for number in range(holding(view.log, kept.index.heads(), whole(view).end)):
        if (found := kept.index.kept(number)) is None or found != _made(view, number):
            first = number * SEGMENT
            yield f"the search index is not what entries {first} to {first + SEGMENT - 1} say"


def _made(view: View, number: int) -> Segment:
    first = number * SEGMENT
    return made_of(
        view.log, number, (entry for _, entry in entries_that_hold(view.log, first, first + SEGMENT))
    )
