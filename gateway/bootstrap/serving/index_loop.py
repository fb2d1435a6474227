"""Keeps the index of a serving process's log up to date, for its pages and for the commands beside it."""

import threading
from typing import Final

from gateway.auditing.context import KeptLog
from gateway.auditing.index_upkeep import renew_index
from gateway.bootstrap.serving.retry_loop import attempt
from gateway.bootstrap.serving.shutdown import Stop

INDEX_SECONDS: Final = 30.0
"""Seconds between rounds: what came meanwhile is read entry by entry."""


def start_index(kept: KeptLog, stop: Stop) -> None:
    """Renew the index now and then, until `stop`, on a thread that may be left behind in a segment."""
    threading.Thread(target=_keep_renewing, args=(kept, stop), name="index", daemon=True).start()


def _keep_renewing(kept: KeptLog, stop: Stop) -> None:
    while not stop.asked:
        with attempt("the search index is not renewed"):
            renew_index(kept, lambda: stop.asked)
        stop.wait(INDEX_SECONDS)
