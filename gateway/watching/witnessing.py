"""Another log's checkpoint is cosigned only if it extends the last one seen; a contradiction is evidence."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from audit.errors import UntrustedCheckpointError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.evidence import Evidence, Finding
from audit.formats.evidence_errors import InconsistentError, SizeConflictError
from audit.formats.note import Note, Verifier
from audit.log.excerpt import Excerpt, follow, revealed_entries
from audit.witness.protocol import AddCheckpoint
from audit.witness.witness import Witness
from gateway.watching.keys import LOG, KnownKeys, Numbered, check_signs
from gateway.watching.model import KeptEvidence
from gateway.watching.ports import Notes, WatchView

Transaction = Callable[[], AbstractContextManager[Notes]]
"""Opens the bookkeeping's durable transaction."""


@contextmanager
def convicting(transaction: Transaction, keys: Callable[[], KnownKeys], now: datetime) -> Iterator[None]:
    """Wrap a transaction that witnesses a checkpoint: when the log contradicts itself, keep both checkpoints.

    The checkpoints are kept in a separate transaction, since the wrapped one is rolled back; `keys` are the
    log's.
    """
    try:
        yield
    except (SizeConflictError, InconsistentError) as error:
        if error.evidence is not None:
            keep_evidence(transaction, error.evidence, keys(), now)
        raise


def witness_checkpoint(
    notes: Notes, cosigner: Cosigner, keys: KnownKeys, offered: AddCheckpoint, now: datetime
) -> Checkpoint:
    """Cosign the offered checkpoint if it extends the observed log from its old size, in the transaction.

    The cosignature may be sent once the transaction is durable. Raises as `Witness.update` and `check_signs`;
    call within `convicting`.
    """
    checkpoint = Checkpoint.parse(offered.checkpoint.text)
    # A shorter log than before is no malformed request here: it is what evidence is made of.
    old_size = min(offered.old_size, checkpoint.size)
    watch = Witness(cosigner, [Verifier.parse(key) for key in keys.valid], notes.witness)
    watch.update(old_size, offered.proof, offered.checkpoint, int(now.timestamp()))
    # Afterwards, so that a contradiction is evidence; nothing of the transaction is kept if this raises.
    changes = notes.watch.key_changes(checkpoint.origin)
    check_signs(LOG, keys, changes, offered.checkpoint, checkpoint.size)
    return checkpoint


def keep_evidence(
    transaction: Transaction, evidence: Evidence, keys: KnownKeys, now: datetime
) -> KeptEvidence:
    """Keep a bundle durably, under the contradiction it proves. Raises AuditError for one without proof.

    A contradiction counts against the log for ever, if each checkpoint is signed by the key that the log had
    at its size. What a former key alone has signed is kept once, as a reason to look: a thief may have made
    it.
    """
    origin = Checkpoint.parse(evidence.first.text).origin
    finding = evidence.verify([Verifier.parse(key) for key in keys.all])
    with transaction() as notes:
        if not _is_the_logs_own(evidence, keys, notes.watch.key_changes(origin)):
            finding = Finding.FORMER_KEY
            for kept in notes.watch.evidence():
                if (kept.origin, kept.finding) == (origin, finding):
                    return kept
        kept = KeptEvidence.of(evidence, origin, finding, now)
        notes.watch.keep_evidence(kept)
    return kept


def _is_the_logs_own(evidence: Evidence, keys: KnownKeys, changes: Numbered) -> bool:
    try:
        for note in (evidence.first, evidence.second):
            check_signs(LOG, keys, changes, note, Checkpoint.parse(note.text).size)
    except UntrustedCheckpointError:
        return False
    return True


def is_convicted(watch: WatchView, seen: Note) -> bool:
    """Whether a fork is proved already by this checkpoint: it is proved once, however far the log grows."""
    return _is_kept(watch, seen, Finding.FORK)


def is_reported(watch: WatchView, seen: Note) -> bool:
    """Whether a log is known to be shorter than this checkpoint: kept once, whatever the log signs then."""
    return _is_kept(watch, seen, Finding.ROLLBACK)


def is_of_former_key(watch: WatchView, seen: Note) -> bool:
    """Whether this checkpoint, with these signatures, is kept as what a former key alone has signed."""
    return any(
        kept.finding is Finding.FORMER_KEY and str(Evidence.parse(kept.bundle).first) == str(seen)
        for kept in watch.evidence()
    )


def _is_kept(watch: WatchView, seen: Note, finding: Finding) -> bool:
    origin = Checkpoint.parse(seen.text).origin
    return any(
        kept.finding is finding and Evidence.parse(kept.bundle).first.text == seen.text
        for kept in watch.evidence()
        if kept.origin == origin
    )


def follow_excerpt(notes: Notes, origin: str, shown: Excerpt, witnessed: Checkpoint) -> bool:
    """Copy an excerpt if it continues the copy; returns whether it does.

    Raises ProofError, before anything is written, when the excerpt is not part of the log under `witnessed`.
    """
    copied = notes.watch.copied(origin)
    if shown.start != copied.size:
        return False
    new = follow(copied, shown, witnessed)
    notes.watch.extend_copy(origin, copied.size, new, revealed_entries(shown))
    return True
