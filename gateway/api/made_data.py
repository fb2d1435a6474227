"""The data of releases as they were made last, in the memory of this process: many readers, made once.

A release never changes, nor what is made of it under one dictionary and program. Who may read it is looked up
before, for each request.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from flask import current_app

from gateway.api.label_languages import words_of
from gateway.api.services import hub
from gateway.export.observations import Observations, Selection
from gateway.wire.release import Release

MADE = "safelane-made-data"
"""Extension of the application: what was made of releases."""

MOST_BYTES = 32 * 1024 * 1024
MOST_RELEASES = 4
"""Of which the observations are kept, from which every format is made; a large one takes 5 MB."""

Key = tuple[str, ...]
T = TypeVar("T")


class Made(Generic[T]):
    """What was made last, up to `most` by its `size`; what is larger than a quarter of it is not kept.

    Thread-safe. Who asks for what is being made waits for it.
    """

    def __init__(self, most: int, size: Callable[[T], int]) -> None:
        self._most, self._size_of = most, size
        self._kept: OrderedDict[Key, T] = OrderedDict()
        self._size = 0
        self._making: dict[Key, Lock] = {}
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], T]) -> T:
        """Return what is kept under the key, else what `make` returns. Raises what `make` raises."""
        with self._lock:
            if (kept := self._known(key)) is not None:
                return kept
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if (kept := self._known(key)) is not None:
                    return kept
            try:
                made = make()
                with self._lock:
                    self._keep(key, made)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return made

    def _known(self, key: Key) -> T | None:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def _keep(self, key: Key, made: T) -> None:
        if 4 * self._size_of(made) > self._most or key in self._kept:
            return
        self._kept[key] = made
        self._size += self._size_of(made)
        while self._size > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._size -= self._size_of(oldest)


@dataclass(frozen=True)
class MadeData:
    """The files of releases as they were made last, and the observations that files are made of."""

    files: Made[bytes] = field(default_factory=lambda: Made(MOST_BYTES, len))
    observations: Made[Observations] = field(default_factory=lambda: Made(MOST_RELEASES, lambda _: 1))


def made_data() -> MadeData:
    """Return what was made of releases so far in this application."""
    found = current_app.extensions[MADE]
    assert isinstance(found, MadeData)  # noqa: S101 - put there by create_hub_app
    return found


def observations_of(release: Release, selection: Selection, language: str) -> Observations:
    """Return the observations of a release with labels in a language. Raises NotAcceptable."""
    words, dictionary = words_of(language), hub().dictionary
    key = (release.question_id, str(release.number), selection.value, language, dictionary.version)
    return made_data().observations.get(key, lambda: Observations.of(release, dictionary, selection, words))
