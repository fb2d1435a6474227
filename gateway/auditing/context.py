"""What auditing works with: a log, where it is kept, and whoever reads it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audit.formats.vkey import VerifierKey
from audit.log.log import Log
from audit.reading.dossier import ProvenEntry
from gateway.auditing.index import TermIndex
from gateway.auditing.ports import Clock, Store

KEEPER = "keeper"
"""The role of whoever keeps the log and reads it on its own machine: nobody signs in there."""


@dataclass(frozen=True)
class Reader:
    """Who reads. `organisation` is None for a keeper."""

    name: str
    organisation: str | None
    role: str


def _nothing(_: str) -> Sequence[tuple[ProvenEntry, VerifierKey]]:
    return ()


@dataclass(frozen=True)
class KeptLog:
    """A log on the side that keeps it. `witnesses` are the keys of those who cosign it.

    `others` gives the entries of other logs that this side holds proofs of, for a question, each with the key
    of its log: on a hub those of the members' answers. `index` is what finds entries quickly; whoever holds
    `indexing` fills it.
    """

    log: Log
    store: Store
    clock: Clock
    witnesses: Callable[[], Sequence[VerifierKey]] = tuple
    others: Callable[[str], Sequence[tuple[ProvenEntry, VerifierKey]]] = _nothing
    index: TermIndex = field(default_factory=TermIndex)
    indexing: threading.Lock = field(default_factory=threading.Lock)
