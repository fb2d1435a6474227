"""The status of a log: its checkpoint, and the last cosignature of each witness with its time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.errors import AuditError
from audit.formats.cosignature import CosignatureVerifier, cosigned_at
from audit.formats.note import Note
from audit.formats.vkey import VerifierKey
from audit.log.log import SignedCheckpoint
from gateway.auditing.context import KeptLog
from gateway.auditing.ports import View

LOOKED_BACK = 200
"""Number of cosigned checkpoints that are searched for a witness's last cosignature."""
CLOCKS_APART = timedelta(minutes=5)
"""A cosignature that states a later time than that from now says nothing of when it was made."""


@dataclass(frozen=True)
class WitnessStatus:
    """A witness's largest cosigned checkpoint, and the time of the cosignature; both None without one."""

    witness: str
    key: str
    size: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class LogStatus:
    """The latest checkpoint and the witnesses' cosignatures. `note` is the signed checkpoint itself.

    `reached` is the size up to which more than half of the witnesses have cosigned, or 0.
    """

    origin: str
    size: int
    root: str
    signed_at: datetime
    note: str
    key: str
    witness_statuses: tuple[WitnessStatus, ...]
    reached: int


def log_status(kept: KeptLog) -> LogStatus | None:
    """Return the current status of the log, or None before the first checkpoint."""
    witnesses = kept.witnesses()
    with kept.store.reading() as view:
        checkpoint = view.log.latest_checkpoint()
        if checkpoint is None:
            return None
        checkpoints = view.log.cosigned_checkpoints(0, newest=LOOKED_BACK)
        latest = int((kept.clock.now() + CLOCKS_APART).timestamp())
        witness_statuses = tuple(_witness_statuses(view, checkpoints, witnesses, latest))
        root = kept.log.root(view.log, checkpoint.size).hex()
    return LogStatus(
        kept.log.origin,
        checkpoint.size,
        root,
        datetime.fromtimestamp(checkpoint.signed_at, UTC),
        checkpoint.note,
        str(kept.log.key),
        witness_statuses,
        _reached(witness_statuses),
    )


def _witness_statuses(
    view: View, checkpoints: Sequence[SignedCheckpoint], keys: Iterable[VerifierKey], latest: int
) -> Iterable[WitnessStatus]:
    notes = [
        (checkpoint.size, Note.parse(checkpoint.note).with_signatures(view.log.cosignatures(checkpoint.size)))
        for checkpoint in reversed(checkpoints)
    ]
    for key in keys:
        yield _last(notes, key, latest)


def _last(notes: Iterable[tuple[int, Note]], key: VerifierKey, latest: int) -> WitnessStatus:
    verifier = CosignatureVerifier(key)
    for size, note in notes:
        try:
            at = cosigned_at(note, verifier)
        except AuditError:
            continue  # not by this witness, or not rightly: an older one may be
        if at > latest:
            continue
        return WitnessStatus(key.name, str(key), size, datetime.fromtimestamp(at, UTC))
    return WitnessStatus(key.name, str(key))


def _reached(witness_statuses: Sequence[WitnessStatus]) -> int:
    """Return the size with most witnesses' cosignatures: cosigning a checkpoint covers all entries before."""
    largest: dict[str, int] = {}  # two keys of one witness count once
    for status in witness_statuses:
        largest[status.witness] = max(largest.get(status.witness, 0), status.size or 0)
    sizes = sorted(largest.values(), reverse=True)
    needed = len(sizes) // 2 + 1
    return sizes[needed - 1] if sizes else 0
