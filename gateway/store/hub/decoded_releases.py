"""Releases as read from their texts, or as made, kept for the next reader. Their key is the text: none is
ever old.
"""

import json
import threading
from collections import OrderedDict

from gateway.wire.release import Release, release_from_json

MOST_LETTERS = 10_000_000
"""Letters of the texts whose releases are kept: some 50 MB of memory, or ten tables of 6,580 cells."""


class DecodedReleases:
    """The releases that were read or made last. Thread-safe.

    Many read the same few at once, and a report reads all of its tables: a large one takes 20 ms.
    """

    def __init__(self, most: int = MOST_LETTERS) -> None:
        self._most, self._letters = most, 0
        self._kept: OrderedDict[str, Release] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, text: str) -> Release:
        """The release of a text, read or kept."""
        with self._lock:
            kept = self._kept.get(text)
            if kept is not None:
                self._kept.move_to_end(text)
                return kept
        release = release_from_json(json.loads(text))
        self.keep(release, text)
        return release

    def keep(self, release: Release, text: str) -> None:
        """Keep a release for its readers: one that was just made is read at once, by whoever waits for it."""
        with self._lock:
            if text not in self._kept:
                self._kept[text] = release
                self._letters += len(text)
            while self._letters > self._most and len(self._kept) > 1:
                oldest, _ = self._kept.popitem(last=False)
                self._letters -= len(oldest)
