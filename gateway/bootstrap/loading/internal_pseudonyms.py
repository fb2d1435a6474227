"""Internal pseudonyms of a register's numbers, in one of two forms.

A node keeps the form of its first snapshot, since numbers are found again by their pseudonyms: keyed BLAKE2b
where the engine read it, else HMAC.

Python makes one digest at a time, whatever the machine has, so that further processes take a part of the
blocks. They hold the key in memory only, like this one, and end with it, also when it is killed.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from enum import Enum
from multiprocessing import connection
from types import TracebackType

from anonymisers.identity.column_pseudonyms import column_pseudonyms
from anonymisers.identity.pseudonym_digits import PackedPseudonyms
from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonyms import packed_pseudonyms
from anonymisers.identity.text_column import TextColumn
from gateway.member.model.snapshot import Snapshot

INTERNAL = "internal"
"""Recipient and purpose of the pseudonyms in a snapshot, which are for the member itself and never leave."""

FIRST_EPOCH = 1

FROM = 500_000
"""Values from which further processes pay their start."""

BLOCK = 10_000
"""Values at once that are worth sending to another process."""

MOST_PROCESSES = 3
"""Further processes: one process reads no faster than that."""

_WAITING = 2
"""Blocks that a process is given ahead."""


class Form(Enum):
    """How internal pseudonyms are made; the value is how their texts begin."""

    HMAC = b"p1."
    BLAKE2 = b"p2."

    @classmethod
    def of(cls, former: Snapshot | None, *, by_engine: bool) -> "Form":
        """The form of the next snapshot: that of the former one, or of the first one with anybody."""
        if former is None or not len(former):
            return cls.BLAKE2 if by_engine else cls.HMAC
        return cls.BLAKE2 if former.pseudonyms_begin == cls.BLAKE2.value else cls.HMAC


class InternalPseudonyms:
    """Makes the same pseudonym for the same number, load after load. A context manager, which ends the
    further processes.

    `processes`: how many to take besides this one, by default all other processors of the machine.
    """

    def __init__(
        self,
        key: bytes,
        member: str,
        form: Form = Form.HMAC,
        *,
        processes: int | None = None,
        begin: int = FROM,
    ) -> None:
        self._key = key
        self._member = member
        self._form = form
        self._processes = _others() if processes is None else processes
        self._begin = begin
        self._made = 0
        self._waiting: list[Future[PackedPseudonyms]] = []
        self._pool: ProcessPoolExecutor | None = None

    def __call__(self, kind: str, values: Sequence[str]) -> PackedPseudonyms:
        """The pseudonyms of values, made here and now. Raises as `packed_pseudonyms`."""
        if self._form is Form.HMAC:
            return packed_pseudonyms(self._key, _domain(self._member, kind), values)
        return self.of_column(kind, TextColumn.of(values))

    def of_column(self, kind: str, column: TextColumn) -> PackedPseudonyms:
        """The pseudonyms of a column of values, made here and now. Raises as `packed_pseudonyms`."""
        return _made(self._form, self._key, self._member, kind, column)

    def ahead(self, kind: str, column: TextColumn) -> Future[PackedPseudonyms] | None:
        """The pseudonyms of a column as another process will have made them; None where none is free, and
        where it would not pay."""
        self._made += len(column)
        if not self._processes or self._made < self._begin or len(column) < BLOCK:
            return None
        self._waiting = [one for one in self._waiting if not one.done()]
        if len(self._waiting) >= _WAITING * self._processes:
            return None
        try:
            future = self._opened().submit(_made_apart, kind, column)
        except (OSError, ImportError, RuntimeError):
            # A pool that broke, or a machine that refuses processes or what they need: this one does it all.
            self._processes = 0
            return None
        self._waiting.append(future)
        return future

    def __enter__(self) -> "InternalPseudonyms":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Spawned, not forked: the engine's threads would not be there in a fork, and their locks would.
            self._pool = ProcessPoolExecutor(
                self._processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(self._form, self._key, self._member),
            )
        return self._pool


def _others() -> int:
    return min(MOST_PROCESSES, len(os.sched_getaffinity(0)) - 1)


def _domain(member: str, kind: str) -> Domain:
    return Domain(member, FIRST_EPOCH, INTERNAL, INTERNAL, kind)


def _made(form: Form, key: bytes, member: str, kind: str, column: TextColumn) -> PackedPseudonyms:
    domain = _domain(member, kind)
    if form is Form.BLAKE2:
        return column_pseudonyms(key, domain, column)
    return packed_pseudonyms(key, domain, column.values())


_given: tuple[Form, bytes, str] | None = None
"""Form, key and member, in a further process."""


def _begin(form: Form, key: bytes, member: str) -> None:
    global _given  # noqa: PLW0603 - what a further process is started with
    _given = form, key, member
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who stops the load stops its processes
    threading.Thread(target=_end_with_the_load, daemon=True).start()


def _end_with_the_load() -> None:
    """End this process when the one that started it is gone, in whatever way."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        with suppress(OSError):
            connection.wait([parent.sentinel])
        os._exit(1)


def _made_apart(kind: str, column: TextColumn) -> PackedPseudonyms:
    assert _given is not None  # noqa: S101 - `_begin` comes first
    return _made(*_given, kind, column)
