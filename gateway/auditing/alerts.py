"""What an auditor should look at in a log, on the side that keeps it and knows what witnesses have seen."""

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
    """Everything worth a look. A head counts once `needed` witnesses have cosigned it; else half of them."""
    now = kept.clock.now()
    with kept.store.reading() as view:
        found = list(read_events(entries(view.log, whole(view))))
        return notices(found, now, thresholds, _watch(kept, view, needed, now))


def _watch(kept: KeptLog, view: View, needed: int | None, now: datetime) -> Watch | None:
    """The largest head that enough witnesses have cosigned, and who has not cosigned that of now."""
    verifiers = [CosignatureVerifier(key) for key in kept.witnesses()]
    if not verifiers:
        return None
    names = {verifier.key.name for verifier in verifiers}
    least = (len(names) + 1) // 2 if needed is None else needed
    policy = Policy.of(Verifier(kept.log.key), verifiers)
    reached, latest = 0, frozenset[str]()
    for head in reversed(view.log.cosigned_checkpoints(0)):
        note = Note.parse(head.note).with_signatures(view.log.cosignatures(head.size))
        seen = policy.verify(note).witnesses
        latest = latest or seen
        if len(seen) >= least:
            reached = head.size
            break
    return Watch(len(names), least, reached, tuple(sorted(names - latest)), now)
