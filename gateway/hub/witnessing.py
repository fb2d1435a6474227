"""Members as witnesses of the regional log: gathers their cosignatures, and hears their objections."""

from collections.abc import Sequence

import structlog

from audit.errors import AuditError
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.cosignature import TIME_SIZE, CosignatureVerifier
from audit.formats.evidence import Evidence, Finding, evidence_from_tree
from audit.formats.merkle import root
from audit.formats.note import Note, Signature, Verifier, open_note
from audit.formats.tree import TiledTree
from audit.formats.vkey import VerifierKey
from gateway.hub.context import Hub
from gateway.hub.errors import PollRefusedError
from gateway.hub.log_exchange import witness_keys_of
from gateway.hub.ports import Notes, View
from gateway.watching.keys import LOG, KnownKeys, key_change, known_keys
from gateway.watching.model import KeptEvidence
from gateway.watching.witnessing import is_convicted, is_of_former_key, is_reported, keep_evidence
from gateway.wire.enrolment import Enrolment

log = structlog.get_logger()


def cosignature_of(hub: Hub, notes: Notes, member: Enrolment, text: str) -> tuple[int, Signature] | None:
    """The member's cosignature in a cosigned checkpoint of this log, and the checkpoint's size.

    None when the member's key has ended since: the member does not know yet of the end. Raises
    PollRefusedError for a signature of another key, or for another log than this hub has.
    """
    try:
        note = Note.parse(text)
        checkpoint = Checkpoint.parse(note.text)
        keys = witness_keys_of(hub, notes, member)
        (signed, *_) = open_note(note, map(CosignatureVerifier.parse, keys.all))
        own = next(s for s in note.signatures if s.is_by(signed))
        root = hub.log.root(notes.log, checkpoint.size)
    except (AuditError, StopIteration) as error:
        raise PollRefusedError(f"The cosignature of {member.member} does not hold: {error}.") from None
    if (checkpoint.origin, checkpoint.root) != (hub.log.origin, root):
        raise PollRefusedError(
            f"{member.member} has witnessed another log than this hub has.",
            remedy="The hub must not go on: compare the log with its witnesses and its backups.",
        )
    return (checkpoint.size, own) if str(signed) in keys.valid else None


def confirmed_by_another(checkpoint: Note, others: Sequence[Enrolment]) -> Note:
    """The checkpoint of this log for a member's call, with the newest cosignature of the `others` alone.

    It tells the member that what it sees is fresh. More it does not read: six cosignatures of ML-DSA-44 have
    20 kB, and a node calls three times a minute.
    """
    names = {VerifierKey.parse(other.witness_key).name for other in others}
    gathered = [line for line in checkpoint.signatures if line.name in names]
    own = [line for line in checkpoint.signatures if line.name == Checkpoint.parse(checkpoint.text).origin]
    newest = sorted(gathered, key=lambda line: line.signature[:TIME_SIZE])[-1:]
    return Note(checkpoint.text, (*own, *newest))


def keep_objection(hub: Hub, member: Enrolment, text: str) -> None:
    """Keep what a member shows that contradicts this log: a checkpoint that it signed, and does not extend.

    A longer log than this one is no fork: it was put back, and its newest backup has the rest. Both signed
    checkpoints are kept as a rollback, which the member reports, and no key proves.
    """
    with hub.store.reading() as view:
        keys = own_keys(hub, view)
        evidence = _contradiction(hub, view, text, keys)
    if evidence is not None:
        kept = keep_evidence(hub.store.notes, evidence, keys, hub.clock.now())
        log.error(
            "a member shows a checkpoint that this log does not extend",
            member=member.member,
            log=hub.log.origin,
            finding=kept.finding.value,
        )


def is_whole_again(hub: Hub, view: View, kept: KeptEvidence) -> bool:
    """Whether this log, once put back, holds all that a member had seen of it: its rollback is over."""
    if kept.origin != hub.log.origin or kept.finding is not Finding.ROLLBACK:
        return False
    seen = Checkpoint.parse(Evidence.parse(kept.bundle).first.text)
    try:
        return hub.log.root(view.log, seen.size) == seen.root
    except AuditError:
        return False


def own_keys(hub: Hub, view: View) -> KnownKeys:
    """The keys of the regional log itself, as far as its own entries name them."""
    changes = [entry for _, entry in view.watch.key_changes(hub.log.origin)]
    firsts = [c.former for c in map(key_change, changes) if c is not None and c.use == LOG and c.former]
    first = firsts[0] if firsts else str(hub.log.key)
    return known_keys(LOG, first, changes, hub.clock.now())


def _contradiction(hub: Hub, view: View, text: str, keys: KnownKeys) -> Evidence | None:
    try:
        shown = Note.parse(text)
        old = open_checkpoint(shown, [Verifier.parse(key) for key in keys.all])
        present = hub.log.checkpoint(view.log)
        new = Checkpoint.parse(present.text)
        if old.size > new.size:
            return None if is_reported(view.watch, shown) else Evidence(shown, present)
        if old.size == 0 or is_convicted(view.watch, shown) or is_of_former_key(view.watch, shown):
            return None
        nodes = TiledTree(new.size, view.log.read_tiles).nodes
        if root(old.size, nodes) == old.root:
            return None
        return Evidence(shown, present) if old.size == new.size else evidence_from_tree(shown, present, nodes)
    except AuditError:
        return None  # nothing that this log has signed
