"""What a node saw of the regional log, proved against what everybody can read, from the public tiles alone.

A hub that refuses one member, or proves nothing to it, cannot hide from it that its history was changed.
"""

from collections.abc import Callable

from audit.errors import AuditError
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.evidence import Evidence, evidence_from_tree
from audit.formats.merkle import root
from audit.formats.note import Note, Verifier
from audit.log.mirror import CheckedTiles
from gateway.member.node.context import Node
from gateway.member.region.log_exchange import region_keys, region_of
from gateway.watching.model import KeptEvidence
from gateway.watching.witnessing import is_convicted, keep_evidence

Resource = Callable[[str, int], bytes]
"""Returns a public resource of the regional log by its path, of at most so many bytes. Raises LinkError."""


def compare_with_public(node: Node, checkpoint: str, resource: Resource) -> KeptEvidence | None:
    """Compare the hub's public checkpoint with the one that this node has witnessed; keeps a contradiction.

    Of the same size: two roots are proof. Of a greater: the public tiles say which root the log had at the
    witnessed size; they are checked against the signed root first. A smaller one may be an old copy, and the
    next poll says. What the log did not sign is no proof against it, nor what a former key alone has signed
    (`Finding.FORMER_KEY`). Returns what is kept, if anything. Raises LinkError.
    """
    with node.store.reading() as view:
        seen = view.witness.latest(region_of(node))
        keys = region_keys(node, view)
        if seen is None or is_convicted(view.watch, seen):
            return None
    try:
        public = Note.parse(checkpoint)
        old = Checkpoint.parse(seen.text)
        new = open_checkpoint(public, [Verifier.parse(key) for key in keys.all])
        if new.size < old.size or old.size == 0 or (new.size, new.root) == (old.size, old.root):
            return None
        evidence = Evidence(seen, public)
        if new.size > old.size:
            nodes = CheckedTiles(new, resource).tree().nodes
            if root(old.size, nodes) == old.root:
                return None
            evidence = evidence_from_tree(seen, public, nodes)
        return keep_evidence(node.store.notes, evidence, keys, node.clock.now())
    except AuditError:
        # Not signed by the log, or tiles that its root does not cover: they prove nothing against it.
        return None
