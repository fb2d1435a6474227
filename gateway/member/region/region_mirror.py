"""A node's mirror of the regional log, as files: the loss of the hub's disk ends nothing.

The mirror is such a directory as `safelane log export` writes (c2sp.org/tlog-tiles). What is fetched is
public, and is checked against a checkpoint that the log signed before a byte of it is written.
"""

from pathlib import Path

from audit.errors import ProofError
from audit.formats.checkpoint import Checkpoint, open_checkpoint
from audit.formats.merkle import root
from audit.formats.note import Note, Verifier
from audit.formats.vkey import VerifierKey
from audit.log.mirror import CheckedTiles, finish_mirror, grow_mirror, mirrored
from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink
from gateway.member.region.log_exchange import region_keys, region_of
from gateway.watching.keys import LOG, check_signs, enrolled_witnesses


def is_behind(node: Node, path: Path) -> bool:
    """Whether the node has cosigned more of the regional log than its mirror holds."""
    with node.store.reading() as view:
        seen = view.witness.latest(region_of(node))
    held = mirrored(path)
    return seen is not None and (held is None or Checkpoint.parse(seen.text).size > held.size)


def mirror_regional_log(node: Node, path: Path, link: HubLink) -> Checkpoint:
    """Bring the node's mirror of the regional log in `path` to the hub's public checkpoint; returns that.

    The checkpoint is signed by a key that is valid now, and extends both what the node has cosigned and what
    the mirror holds. Raises LinkError, OSError, or AuditError for what does not hold; then the mirror is as
    good as before, and what has been fetched so far is kept.
    """
    with node.store.reading() as view:
        seen = view.witness.latest(region_of(node))
        known, changes = region_keys(node, view), view.watch.key_changes(region_of(node))
        keys = known.valid
        witnesses = enrolled_witnesses([entry for _, entry in changes], "")
    note = Note.parse(link.public_checkpoint())
    new = open_checkpoint(note, [Verifier.parse(key) for key in keys])
    check_signs(LOG, known, changes, note, new.size)
    held = mirrored(path)
    tiles = CheckedTiles(new, link.public_resource, path, sparing=True)
    for earlier in (None if seen is None else Checkpoint.parse(seen.text), held):
        if earlier is not None:
            _check_extends(earlier, tiles)
    grow_mirror(tiles, path, 0 if held is None else held.size)
    signed = [key for key in map(VerifierKey.parse, keys) if any(line.is_by(key) for line in note.signatures)]
    finish_mirror(path, note, signed, [VerifierKey.parse(key) for key in witnesses])
    return new


def _check_extends(known: Checkpoint, tiles: CheckedTiles) -> None:
    new = tiles.checkpoint
    if known.size > new.size or (known.size and root(known.size, tiles.tree().nodes) != known.root):
        raise ProofError(
            f"the public log {new.origin} with {new.size} entries does not extend the {known.size} entries "
            "that this node has seen"
        )
