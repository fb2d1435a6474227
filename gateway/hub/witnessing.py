"""Members as witnesses of the regional log: gathers their cosignatures, and hears their objections."""

from audit.errors import AuditError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import CosignatureVerifier
from audit.formats.note import Note, Signature, open_note
from gateway.hub.context import Hub
from gateway.hub.errors import PollRefusedError
from gateway.hub.log_exchange import witness_keys_of
from gateway.hub.ports import Notes
from gateway.wire.enrolment import Enrolment


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
