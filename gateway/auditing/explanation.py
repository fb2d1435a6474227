"""A question as a story, and as a dossier: its entries, each proved under the log's latest checkpoint."""

from contextlib import suppress
from dataclasses import replace

from audit.errors import MalformedError, NotInLogError, QuorumError
from audit.events.events import decode
from audit.events.search import Found, read_events
from audit.formats.cosignature import CosignatureVerifier
from audit.formats.note import Verifier
from audit.formats.vkey import VerifierKey
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from audit.reading.dossier import Dossier, ProvenEntry, say_proof
from audit.reading.explain import StoryPart, explain_question
from audit.reading.sentences import say_event
from gateway.auditing.context import KeptLog
from gateway.auditing.damage import REMEDY, damaged, damaged_after, say_damaged
from gateway.auditing.entry_search import name_of, of_question, whole
from gateway.auditing.ports import NoIndex, View


def explain(kept: KeptLog, what: str) -> list[str]:
    """Explain a question (`q-...`) or the entry with a number from the log, with proofs.

    Raises NotInLogError where the log has no such entry, and MalformedError for an unreadable entry.
    """
    with kept.store.reading() as view:
        if not (what.isascii() and what.isdecimal()):
            return _story(kept, view, what)
        found = _found(kept, view, int(what))
        question_id = getattr(found.event, "question_id", None)
        if question_id is not None:
            return _story(kept, view, question_id)
        return [say_event(found.event), *_who(view, found), *_proofs(kept, view, [found])]


def dossier(kept: KeptLog, question_id: str) -> Dossier:
    """Return every entry about a question with its proof, also from members' logs. Raises NotInLogError.

    Raises DamagedError where an entry that may belong to it is damaged: half a dossier would mislead. For the
    same reason every entry is read, and no index is trusted.
    """
    kept = replace(kept, index=NoIndex())
    with kept.store.reading() as view:
        found = _all(kept, view, question_id)
        if left_out := damaged_after(view.log, found):
            raise damaged(left_out)
        own = [_proven(kept, view, each.number) for each in found]
    others = kept.others(question_id)
    keys = dict.fromkeys([kept.log.key, *(key for _, key in others)])
    entries = (*own, *(proven for proven, _ in others))
    return Dossier(question_id, entries, tuple(keys), tuple(kept.witnesses()))


def _story(kept: KeptLog, view: View, question_id: str) -> list[str]:
    found = _all(kept, view, question_id)
    proofs = _checked(kept, view, found)
    parts = [
        StoryPart(kept.log.origin, each.number, each.event, proof, name_of(view, each))
        for each, proof in zip(found, proofs, strict=True)
    ]
    for proven, key in kept.others(question_id):
        proof = proof_of_other(proven, key)
        parts.append(StoryPart(proven.origin, proven.receipt.index, decode(proven.entry), proof))
    left_out = damaged_after(view.log, found)
    warning = [f"{say_damaged(left_out)} What they say of it is left out. {REMEDY}"] if left_out else []
    return [f"Question {question_id}", *explain_question(parts), *warning]


def _all(kept: KeptLog, view: View, question_id: str) -> list[Found]:
    found = of_question(kept, view, question_id)
    if not found and (left_out := damaged_after(view.log, found)):
        raise damaged(left_out)
    if not found:
        raise NotInLogError(f"the log {kept.log.origin} says nothing of a question {question_id}")
    return found


def _found(kept: KeptLog, view: View, number: int) -> Found:
    if number >= whole(view).end:
        raise NotInLogError(f"the log {kept.log.origin} has no entry {number}")
    for found in read_events([(number, kept.log.entry(view.log, number))]):
        return found
    raise MalformedError(f"entry {number}", "of a kind that is not known here: a newer Safelane may read it")


def _who(view: View, found: Found) -> list[str]:
    name = name_of(view, found)
    return [] if name is None else [f"Who it was: {name} (an opening that fits the commitment)."]


def _proofs(kept: KeptLog, view: View, found: list[Found]) -> list[str]:
    return [
        f"Entry {each.number} of {kept.log.origin}: {proof}"
        for each, proof in zip(found, _checked(kept, view, found), strict=True)
    ]


def _checked(kept: KeptLog, view: View, found: list[Found]) -> list[str]:
    """Return each entry's proof in words, checked as an outsider would.

    Raises AuditError for a failed proof.
    """
    return [proof_of(kept, view, each.number) for each in found]


def proof_of(kept: KeptLog, view: View, number: int) -> str:
    """Return an entry's proof in words, checked as an outsider would. Raises AuditError."""
    receipt = receipt_of(kept, view, number)
    verified = receipt.verify(kept.log.entry(view.log, number), _policy(kept, 0))
    return say_proof(verified.checkpoint, verified.witnesses)


def proof_of_other(proven: ProvenEntry, key: VerifierKey) -> str:
    """What proves an entry of another log, by that log's key. Raises AuditError."""
    verified = proven.receipt.verify(proven.entry, Policy.of(Verifier(key)))
    return say_proof(verified.checkpoint, verified.witnesses)


def receipt_of(kept: KeptLog, view: View, number: int) -> Receipt:
    """Prove an entry under its first checkpoint with most witnesses' cosignatures, or with one, or with none.

    The newest checkpoint has no cosignature yet: the entry about this reading has just been appended.
    """
    names = len({key.name for key in kept.witnesses()})
    for quorum in sorted({names // 2 + 1, 1}, reverse=True):
        if quorum <= names:
            with suppress(QuorumError):
                return kept.log.witnessed_receipt(view.log, number, _policy(kept, quorum))
    return kept.log.receipt(view.log, number)


def _proven(kept: KeptLog, view: View, number: int) -> ProvenEntry:
    return ProvenEntry(kept.log.entry(view.log, number), receipt_of(kept, view, number))


def _policy(kept: KeptLog, quorum: int) -> Policy:
    witnesses = [CosignatureVerifier(key) for key in kept.witnesses()]
    return Policy.of(Verifier(kept.log.key), witnesses, quorum)
