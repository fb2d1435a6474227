"""Notices for an auditor about a log, on the side that keeps the log and its cosignatures."""

from dataclasses import replace
from datetime import datetime

from audit.formats.cosignature import CosignatureVerifier
from audit.formats.note import Note, Verifier
from audit.log.checked_reading import entries_that_hold
from audit.log.policy import Policy
from audit.reading.alerts import Notice, Watch, notices
from audit.reading.entry_facts import EntryFacts
from gateway.auditing.context import KeptLog
from gateway.auditing.entry_search import whole
from gateway.auditing.log_status import CLOCKS_APART
from gateway.auditing.ports import View

_AT_ONCE = 2000


def find_notices(kept: KeptLog, needed: int | None = None, facts: EntryFacts | None = None) -> list[Notice]:
    """Find all notices by the log's thresholds; `facts` known before are completed, not read again.

    A checkpoint counts with `needed` cosignatures; without `needed`, with half of the witnesses.
    """
    now = kept.clock.now()
    facts = EntryFacts() if facts is None else facts
    with kept.store.reading() as view:
        end = whole(view).end
        for start in range(facts.size, end, _AT_ONCE):
            for number, entry in entries_that_hold(view.log, start, min(start + _AT_ONCE, end)):
                facts.add(number, entry)
        watch = _watch(kept, view, needed, now)
    return notices(facts, now, kept.thresholds, watch)


def _watch(kept: KeptLog, view: View, needed: int | None, now: datetime) -> Watch | None:
    """Find the largest sufficiently cosigned checkpoint, and the witnesses missing from the latest
    checkpoint.
    """
    verifiers = [CosignatureVerifier(key) for key in kept.witnesses()]
    if not verifiers:
        return None
    names = {verifier.key.name for verifier in verifiers}
    least = (len(names) + 1) // 2 if needed is None else needed
    until = int((now + CLOCKS_APART).timestamp())
    policy = replace(Policy.of(Verifier(kept.log.key), verifiers), cosigned_until=until)
    reached, latest = 0, frozenset[str]()
    for checkpoint in reversed(view.log.cosigned_checkpoints(0)):
        note = Note.parse(checkpoint.note).with_signatures(view.log.cosignatures(checkpoint.size))
        seen = policy.verify(note).witnesses
        latest = latest or seen
        if len(seen) >= least:
            reached = checkpoint.size
            break
    return Watch(len(names), least, reached, tuple(sorted(names - latest)), now)
