"""Another log's head is cosigned only if it extends what was seen; what does not is kept as evidence."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.evidence import Evidence
from audit.formats.evidence_errors import InconsistentError, SizeConflictError
from audit.formats.note import Verifier
from audit.log.excerpt import Excerpt, follow, revealed_entries
from audit.witness.protocol import AddCheckpoint
from audit.witness.witness import Witness
from gateway.watching.keys import KnownKeys
from gateway.watching.model import KeptEvidence
from gateway.watching.ports import Notes

Transaction = Callable[[], AbstractContextManager[Notes]]
"""Opens the bookkeeping's durable transaction."""


@contextmanager
def convicting(transaction: Transaction, keys: Callable[[], KnownKeys], now: datetime) -> Iterator[None]:
    """Around a transaction in which a head is witnessed: when its log contradicts itself, keep both heads.

    They are kept in a transaction of their own, since the other one is taken back; `keys` are the log's.
    """
    try:
        yield
    except (SizeConflictError, InconsistentError) as error:
        if error.evidence is not None:
            keep_evidence(transaction, error.evidence, keys(), now)
        raise


def witness_head(
    notes: Notes, cosigner: Cosigner, keys: KnownKeys, offered: AddCheckpoint, now: datetime
) -> Checkpoint:
    """Cosign the offered head if it extends what was seen at its old size, within the caller's transaction.

    The cosignature may leave once that is durable. Raises as `Witness.update`; call it within `convicting`.
    """
    checkpoint = Checkpoint.parse(offered.checkpoint.text)
    # A shorter log than before is no malformed request here: it is what evidence is made of.
    old_size = min(offered.old_size, checkpoint.size)
    watch = Witness(cosigner, [Verifier.parse(key) for key in keys.valid], notes.witness)
    watch.update(old_size, offered.proof, offered.checkpoint, int(now.timestamp()))
    return checkpoint


def keep_evidence(
    transaction: Transaction, evidence: Evidence, keys: KnownKeys, now: datetime
) -> KeptEvidence:
    """Keep a bundle, durably, under what it shows. Raises AuditError when it shows nothing.

    What a key signed while it was valid convicts the log for ever.
    """
    origin = Checkpoint.parse(evidence.first.text).origin
    finding = evidence.verify([Verifier.parse(key) for key in keys.all])
    kept = KeptEvidence.of(evidence, origin, finding, now)
    with transaction() as notes:
        notes.watch.keep_evidence(kept)
    return kept


def follow_excerpt(notes: Notes, origin: str, shown: Excerpt, witnessed: Checkpoint) -> bool:
    """Copy what an excerpt tells, if it goes on where the copy ends; returns whether it does.

    Raises ProofError, before anything is written, when it is not what stands in the log under `witnessed`.
    """
    copied = notes.watch.copied(origin)
    if shown.start != copied.size:
        return False
    new = follow(copied, shown, witnessed)
    notes.watch.extend_copy(origin, copied.size, new, revealed_entries(shown))
    return True
