"""Approval of answers: questions wait with the exact answer to be sent, until people approve the answer.

An approval is a signature on exactly one answer. The answer is made again at the approval, in the same
transaction: if policy or cube have changed by then, the answer is another answer, without approvals. A
refused or late question is answered with the reason and nothing else.
"""

from dataclasses import dataclass, replace

from audit.events.event_values import EntryRef
from audit.events.events import decode, whole_second
from audit.events.question_events import ApprovalDecided, Asked
from audit.formats.commitment import commit
from audit.formats.merkle import leaf_hash
from gateway.member.answer.answering import Case, case_of, conclude, made, read_verdict
from gateway.member.answer.decision import Verdict
from gateway.member.answer.stating_bounds import state_bounds
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import NotWaitingError, SignatureRefusedError
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.model.waiting_question import SignedApproval, WaitingQuestion
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import UnitOfWork, View
from gateway.member.node.signed_statements import Act, check, digest, statement
from gateway.member.node.signing_keys import counting
from gateway.member.policy.publishing import REASON
from gateway.member.region.question_proof import ProvenQuestion
from gateway.wire.answer import Answer, Refusal
from gateway.wire.answer_text import answer_text


@dataclass(frozen=True)
class Pending:
    """A waiting question, the answer that would be sent now, and the people who have approved this answer."""

    waiting: WaitingQuestion
    asked: Asked
    answer: Answer
    approved_by: tuple[str, ...]
    case: Case
    verdict: Verdict


def queue(node: Node, cube_cache: CubeCache) -> list[Pending]:
    """Every waiting question, the oldest first."""
    cube_cache.refresh()
    with node.store.reading() as view:
        return [_pending(node, cube_cache, view, one) for one in view.waiting_questions()]


def find(node: Node, cube_cache: CubeCache, question_id: str) -> Pending:
    """Raises NotWaitingError."""
    cube_cache.refresh()
    with node.store.reading() as view:
        return _pending(node, cube_cache, view, _waiting(view, question_id))


def approval(node: Node, pending: Pending) -> str:
    """The statement to be signed to approve the present answer."""
    return statement(
        Act.APPROVE,
        node.member,
        question=pending.waiting.question_id,
        answer=digest(answer_text(pending.answer)),
    )


def refusal(node: Node, question_id: str, reason: str) -> str:
    """The statement to be signed to refuse a question."""
    return statement(Act.REFUSE, node.member, question=question_id, reason=digest(reason))


def approve(node: Node, cube_cache: CubeCache, question_id: str, note: str) -> SentAnswer | None:
    """Approve an answer. The answer is sent once enough people have approved, as the policy demands; None
    until then.

    As with any answer, bounds of its withheld cells go with it.

    Raises NotWaitingError, and SignatureRefusedError where the signature is not on the present answer.
    """
    cube_cache.refresh()
    sent = _approved_answer(node, cube_cache, question_id, note)
    if sent is not None:
        state_bounds(node, cube_cache, sent)
    return sent


def _approved_answer(node: Node, cube_cache: CubeCache, question_id: str, note: str) -> SentAnswer | None:
    with node.store.writing() as work:
        pending = _pending(node, cube_cache, work, _waiting(work, question_id))
        if pending.answer.refusals:
            return _end(node, work, pending)
        signed = check(note, approval(node, pending), counting(work))
        now = node.clock.now()
        for holder in signed.by:
            if holder.name not in {given.name for given in work.approvals(question_id)}:
                event = ApprovalDecided(question_id, node.member, holder.key, True, None, whole_second(now))
                index = log_entries.record(node, work, event, {})
                work.add_approval(SignedApproval(question_id, holder.name, note, now), because=index)
        pending = _pending(node, cube_cache, work, pending.waiting)
        if len(pending.approved_by) < pending.waiting.persons:
            return None
        return _end(node, work, pending)


def refuse(node: Node, cube_cache: CubeCache, question_id: str, note: str, reason: str) -> SentAnswer:
    """Refuse a question. The reason stays in the country; the recipient learns only that approval was
    refused.

    Raises NotWaitingError or SignatureRefusedError.
    """
    cube_cache.refresh()
    with node.store.writing() as work:
        pending = _pending(node, cube_cache, work, _waiting(work, question_id))
        signed = check(note, refusal(node, question_id, reason), counting(work))
        why = commit(REASON, reason.encode())
        now = whole_second(node.clock.now())
        event = ApprovalDecided(question_id, node.member, signed.by[0].key, False, why.commitment, now)
        log_entries.record(node, work, event, {REASON: why})
        refused = replace(pending.verdict, reading=None, refusals=(Refusal.NOT_APPROVED,))
        return _end(node, work, replace(pending, verdict=refused))


def end_late(node: Node, cube_cache: CubeCache) -> int:
    """End questions that have waited until no answer counts any more; returns their number."""
    now, ended = node.clock.now(), 0
    with node.store.reading() as view:
        late = [one for one in view.waiting_questions() if now > asked_of(one).late_until]
    for one in late:
        with node.store.writing() as work:
            if work.waiting(one.question_id) == one:
                _end(node, work, _pending(node, cube_cache, work, one))
                ended += 1
    return ended


def _waiting(view: View, question_id: str) -> WaitingQuestion:
    found = view.waiting(question_id)
    if found is None or found not in view.waiting_questions():
        raise NotWaitingError(
            f"No question {question_id} waits here.",
            remedy="`safelane member approvals list` says which do.",
        )
    return found


def _pending(node: Node, cube_cache: CubeCache, view: View, waiting: WaitingQuestion) -> Pending:
    asked = asked_of(waiting)
    proven = ProvenQuestion(asked, EntryRef(waiting.origin, waiting.asked_index, leaf_hash(waiting.entry)))
    case = case_of(node, cube_cache, view, proven)
    verdict = read_verdict(node, case)
    answer = made(node, view, case, verdict)
    pending = Pending(waiting, asked, answer, (), case, verdict)
    if answer.refusals:
        return pending
    return replace(pending, approved_by=_approved(node, view, pending))


def _approved(node: Node, view: View, pending: Pending) -> tuple[str, ...]:
    """The people with a valid approval of exactly this answer."""
    names = set()
    for given in view.approvals(pending.waiting.question_id):
        try:
            check(given.note, approval(node, pending), counting(view))
        except SignatureRefusedError:
            continue
        names.add(given.name)
    return tuple(sorted(names))


def asked_of(waiting: WaitingQuestion) -> Asked:
    """The question that waits, as the regional log has it."""
    event = decode(waiting.entry)
    assert isinstance(event, Asked)  # noqa: S101 - proved to be one before it was kept
    return event


def _end(node: Node, work: UnitOfWork, pending: Pending) -> SentAnswer:
    sent = conclude(node, work, pending.case, pending.verdict)
    work.end_waiting(pending.waiting.question_id, because=sent.entry_index)
    return sent
