"""The hub as a witness of every member's log: checkpoints must extend the witnessed log, entries are
followed, and what a member hands in counts only under the checkpoint witnessed last.

A member's signature under *some* checkpoint is not enough. A log that has forked, or that is never shown,
would be found out with a later call only, and its answer would be released by then.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from audit.errors import AuditError
from audit.events.question_events import Answered, Refused
from audit.events.refusal_events import MessageFault
from audit.events.search import event_of
from audit.formats.checkpoint import Checkpoint
from audit.formats.evidence import Evidence
from audit.formats.evidence_errors import SizeConflictError
from audit.formats.note import Note, Verifier
from audit.formats.vkey import VerifierKey
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from audit.witness.protocol import AddCheckpoint
from gateway.hub.context import Hub
from gateway.hub.errors import AnswerRefusedError, NotWitnessedError, PollRefusedError
from gateway.hub.ports import Notes, View
from gateway.watching.keys import LOG, WITNESS, KnownKeys, check_signs, is_about_keys, known_keys
from gateway.watching.witnessing import convicting, follow_excerpt, witness_checkpoint
from gateway.wire.enrolment import Enrolment
from gateway.wire.log_exchange import SeenLog, ShownLog
from gateway.wire.returned_log import ReturnedLog
from gateway.wire.signed_answer import SignedAnswer


def witness_member_log(hub: Hub, notes: Notes, member: Enrolment, shown: ShownLog | None) -> SeenLog:
    """Cosign and follow a member's log, as shown with a call; returns how much of the log the hub has seen.

    A log shown from another size than the hub's is ignored; the member shows the log from the right size next
    time. After a restore every log is ignored, and nothing signed, until this hub's own witnesses were heard.
    Raises AuditError for a log that was rolled back, forked or rewritten, or is signed by another key.
    """
    if shown is not None and not notes.recovery.awaited():
        _look(hub, notes, member, shown)
    origin = origin_of(member)
    latest = notes.witness.latest(origin)
    if latest is None:
        return SeenLog(0, notes.watch.copied(origin).size, None)
    own = next((str(s) for s in latest.signatures if s.is_by(hub.cosigner.key)), None)
    return SeenLog(Checkpoint.parse(latest.text).size, notes.watch.copied(origin).size, own)


def return_log(view: View, member: Enrolment, start: int) -> ReturnedLog:
    """What this hub keeps of a member's log from entry `start` on, for a node that was restored.

    Nobody's word is needed for it: the checkpoint is signed by the member itself, and so are the answers.
    """
    origin = origin_of(member)
    latest, leaves = view.witness.latest(origin), view.leaves.kept(origin, start)
    events = (event_of(leaf.entry) for leaf in leaves if leaf.entry is not None)
    asked = [event.question_id for event in events if isinstance(event, Answered | Refused)]
    answers = {named: view.answers(named).get(member.member) for named in asked}
    return ReturnedLog(
        None if latest is None else str(latest),
        start,
        tuple(leaves),
        {named: note for named, note in answers.items() if note is not None},
    )


def contradicted(member: Enrolment, error: AuditError) -> PollRefusedError:
    """The refusal for a member whose log contradicts itself."""
    return PollRefusedError(
        f"The log of {member.member} does not extend what this hub has seen of it: {error}.",
        remedy="Nothing is asked of this member until it does. Both operators should compare its log "
        "with its newest backup; `safelane log evidence` shows the two checkpoints.",
    )


def origin_of(member: Enrolment) -> str:
    """Name of the member's log."""
    return VerifierKey.parse(member.log_key).name


def log_keys_of(hub: Hub, view: View | Notes, member: Enrolment) -> KnownKeys:
    """The keys of the member's log: the key given at enrolment, and all keys announced since."""
    changes = [entry for _, entry in view.watch.key_changes(origin_of(member))]
    return known_keys(LOG, member.log_key, changes, hub.clock.now())


def witness_keys_of(hub: Hub, view: View | Notes, member: Enrolment) -> KnownKeys:
    """The keys that the member cosigns the regional log with."""
    changes = [entry for _, entry in view.watch.key_changes(origin_of(member))]
    return known_keys(WITNESS, member.witness_key, changes, hub.clock.now())


def about(member: str) -> Callable[[bytes], bool]:
    """A filter for the entries of the regional log that a member follows: its questions, their ends, and
    keys.

    Entries are canonical JSON, so that these bytes mean the same in every entry. One entry too many does no
    harm.
    """
    code = f'"{member}"'.encode()
    kinds = (b'"type":"asked"', b'"type":"released"', b'"type":"released-again"')

    def wanted(entry: bytes) -> bool:
        return is_about_keys(entry) or (code in entry and any(kind in entry for kind in kinds))

    return wanted


def _look(hub: Hub, notes: Notes, member: Enrolment, shown: ShownLog) -> None:
    note = Note.parse(shown.checkpoint)
    latest = notes.witness.latest(origin_of(member))
    keys = log_keys_of(hub, notes, member)
    if latest is not None and not _signed(latest, keys):
        # It lost its log and was enrolled anew: another key was compared by voice, and that was logged.
        notes.watch.begin_anew(origin_of(member))
        notes.leaves.forget(origin_of(member))
        latest = None
    checkpoint = Checkpoint.parse(note.text)
    if latest is None or latest.text != note.text:
        try:
            offered = AddCheckpoint(shown.old_size, shown.consistency, note)
            witness_checkpoint(notes, hub.cosigner, keys, offered, hub.clock.now())
        except SizeConflictError as conflict:
            if conflict.evidence is None:
                return
            raise
    if shown.excerpt is not None and follow_excerpt(notes, checkpoint.origin, shown.excerpt, checkpoint):
        notes.leaves.keep(checkpoint.origin, shown.excerpt.start, shown.excerpt.leaves)


def _signed(note: Note, keys: KnownKeys) -> bool:
    """Whether a witnessed checkpoint is signed by one of these keys."""
    return any(line.is_by(key) for key in map(VerifierKey.parse, keys.all) for line in note.signatures)


def check_receipt(hub: Hub, view: View, member: Enrolment, sent: SignedAnswer) -> None:
    """Check that the member's log, as this hub has witnessed it last, holds the entry handed in.

    To be called in the transaction that keeps what is handed in, and within `keeping_evidence`. Raises:
        AuditError: the receipt proves nothing.
        SizeConflictError: the receipt's checkpoint contradicts the witnessed one; both are evidence.
        NotWitnessedError: the receipt's checkpoint is not the witnessed one. The member shows its log with
            its next call, and hands in again what was not kept.
    """
    receipt = Receipt.parse(sent.receipt)
    keys = log_keys_of(hub, view, member)
    checkpoint = receipt.verify(sent.entry, Policy(tuple(map(Verifier.parse, keys.valid)))).checkpoint
    check_signs(LOG, keys, view.watch.key_changes(checkpoint.origin), receipt.checkpoint, checkpoint.size)
    latest = view.witness.latest(origin_of(member))
    if latest is not None and latest.text == receipt.checkpoint.text:
        return
    if latest is not None and Checkpoint.parse(latest.text).size == checkpoint.size:
        message = f"two checkpoints of {checkpoint.origin} of size {checkpoint.size} differ"
        raise SizeConflictError(message, checkpoint.size, Evidence(latest, receipt.checkpoint))
    raise NotWitnessedError(
        f"The proof is under a checkpoint of the log of {member.member} that this hub has not witnessed "
        "last.",
        remedy="Nothing was kept. The member shows its log with a call, and hands it in again.",
    )


@contextmanager
def keeping_evidence(hub: Hub, member: Enrolment) -> Iterator[None]:
    """Around the transaction of `check_receipt`: a log that contradicts itself is refused, and convicted."""
    try:
        with convicting(hub.store.notes, lambda: present_log_keys(hub, member), hub.clock.now()):
            yield
    except SizeConflictError as error:
        message = f"The log of {member.member} contradicts itself: {error}."
        raise AnswerRefusedError(message, fault=MessageFault.CONTRADICTION) from None


def present_log_keys(hub: Hub, member: Enrolment) -> KnownKeys:
    """As `log_keys_of`, in a transaction of its own."""
    with hub.store.reading() as view:
        return log_keys_of(hub, view, member)
