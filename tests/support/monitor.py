"""A monitor compares what a log showed to different people: checkpoints that differ, lag behind, or end."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from audit.errors import AuditError, ProofError
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.evidence import Evidence, evidence_from_proof
from audit.formats.merkle import verify_consistency
from audit.formats.note import Note, NoteVerifier

Prover = Callable[[str, int, int], Sequence[bytes]]
"""Asks a log, by its origin, for the proof that its larger size extends the smaller. May raise AuditError."""


@dataclass(frozen=True)
class Observation:
    """The latest checkpoint of a log that `source` (a member, hub or witness) saw, and the epoch second."""

    source: str
    note: Note
    seen_at: int


class AlertKind(StrEnum):
    """Why somebody should look."""

    UNTRUSTED = "untrusted"
    """What was shown is no checkpoint signed by a log that is watched."""
    FORK = "fork"
    """Proven: two people were shown two histories."""
    UNPROVEN = "unproven"
    """The log did not show that one checkpoint extends the other."""
    BEHIND = "behind"
    """Somebody is still shown an old checkpoint long after others saw a newer one."""
    SILENT = "silent"
    """Nothing was heard for long."""


@dataclass(frozen=True)
class Alert:
    """What a monitor found, about which log, and whom to ask; with evidence if the log contradicts itself."""

    kind: AlertKind
    origin: str
    sources: tuple[str, ...]
    message: str
    evidence: Evidence | None = None


@dataclass(frozen=True)
class _Seen:
    observation: Observation
    checkpoint: Checkpoint


def compare_heads(
    observations: Iterable[Observation],
    logs: Iterable[NoteVerifier],
    prove: Prover,
    *,
    now: int,
    patience: int,
) -> list[Alert]:
    """Compare checkpoints of any number of logs, as seen by any number of sources; returns what is wrong.

    `patience` is how many seconds a checkpoint may lag behind another's, or a source be silent.
    """
    logs = list(logs)
    alerts: list[Alert] = []
    by_origin: dict[str, list[_Seen]] = {}
    for observation in observations:
        try:
            checkpoint = open_checkpoint(observation.note, logs)
        except AuditError as error:
            origin = observation.note.text.partition("\n")[0]
            alerts.append(Alert(AlertKind.UNTRUSTED, origin, (observation.source,), str(error)))
            continue
        by_origin.setdefault(checkpoint.origin, []).append(_Seen(observation, checkpoint))
    for origin, seen in by_origin.items():
        seen.sort(key=lambda s: s.checkpoint.size)
        for smaller, larger in pairwise(seen):
            alerts += _compare(origin, smaller, larger, prove)
        alerts += _late(origin, seen, now, patience)
    return alerts


def _compare(origin: str, smaller: _Seen, larger: _Seen, prove: Prover) -> list[Alert]:
    old, new = smaller.checkpoint, larger.checkpoint
    if (old.size, old.root) == (new.size, new.root) or old.size == 0:
        return []
    proof: Sequence[bytes] = ()
    reason = "it shows another tree of the same size"
    try:
        if old.size < new.size:
            proof = prove(origin, old.size, new.size)
            verify_consistency(old.size, new.size, proof, old.root, new.root)
            return []
    except ProofError as error:
        reason = str(error)
    except AuditError as error:
        reason, proof = f"it gives no proof: {error}", ()
    sources = (smaller.observation.source, larger.observation.source)
    evidence = evidence_from_proof(smaller.observation.note, larger.observation.note, proof)
    forked = old.size == new.size or evidence.shown_root is not None
    return [
        Alert(
            AlertKind.FORK if forked else AlertKind.UNPROVEN,
            origin,
            sources,
            f"{sources[0]} and {sources[1]} were shown checkpoints of {old.size} and {new.size} entries: "
            f"{reason}",
            evidence,
        )
    ]


def _late(origin: str, seen: list[_Seen], now: int, patience: int) -> list[Alert]:
    alerts = []
    newest = seen[-1].checkpoint.size
    # When the newest checkpoint had been seen by anybody: whoever is behind since then is kept behind.
    known_since = min(s.observation.seen_at for s in seen if s.checkpoint.size == newest)
    for each in seen:
        source, size, at = each.observation.source, each.checkpoint.size, each.observation.seen_at
        if now - at > patience:
            message = f"{source} has shown no checkpoint of {origin} for {now - at} seconds"
            alerts.append(Alert(AlertKind.SILENT, origin, (source,), message))
        elif size < newest and at - known_since > patience:
            message = (
                f"{source} is shown {size} entries, others have seen {newest} for {at - known_since} seconds"
            )
            alerts.append(Alert(AlertKind.BEHIND, origin, (source,), message))
    return alerts
