"""A node as a witness of the regional log: follows the entries about the node, and shows its own log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from audit.errors import AuditError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import CosignatureVerifier, cosigned_at
from audit.formats.note import Note, Signature, Verifier
from audit.log.checked_reading import as_stored
from audit.log.excerpt import excerpt
from audit.witness.protocol import AddCheckpoint
from gateway.member.errors import LinkError
from gateway.member.model.witnessed import Witnessed
from gateway.member.node.context import Node
from gateway.member.node.hub_cosignatures import hub_witness_keys
from gateway.member.node.log_entries import keep_refused
from gateway.member.node.ports import Notes, View
from gateway.watching.clocks import TOLERANCE
from gateway.watching.keys import (
    LOG,
    KnownKeys,
    enrolled_witnesses,
    is_about_keys,
    known_keys,
)
from gateway.watching.model import SeenByHub
from gateway.watching.refused_messages import contradiction
from gateway.watching.witnessing import convicting, follow_excerpt, witness_checkpoint
from gateway.wire.log_exchange import SeenLog, ShownLog
from gateway.wire.poll import Poll, PollReply


def show(node: Node, view: View, wait: float) -> Poll:
    """The node's poll: how much of the regional log it has seen, and its own log from the size known to the
    hub.
    """
    latest = view.witness.latest(region_of(node))
    seen = view.watch.seen_by_hub()
    checkpoint = view.log.latest_checkpoint()
    shown = None if checkpoint is None else _shown(node, view, checkpoint.note, checkpoint.size, seen)
    return Poll(
        seen_size=0 if latest is None else Checkpoint.parse(latest.text).size,
        cosignature=None if latest is None else str(latest),
        log=shown,
        # While the hub lacks more of our log than fits a call, the next call must not wait.
        wait=wait if shown is None or shown.excerpt is None or not shown.excerpt.proof else 0.0,
        copied=view.watch.copied(region_of(node)).size,
    )


def region_of(node: Node) -> str:
    """Name of the regional log."""
    return node.hub_log.key.name


def region_keys(node: Node, view: View | Notes) -> KnownKeys:
    """The keys of the regional log: the key compared by voice, and the keys announced since."""
    changes = [entry for _, entry in view.watch.key_changes(region_of(node))]
    return known_keys(LOG, str(node.hub_log.key), changes, node.clock.now())


def receive_reply(
    node: Node, call: Poll, reply: PollReply, also: Callable[[Notes], None] = lambda _: None
) -> Witnessed:
    """Take in a reply: cosign the hub's checkpoint if it extends the witnessed log, copy the excerpt of the
    regional log, and keep how much the hub has seen of our log. All in one transaction with the notes of
    `also`, durable on return.

    Raises LinkError as `witness_regional` does, or for an excerpt of another log than the witnessed log.
    """
    with _witnessing(node, reply.checkpoint), node.store.notes() as notes:
        also(notes)
        witnessed = _witness(node, notes, call.seen_size, reply.checkpoint, reply.consistency)
        fault = _follow(node, notes, reply, witnessed)
        if fault is None and reply.seen_log is not None:
            grown = witnessed.checkpoint.size > call.seen_size
            _remember(node, notes, reply.seen_log, None if grown else Note.parse(reply.checkpoint))
    if fault is not None:  # the checkpoint that came with it is kept all the same: the hub has signed it
        raise LinkError(
            f"What the hub tells of the regional log does not stand in it: {fault}.",
            remedy="No question is answered until it does. Tell the hub's operator.",
        )
    return witnessed


def witness_regional(node: Node, seen_size: int, checkpoint: str, proof: tuple[bytes, ...]) -> Witnessed:
    """Cosign the hub's checkpoint if it extends the witnessed log; durable on return.

    Raises LinkError for a log that was rolled back, forked or rewritten: nothing under such a checkpoint is
    answered, and the two signed checkpoints are kept as evidence.
    """
    with _witnessing(node, checkpoint), node.store.notes() as notes:
        return _witness(node, notes, seen_size, checkpoint, proof)


@contextmanager
def _witnessing(node: Node, checkpoint: str) -> Iterator[None]:
    """Around a transaction that witnesses the regional log by a checkpoint: keeps evidence, logs the refusal,
    and reports the fault.
    """
    try:
        with convicting(node.store.notes, lambda: _region_keys(node), node.clock.now()):
            yield
    except AuditError as error:
        keep_refused(node, contradiction(region_of(node), error, {"checkpoint": checkpoint}))
        raise LinkError(
            f"The regional log does not extend what {node.member} has seen of it: {error}.",
            remedy="No question is answered until it does. Tell the hub's operator and the other members; "
            "`safelane log evidence` shows what was kept.",
        ) from None


def _region_keys(node: Node) -> KnownKeys:
    with node.store.reading() as view:
        return region_keys(node, view)


def _witness(
    node: Node, notes: Notes, seen_size: int, checkpoint: str, proof: tuple[bytes, ...]
) -> Witnessed:
    keys = region_keys(node, notes)
    offered = AddCheckpoint(seen_size, proof, Note.parse(checkpoint))
    witnessed = witness_checkpoint(notes, node.cosigner, keys, offered, node.clock.now())
    return Witnessed(witnessed, tuple(map(Verifier.parse, keys.valid)))


def check_not_shorter(node: Node, seen_size: int, public: str) -> None:
    """Keep the hub's public checkpoint as evidence, if it is not above the checkpoint shown to this node.

    A rolled-back hub says so itself when called. Raises LinkError as `witness_regional` does.
    """
    try:
        size = Checkpoint.parse(Note.parse(public).text).size
    except AuditError:
        return
    if size <= seen_size:
        witness_regional(node, seen_size, public, ())


def _follow(node: Node, notes: Notes, reply: PollReply, witnessed: Witnessed) -> AuditError | None:
    """Copy the excerpt of the regional log; or return its fault."""
    if reply.excerpt is not None:
        try:
            follow_excerpt(notes, region_of(node), reply.excerpt, witnessed.checkpoint)
        except AuditError as error:
            return error
    return None


def _remember(node: Node, notes: Notes, seen_log: SeenLog, unchanged: Note | None) -> None:
    """Keep the hub's cosignature, once verified, so that receipts of our log carry the cosignature.

    `unchanged`: the checkpoint of a regional log that has not grown; fresh if others confirm it.
    """
    now = node.clock.now()
    line = _cosignature(node, notes, seen_log)
    seen = notes.watch.seen_by_hub()
    fresh = now
    if unchanged is not None and seen is not None:
        # A time that has not come was noted under a clock that was set back since: it would count for years.
        known = seen.fresh_at if seen.fresh_at <= now else datetime.fromtimestamp(0, UTC)
        fresh = max(known, confirmed_at(node, notes, unchanged))
    notes.watch.keep_seen_by_hub(SeenByHub(seen_log.size, seen_log.copied, now, fresh))
    if line is not None:
        notes.log.add_cosignatures(seen_log.size, [line])


def _cosignature(node: Node, notes: Notes, seen_log: SeenLog) -> Signature | None:
    """The hub's signature line, if valid for our log's checkpoint at the given size; other lines are
    dropped.
    """
    keys = hub_witness_keys(node, notes)
    if keys is None or seen_log.cosignature is None:
        return None
    try:
        text = str(Checkpoint(node.log.origin, seen_log.size, node.log.root(notes.log, seen_log.size)))
        line = Signature.parse(seen_log.cosignature)
        for verifier in map(CosignatureVerifier.parse, keys.valid):
            if line.is_by(verifier.key):
                verifier.verify(text, line.signature)
                return line
    except AuditError:
        return None
    return None


def other_witnesses(node: Node, view: View | Notes) -> list[CosignatureVerifier]:
    """The other members' witness keys, as the regional log says."""
    entries = [entry for _, entry in view.watch.key_changes(region_of(node))]
    return [CosignatureVerifier.parse(key) for key in enrolled_witnesses(entries, node.member)]


def confirmed_at(node: Node, view: Notes, checkpoint: Note) -> datetime:
    """When another member last confirmed this checkpoint, but no later than now.

    A time that has not come does not count: whoever states one would confirm the checkpoint for ever.
    """
    latest, now = 0, node.clock.now()
    for verifier in other_witnesses(node, view):
        try:
            stated = cosigned_at(checkpoint, verifier)
        except AuditError:
            continue
        if stated <= (now + TOLERANCE).timestamp():
            latest = max(latest, stated)
    return datetime.fromtimestamp(min(latest, now.timestamp()), UTC)


def _shown(node: Node, view: View, checkpoint: str, size: int, seen: SeenByHub | None) -> ShownLog:
    """Our checkpoint with its proof from the size known to the hub, if our log has so many entries."""
    old = seen.size if seen is not None and seen.size <= size else 0
    copied = seen.copied if seen is not None and seen.copied <= size else 0
    return ShownLog(
        checkpoint,
        old,
        tuple(node.log.consistency(view.log, old, size)),
        excerpt(node.log, as_stored(view.log), copied, size, _is_for_hub),
    )


def _is_for_hub(entry: bytes) -> bool:
    """Whether the hub gets an entry in full: answers, refusals and keys. Of other entries the hub gets the
    hash.
    """
    return is_about_keys(entry) or b'"type":"answered"' in entry or b'"type":"refused"' in entry
