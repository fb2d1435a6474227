"""The context of auditing: a log, its store, and the reader."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audit.formats.vkey import VerifierKey
from audit.log.log import Log
from audit.reading.alerts import Thresholds
from audit.reading.dossier import ProvenEntry
from gateway.auditing.ports import Clock, NoIndex, SearchIndex, Store

KEEPER = "keeper"
"""The role of a log's keeper, who reads the log on the keeper's own machine: nobody signs in there."""


@dataclass(frozen=True)
class Reader:
    """A reader of the log. `organisation` is None for a keeper."""

    name: str
    organisation: str | None
    role: str


def _nothing(_: str) -> Sequence[tuple[ProvenEntry, VerifierKey]]:
    return ()


@dataclass(frozen=True)
class KeptLog:
    """A log on the side that keeps the log. `witnesses` are the keys of the cosigning witnesses.

    `others` returns, for a question, the entries of other logs with proofs and the key of each log: on a hub
    the entries of the members' answers. `thresholds` decide what raises an alert. `index` finds
    entries quickly; what it does not know is read.
    """

    log: Log
    store: Store
    clock: Clock
    witnesses: Callable[[], Sequence[VerifierKey]] = tuple
    others: Callable[[str], Sequence[tuple[ProvenEntry, VerifierKey]]] = _nothing
    thresholds: Thresholds = field(default_factory=Thresholds)
    index: SearchIndex = field(default_factory=NoIndex)
