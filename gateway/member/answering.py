"""A proven question is answered once: judged by the policy, read off the cube, logged, then sent.

The answer and the entry of the node's own log are one transaction. What is sent is what stands in the
outbox: an answer that got lost on the way is sent again, never made again.
"""

from audit.errors import AuditError
from audit.events import whole_second
from audit.merkle import leaf_hash
from gateway.member import entries
from gateway.member.context import Node
from gateway.member.cubes import CubeShelf, ReadyCube
from gateway.member.deciding import Verdict, decide_on
from gateway.member.errors import RepeatedError, UnprovenError
from gateway.member.model import PolicyInForce, Sent
from gateway.member.policies import trusted
from gateway.member.ports import UnitOfWork
from gateway.member.proving import ProvenQuestion, Witnessed, prove
from gateway.member.reading import Reading
from gateway.wire.answer import Answer, AskedEntry, Refusal
from gateway.wire.exchange import Delivery
from gateway.wire.signed import sign_answer


def answer(node: Node, shelf: CubeShelf, delivery: Delivery, witnessed: Witnessed) -> Sent:
    """Answer or refuse a delivered question, and log that; the result stands in the outbox.

    Raises:
        UnprovenError: the question is not proved to be logged; logged once for each such entry.
        RepeatedError: it was answered before; nothing is read, and the first answer stands.
    """
    try:
        proven = prove(delivery, node.member, witnessed)
    except UnprovenError:
        _reject(node, delivery, Refusal.NO_PROOF)
        raise
    shelf.refresh()
    with node.store.writing() as work:
        if work.sent(proven.event.question_id, proven.entry.index) is None:
            return _answer(node, shelf, work, proven)
    _reject(node, delivery, Refusal.REPEATED)
    raise RepeatedError(f"The question {delivery.question_id} was answered before.")


def _answer(node: Node, shelf: CubeShelf, work: UnitOfWork, proven: ProvenQuestion) -> Sent:
    now = whole_second(node.clock.now())  # as it is logged, so that the decision can be made again
    in_force, policy = trusted(node, work) or (None, None)
    cube = _cube(shelf, work, in_force)
    verdict = decide_on(node.dictionary, node.member, proven.event, policy=policy, cube=cube, at=now)
    made = _made(node, cube, in_force, proven, verdict)
    ready = None if cube is None else cube.index
    event, openings = entries.answered(node, proven, made, cube=ready, verdict=verdict, at=now)
    index = entries.record(node, work, event, openings)
    sent = Sent(
        question_id=made.question_id,
        asked_index=proven.entry.index,
        note=sign_answer(made, node.answer_signer),
        entry_index=index,
        cube_index=None if made.refusals else ready,
        acknowledged=False,
    )
    work.add_sent(sent, because=index)
    return sent


def _cube(shelf: CubeShelf, work: UnitOfWork, in_force: PolicyInForce | None) -> ReadyCube | None:
    """The cube in memory, if it is the newest there is: one that was replaced meanwhile must not answer."""
    cube = shelf.cube(in_force.version) if in_force else None
    return cube if cube is not None and cube.index == work.cube_entry() else None


def _made(
    node: Node,
    cube: ReadyCube | None,
    in_force: PolicyInForce | None,
    proven: ProvenQuestion,
    verdict: Verdict,
) -> Answer:
    """The answer, unsigned: a table, or the reasons why there is none."""
    reading = verdict.reading or Reading((), ())
    return Answer(
        question_id=proven.event.question_id,
        asked=AskedEntry(proven.entry.origin, proven.entry.index, proven.entry.leaf.hex()),
        member=node.member,
        policy=str(in_force.version) if in_force else None,
        snapshot=cube.snapshot.id if cube else None,
        snapshot_date=cube.snapshot.until.isoformat() if cube else None,
        axes=reading.axes,
        cells=reading.cells,
        refusals=verdict.refusals,
    )


def _reject(node: Node, delivery: Delivery, reason: Refusal) -> None:
    """Log what was refused unseen: once for each entry, so that nobody fills the log by repeating himself."""
    leaf = leaf_hash(reason.value.encode() + b"\n" + delivery.entry)
    with node.store.writing() as work:
        if work.rejected(leaf):
            return
        try:
            event = entries.rejected(node, delivery.question_id[:100], reason.value, node.clock.now())
        except AuditError:
            event = entries.rejected(node, "unreadable", reason.value, node.clock.now())
        work.add_rejected(leaf, because=entries.record(node, work, event, {}))
