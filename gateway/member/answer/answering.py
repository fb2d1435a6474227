"""Answers a proven question once: decided by the policy, read off the cube, logged, then sent.

The answer and the entry of the node's own log are one transaction. The node sends from its outbox: an answer
lost on the way is sent again, never made again.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from audit.errors import AuditError
from audit.events.event import whole_second
from audit.events.question_events import ApprovalAwaited
from audit.events.refusal_events import MessageFault, MessageKind
from audit.formats.merkle import leaf_hash
from gateway.member.answer import answer_entries
from gateway.member.answer.decision import Verdict, decide_on
from gateway.member.answer.quotas import charge, quotas_used
from gateway.member.cube.cube_cache import CubeCache, ReadyCube
from gateway.member.cube.cube_reading import Reading
from gateway.member.errors import RepeatedError, UnprovenError
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.policy_version import PolicyInForce
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.model.waiting_question import QuotaCharge, WaitingQuestion
from gateway.member.model.witnessed import Witnessed
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import UnitOfWork, View
from gateway.member.policy.policy_in_force import trusted
from gateway.member.region.question_proof import ProvenQuestion, prove
from gateway.watching.refused_messages import RefusedMessage
from gateway.wire.answer import Answer, AskedEntry, Quota, Refusal
from gateway.wire.answer_text import sign_answer
from gateway.wire.poll import Delivery
from gateway.wire.rows_counted import step_of
from gateway.wire.usage_terms import PassOn, Terms
from policies import Policy
from policies.model.terms import Approval


@dataclass(frozen=True)
class Case:
    """A proven question with all facts for its decision at one moment: whole seconds, as logged."""

    proven: ProvenQuestion
    in_force: PolicyInForce | None
    policy: Policy | None
    cube: ReadyCube | None
    at: datetime


def answer(node: Node, cube_cache: CubeCache, delivery: Delivery, witnessed: Witnessed) -> SentAnswer | None:
    """Answer or refuse a delivered question, and log the outcome; the message is in the outbox afterwards.

    Returns None when the question waits for approval (`gateway.member.answer.approval`). Raises:
        UnprovenError: the question is not proved to be logged; logged once for each such entry.
        RepeatedError: the question was answered before; nothing is read, and the first answer stays.
    """
    try:
        proven = prove(delivery, node.member, witnessed)
    except UnprovenError:
        hub, fault = node.hub_log.key.name, MessageFault.UNPROVED
        refused = RefusedMessage(hub, MessageKind.QUESTION, fault, delivery.as_json())
        log_entries.keep_refused(node, refused)
        _reject(node, delivery, Refusal.NO_PROOF)
        raise
    cube_cache.refresh()
    with node.store.writing() as work:
        if work.sent(proven.event.question_id, proven.entry.index) is None:
            if work.waiting(proven.event.question_id) is not None:
                return None
            return _answer(node, work, case_of(node, cube_cache, work, proven), delivery.entry)
    _reject(node, delivery, Refusal.REPEATED)
    raise RepeatedError(f"The question {delivery.question_id} was answered before.")


def case_of(node: Node, cube_cache: CubeCache, view: View, proven: ProvenQuestion) -> Case:
    """The question with the policy in force and its cube, if the newest cube.

    A cube replaced meanwhile must not answer.
    """
    now = whole_second(node.clock.now())  # as it is logged, so that the decision can be made again
    in_force, policy = trusted(node, view) or (None, None)
    cube = cube_cache.cube(in_force.version, in_force.above) if in_force else None
    if cube is not None and cube.index != view.cube_entry():
        cube = None
    return Case(proven, in_force, policy, cube, now)


def _answer(node: Node, work: UnitOfWork, case: Case, entry: bytes) -> SentAnswer | None:
    """Judge first, then charge, and only then read, or wait for a person."""
    judged = _decide(node, case, None)
    permitted = judged.refusals == (Refusal.NOT_READY,)
    if case.cube is None or not permitted or judged.decision is None or judged.decision.obligations is None:
        return conclude(node, work, case, judged)
    terms, asked = judged.decision.obligations, case.proven
    charged = QuotaCharge(asked.event.question_id, asked.entry.index, asked.event.organisation, case.at)
    if charge(work, charged, terms.quotas) is None:
        return conclude(node, work, case, replace(judged, refusals=(Refusal.QUOTA_USED_UP,)))
    if terms.approval is not Approval.AUTOMATIC:
        _wait(node, work, case, entry, _PERSONS[terms.approval])
        return None
    return conclude(node, work, case, read_verdict(node, case))


def read_verdict(node: Node, case: Case) -> Verdict:
    """The decision, with the cells of the cube if the policy permits the question."""
    return _decide(node, case, case.cube)


def _decide(node: Node, case: Case, cube: ReadyCube | None) -> Verdict:
    return decide_on(
        node.dictionary, node.member, case.proven.event, policy=case.policy, cube=cube, at=case.at
    )


def conclude(node: Node, work: UnitOfWork, case: Case, verdict: Verdict) -> SentAnswer:
    """Log and keep the answer: the end of the question at this node."""
    answer = made(node, work, case, verdict)
    ready = None if case.cube is None else case.cube.index
    event, openings = answer_entries.answered(
        node, case.proven, answer, cube=ready, verdict=verdict, at=case.at
    )
    index = log_entries.record(node, work, event, openings)
    sent = SentAnswer(
        question_id=answer.question_id,
        asked_index=case.proven.entry.index,
        note=sign_answer(answer, node.answer_signer),
        entry_index=index,
        cube_index=None if answer.refusals else ready,
        acknowledged=False,
    )
    work.add_sent(sent, because=index)
    return sent


def made(node: Node, view: View, case: Case, verdict: Verdict) -> Answer:
    """The answer, unsigned: a table, or the reasons why there is none."""
    reading = verdict.reading or Reading((), ())
    proven, cube = case.proven, case.cube
    return Answer(
        question_id=proven.event.question_id,
        asked=AskedEntry(proven.entry.origin, proven.entry.index, proven.entry.leaf.hex()),
        member=node.member,
        policy=case.in_force.label if case.in_force else None,
        snapshot=cube.snapshot.id if cube else None,
        snapshot_date=cube.snapshot.until.isoformat() if cube else None,
        axes=reading.axes,
        cells=reading.cells,
        refusals=verdict.refusals,
        quotas=_quotas(view, case, verdict),
        keep_days=_keep_days(verdict),
        terms=terms_of(verdict),
        perturbation=reading.perturbation,
        least_counted=None if cube is None or verdict.refusals else stated_share(cube.snapshot),
    )


def stated_share(loaded: LoadedSnapshot) -> int | None:
    """The share of rows that had to count, as recipients are told; None where nobody demanded any."""
    return None if loaded.least_counted is None else step_of(loaded.least_counted)


def _keep_days(verdict: Verdict) -> int | None:
    """For how long the policy lets the hub give a table again; nothing else is kept."""
    if verdict.reading is None or verdict.decision is None or verdict.decision.obligations is None:
        return 0
    return verdict.decision.obligations.hub_cache_days


def terms_of(verdict: Verdict) -> Terms | None:
    """What the deciding policy asks of the recipient of a table; None with a refusal."""
    if verdict.reading is None or verdict.decision is None or verdict.decision.obligations is None:
        return None
    asked = verdict.decision.obligations
    return Terms(asked.retention_days, PassOn(str(asked.redistribution)), asked.legal_basis)


def _quotas(view: View, case: Case, verdict: Verdict) -> tuple[Quota, ...]:
    """The requester's quotas when this question was charged, or refused for an exhausted quota."""
    if verdict.decision is None or verdict.decision.obligations is None:
        return ()
    organisation, limits = case.proven.event.organisation, verdict.decision.obligations.quotas
    charged = view.charge(case.proven.event.question_id)
    at = case.at if charged is None else charged.at
    return quotas_used(view, organisation, limits, at, upto=case.proven.entry.index)


def _wait(node: Node, work: UnitOfWork, case: Case, entry: bytes, persons: int) -> None:
    """Keep the question until a person has reviewed its answer."""
    asked, version = case.proven, case.in_force.label if case.in_force else "0"
    event = ApprovalAwaited(asked.event.question_id, node.member, asked.entry, version, persons, case.at)
    index = log_entries.record(node, work, event, {})
    work.add_waiting(
        WaitingQuestion(
            asked.event.question_id, asked.entry.index, asked.entry.origin, entry, persons, case.at, index
        ),
        because=index,
    )


_PERSONS = {Approval.ONE: 1, Approval.TWO: 2}


def _reject(node: Node, delivery: Delivery, reason: Refusal) -> None:
    """Log a rejected delivery: once for each entry, so that repetitions do not fill the log."""
    leaf = leaf_hash(reason.value.encode() + b"\n" + delivery.entry)
    with node.store.writing() as work:
        if work.rejected(leaf):
            return
        try:
            event = answer_entries.rejected(node, delivery.question_id[:100], reason.value, node.clock.now())
        except AuditError:
            event = answer_entries.rejected(node, "unreadable", reason.value, node.clock.now())
        work.add_rejected(leaf, because=log_entries.record(node, work, event, {}))
