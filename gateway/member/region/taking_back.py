"""A node that was restored from a backup takes back from the hub what its log had signed since the backup.

The hub keeps every leaf of the log as it followed it: answers, refusals and entries about keys in full, of
other entries the hash. Its word is not needed: the leaves must lead to a checkpoint that the node has signed,
the answers are notes under the node's own key, and what the regional log says of this node must fit. A hub
that gives back less than it has seen would have to hide what it has released, from the other members too: so
nothing counts, and nothing of the regional log is cosigned, before another member has confirmed it since the
restore: the node has forgotten what it cosigned after its backup, and could be led to cosign another history.
Where nobody else can confirm it, as when a whole region was restored, the operator says so. What the hub has
not released it could hide: a question that was put to the node before the loss, and of which there is no
answer, counts as answered by what is lost.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from audit.errors import AuditError, MalformedError, SignatureError
from audit.events.event import whole_second
from audit.events.events import encode
from audit.events.question_events import Answered, Asked, Refused, Released
from audit.events.recovery_events import LogRestored, RegionUnconfirmed
from audit.events.search import event_of
from audit.formats.checkpoint import Checkpoint
from audit.formats.merkle import leaf_hash
from audit.formats.note import Note
from audit.log.checked_reading import as_stored
from audit.log.excerpt import RevealedLeaf
from audit.log.storage_check import entries_or_none
from gateway.member.errors import LinkError, NotRestoredError, ReasonError
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.model.waiting_question import QuotaCharge
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink, UnitOfWork, View
from gateway.member.region.log_exchange import confirmed_at, other_witnesses, receive_reply, region_of
from gateway.watching.keys import key_change
from gateway.watching.recovering import Loss
from gateway.wire.answer import AnswerError
from gateway.wire.answer_text import open_answer
from gateway.wire.poll import Poll, PollReply

HUB = "hub"
"""The name of the hub among the witnesses that a restored node waits for."""

Leaves = Mapping[int, RevealedLeaf]
"""Leaves of the node's own log, by number."""


@dataclass(frozen=True)
class GivenBack:
    """What the hub has given back: the node's own newest checkpoint, the leaves up to it, and the notes of
    answers among them, by question.
    """

    checkpoint: Note
    leaves: Leaves
    answers: Mapping[str, str]


def is_recovering(view: View) -> bool:
    """Whether the node was restored, and has not yet taken back and recorded everything."""
    return (
        HUB in view.recovery.awaited()
        or view.unconfirmed.reason() is not None
        or any(loss.because is None for loss in view.recovery.losses())
    )


def go_on_unconfirmed(node: Node, reason: str) -> None:
    """Let a restored node cosign the regional log though no other member has confirmed it.

    Logged as soon as the node's log may grow. Raises NotRestoredError for a node that waits for nobody, and
    ReasonError for a reason that no entry can hold: the node would wait for ever to log it.
    """
    now = node.clock.now()
    try:
        encode(RegionUnconfirmed(node.member, reason, whole_second(now)))
    except AuditError as error:
        raise ReasonError(
            f"The log cannot keep this reason: {error}.", remedy="Say it in one line."
        ) from None
    with node.store.notes() as notes:
        if HUB not in notes.recovery.awaited():
            raise NotRestoredError(
                "This node was not restored, or has heard its hub since.", remedy="Nothing was changed."
            )
        notes.unconfirmed.give(reason, now)


def recover(node: Node, link: HubLink) -> None:
    """Go on with taking the log back, as far as one call to the hub leads.

    An interruption loses nothing: the log is taken back in one transaction, and what follows from it in
    another. Raises LinkError where the hub is away, or where what it gives back does not hold.
    """
    with node.store.reading() as view:
        awaited = HUB in view.recovery.awaited()
    if awaited:
        _hear_hub(node, link)
    with node.store.reading() as view:
        losses = [loss for loss in view.recovery.losses() if loss.because is None]
        waits = HUB in view.recovery.awaited()
        unconfirmed = view.unconfirmed.reason()
    if unconfirmed is not None and not waits:
        _record_unconfirmed(node, unconfirmed)
    for loss in losses:
        if not waits:
            _record(node, loss, _given_back(node, link, loss.start).answers if loss.known else {})


def _hear_hub(node: Node, link: HubLink) -> None:
    """Call without showing the log, which is shorter than what the hub has seen; then take back the rest."""
    with node.store.reading() as view:
        latest, copied = view.witness.latest(region_of(node)), view.watch.copied(region_of(node))
    seen_size = 0 if latest is None else Checkpoint.parse(latest.text).size
    call = Poll(seen_size, None if latest is None else str(latest), None, 0.0, copied.size)
    reply = link.poll(call)
    _check_confirmed(node, reply)
    witnessed = receive_reply(node, call, reply)
    with node.store.reading() as view:
        followed = view.watch.copied(region_of(node)).size
        own = view.log.latest_checkpoint()
    if reply.seen_log is None:
        raise LinkError("The hub does not say how much it has seen of this node's log.")
    if followed < witnessed.checkpoint.size:
        return  # the next calls bring the rest of the regional log
    size = 0 if own is None else own.size
    if reply.seen_log.size <= size:
        _check_region(node, size, {})
        hidden = _may_be_hidden(node, {})
        with node.store.notes() as notes:
            if hidden:
                notes.recovery.keep_loss(Loss(size, size, 0, certain=False, at=node.clock.now()))
            notes.recovery.heard(HUB)
        return
    _take_back(node, size, _given_back(node, link, size))


def _check_confirmed(node: Node, reply: PollReply) -> None:
    """Raise LinkError unless another member has seen the regional log as it is now, where there are others.

    Else a hub could show a state of before, with none of the questions that this node has answered since, or
    another history than the one that this node has cosigned since.
    """
    with node.store.notes() as notes:
        since = notes.recovery.since()
        if since is None or notes.unconfirmed.reason() is not None or not other_witnesses(node, notes):
            return
        confirmed = confirmed_at(node, notes, Note.parse(reply.checkpoint))
    if confirmed < whole_second(since):
        raise LinkError(
            "This node was restored, and no other member has confirmed the regional log since.",
            remedy="It goes on by itself when one has called the hub. Nothing is cosigned or answered until "
            "then. Where all members were restored together, one of them begins: safelane member go-on.",
        )


def _given_back(node: Node, link: HubLink, start: int) -> GivenBack:
    """All that the hub gives back from entry `start` on, up to a checkpoint that the node itself signed."""
    piece = link.own_log(start)
    if piece.checkpoint is None:
        raise _not_whole("it gives back nothing")
    try:
        note = Note.parse(piece.checkpoint)
        size = node.log.opened(note).size
    except MalformedError as error:
        raise _not_whole(str(error)) from None
    except SignatureError:
        raise LinkError(
            "The key of this node's log was changed after the backup, and the backup holds the former key.",
            remedy="Restore a newer backup. If there is none, this log cannot go on: see "
            "docs/how-to/back-up-and-restore.md.",
        ) from None
    leaves: dict[int, RevealedLeaf] = {}
    answers: dict[str, str] = {}
    while True:
        if piece.start != start + len(leaves) or not piece.leaves or piece.checkpoint is None:
            raise _not_whole(f"entry {start + len(leaves)} is missing")
        leaves |= enumerate(piece.leaves, piece.start)
        answers |= piece.answers
        if start + len(leaves) >= size:
            return GivenBack(note, leaves, answers)
        piece = link.own_log(start + len(leaves))


def _not_whole(reason: str) -> LinkError:
    return LinkError(
        f"The hub cannot give back what it has seen of this node's log: {reason}.",
        remedy="Restore a newer backup. If there is none, this log cannot go on: see "
        "docs/how-to/back-up-and-restore.md.",
    )


def _take_back(node: Node, size: int, given: GivenBack) -> None:
    """Bring the log to its state of before the loss, once everything was checked; nothing is signed."""
    known = {number: leaf.entry for number, leaf in given.leaves.items() if leaf.entry is not None}
    if any(key_change(entry) for entry in known.values()):
        raise LinkError(
            "Keys of this node's log were changed after the backup, and the backup holds the former ones.",
            remedy="Restore a newer backup. If there is none, this log cannot go on: see "
            "docs/how-to/back-up-and-restore.md.",
        )
    _check_region(node, size + len(given.leaves), given.leaves)
    now = node.clock.now()
    ordered = [given.leaves[number].leaf for number in sorted(given.leaves)]
    certain = _is_certain(given.leaves, size) and not _may_be_hidden(node, given.leaves)
    loss = Loss(size, size + len(ordered), len(known), certain, now)
    try:
        with node.store.notes() as notes:
            growth = node.log.regrowth(notes.log, ordered, given.checkpoint, int(now.timestamp()))
            notes.log.regrow(growth, sorted(known.items()))
            notes.recovery.keep_loss(loss)
            notes.recovery.heard(HUB)
    except AuditError as error:
        raise LinkError(
            f"What the hub gives back is not what this node has signed: {error}.",
            remedy="Nothing was taken back, and nothing is answered. Tell the hub's operator and the other "
            "members.",
        ) from None


def _is_certain(leaves: Leaves, size: int) -> bool:
    """Whether all entries are refusals, or answers from cubes that the backup holds."""
    events = [None if leaf.entry is None else event_of(leaf.entry) for leaf in leaves.values()]
    return all(
        isinstance(event, Refused) or (isinstance(event, Answered) and event.cube < size) for event in events
    )


def _may_be_hidden(node: Node, leaves: Leaves) -> bool:
    """Whether a question was put to this node, before its state was lost, of which it has no answer now."""
    events = [None if leaf.entry is None else event_of(leaf.entry) for leaf in leaves.values()]
    answered = {event.asked.index for event in events if isinstance(event, Answered | Refused)}
    with node.store.reading() as view:
        until = view.recovery.lost_at() or view.recovery.since()
        for number, entry in view.watch.copied_entries(region_of(node)):
            event = event_of(entry)
            if (
                isinstance(event, Asked)
                and node.member in event.members
                and number not in answered
                and (until is None or event.asked_at <= until)
                and view.sent(event.question_id, number) is None
            ):
                return True
    return False


def _check_region(node: Node, size: int, leaves: Leaves) -> None:
    """Raise LinkError where the regional log names entries of this node's log that are not these, or where
    these answer questions that the regional log does not hold.
    """
    with node.store.reading() as view:
        regional = dict(view.watch.copied_entries(region_of(node)))
    for number, entry in regional.items():
        for named, leaf in _named(node, entry):
            given = leaves.get(named)
            if named >= size or (given is not None and (given.leaf != leaf or given.entry is None)):
                raise _other_log(
                    f"entry {number} of the regional log names entry {named} of this node's log, and that is "
                    "not given back"
                )
    for number, taken in leaves.items():
        event = None if taken.entry is None else event_of(taken.entry)
        if isinstance(event, Answered | Refused):
            asked = regional.get(event.asked.index)
            if asked is not None and leaf_hash(asked) != event.asked.leaf:
                raise _other_log(f"entry {number} answers another question than the regional log holds")


def _named(node: Node, entry: bytes) -> Sequence[tuple[int, bytes]]:
    """The entries of this node's log that an entry of the regional log names, with their hashes."""
    event = event_of(entry)
    outcomes = event.outcomes if isinstance(event, Released) else ()
    refs = [outcome.entry for outcome in outcomes if outcome.member == node.member]
    return [(ref.index, ref.leaf) for ref in refs if ref is not None and ref.origin == node.log.origin]


def _other_log(reason: str) -> LinkError:
    return LinkError(
        f"The hub and the regional log contradict each other: {reason}.",
        remedy="Nothing was taken back, and nothing is answered. Tell the hub's operator and the other "
        "members.",
    )


def _record_unconfirmed(node: Node, reason: str) -> None:
    """Log that the node went on by its operator's word alone."""
    with node.store.writing() as work:
        event = RegionUnconfirmed(node.member, reason, whole_second(node.clock.now()))
        work.unconfirmed.explain(because=log_entries.record(node, work, event, {}))


def _record(node: Node, loss: Loss, answers: Mapping[str, str]) -> None:
    """Log the loss, and keep what follows from the entries that are there again: no question is answered a
    second time, and quotas stay used.
    """
    with node.store.writing() as work:
        lost = entries_or_none(as_stored(work.log), loss.start, loss.stop)
        held = [(number, entry) for number, entry in enumerate(lost, loss.start) if entry is not None]
        event = LogRestored(
            node.member,
            loss.start,
            loss.stop - loss.start,
            loss.known,
            loss.certain,
            whole_second(node.clock.now()),
        )
        because = log_entries.record(node, work, event, {})
        for number, entry in held:
            answered = event_of(entry)
            if isinstance(answered, Answered | Refused):
                _keep_answer(node, work, (number, answered), answers.get)
        work.recovery.explain_loss(loss, because=because)


def _keep_answer(
    node: Node,
    work: UnitOfWork,
    logged: tuple[int, Answered | Refused],
    note_of: Callable[[str], str | None],
) -> None:
    number, event = logged
    named = event.question_id
    if work.sent(named, event.asked.index) is not None:
        return
    cube = event.cube if isinstance(event, Answered) else None
    note = _own_note(node, named, note_of(named))
    work.add_sent(SentAnswer(named, event.asked.index, note, number, cube, acknowledged=True), because=number)
    if isinstance(event, Answered) and work.charge(named) is None:
        work.add_charge(QuotaCharge(named, event.asked.index, event.organisation, event.at))
    if work.waiting(named) is not None:
        work.end_waiting(named, because=number)


def _own_note(node: Node, question_id: str, note: str | None) -> str:
    """The note of an answer if this node signed it for this question; empty where the hub has none."""
    try:
        if note is not None and open_answer(note, node.answer_signer.verifier).question_id == question_id:
            return note
    except AnswerError:
        pass
    return ""
