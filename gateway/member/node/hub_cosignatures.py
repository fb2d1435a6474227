"""What the hub has cosigned of a node's own log."""

from audit.errors import AuditError
from audit.formats.cosignature import CosignatureVerifier, cosigned_at
from audit.formats.note import Note
from gateway.member.node.context import Node
from gateway.member.node.ports import Notes, View
from gateway.watching.keys import WITNESS, KnownKeys, announced_keys


def hub_witness_keys(node: Node, view: View | Notes) -> KnownKeys | None:
    """The keys with which the hub cosigns our log, as announced in the regional log; None before the
    announcement.
    """
    changes = [entry for _, entry in view.watch.key_changes(node.hub_log.key.name)]
    return announced_keys(WITNESS, changes, node.clock.now())


def is_witnessed(node: Node, view: View, entry: int) -> bool:
    """Whether the hub has cosigned a checkpoint of our log that holds this entry.

    A node that was put back has no such cosignature for what it logs anew: the hub cosigns only what extends
    all that it has seen.
    """
    keys = hub_witness_keys(node, view)
    verifiers = [] if keys is None else list(map(CosignatureVerifier.parse, keys.valid))
    for signed in view.log.cosigned_checkpoints(entry + 1):
        note = Note.parse(signed.note).with_signatures(view.log.cosignatures(signed.size))
        if any(_cosigned(note, verifier) for verifier in verifiers):
            return True
    return False


def _cosigned(note: Note, verifier: CosignatureVerifier) -> bool:
    try:
        cosigned_at(note, verifier)
    except AuditError:
        return False
    return True
