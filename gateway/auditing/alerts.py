"""Notices for an auditor about a log, on the side that keeps the log and its cosignatures."""

from datetime import datetime

from audit.events.search import read_events
from audit.formats.cosignature import CosignatureVerifier
from audit.formats.note import Note, Verifier
from audit.log.policy import Policy
from audit.reading.alerts import Notice, Thresholds, Watch, notices
from gateway.auditing.context import KeptLog
from gateway.auditing.entry_search import entries, whole
from gateway.auditing.ports import View


def find_notices(kept: KeptLog, thresholds: Thresholds, needed: int | None = None) -> list[Notice]:
    """Find all notices.

    A checkpoint counts with `needed` cosignatures; without `needed`, with half of the witnesses.
    """
    now = kept.clock.now()
    with kept.store.reading() as view:
        found = list(read_events(entries(view.log, whole(view))))
        return notices(found, now, thresholds, _watch(kept, view, needed, now))


def _watch(kept: KeptLog, view: View, needed: int | None, now: datetime) -> Watch | None:
    """Find the largest sufficiently cosigned checkpoint, and the witnesses missing from the latest
    checkpoint.
    """
    verifiers = [CosignatureVerifier(key) for key in kept.witnesses()]
    if not verifiers:
        return None
    names = {verifier.key.name for verifier in verifiers}
    least = (len(names) + 1) // 2 if needed is None else needed
    policy = Policy.of(Verifier(kept.log.key), verifiers)
    reached, latest = 0, frozenset[str]()
    for checkpoint in reversed(view.log.cosigned_checkpoints(0)):
        note = Note.parse(checkpoint.note).with_signatures(view.log.cosignatures(checkpoint.size))
        seen = policy.verify(note).witnesses
        latest = latest or seen
        if len(seen) >= least:
            reached = checkpoint.size
            break
    return Watch(len(names), least, reached, tuple(sorted(names - latest)), now)
