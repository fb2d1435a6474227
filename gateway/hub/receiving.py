"""Receives a member's answer: kept only if signed by the member, about this question, and logged by the
member.
"""

from audit.errors import AuditError
from audit.events.event_values import EntryRef
from audit.events.events import decode
from audit.events.question_events import Answered, Refused
from audit.events.refusal_events import MessageFault, MessageKind
from audit.formats.commitment import Opening
from audit.formats.evidence_errors import SizeConflictError
from audit.formats.merkle import leaf_hash
from audit.formats.note import Verifier
from gateway.hub.context import Hub
from gateway.hub.entries import keep_refused
from gateway.hub.errors import AlreadyAnsweredError, AnswerRefusedError, TooLateError, UnknownQuestionError
from gateway.hub.log_exchange import check_receipt, keeping_evidence
from gateway.hub.model import AskedQuestion
from gateway.hub.ports import View
from gateway.watching.refused_messages import RefusedMessage
from gateway.wire.answer import Answer, AnswerError
from gateway.wire.answer_text import ANSWER, open_answer
from gateway.wire.enrolment import Enrolment
from gateway.wire.poll import SignedAnswer


def receive(hub: Hub, member: Enrolment, sent: SignedAnswer) -> AskedQuestion:
    """Keep an answer or a refusal.

    Raises:
        AnswerRefusedError: the signature, the member's log entry or the proof of it does not hold, or the
            answer is to another entry than the one that asked.
        UnknownQuestionError: this member was not asked.
        NotWitnessedError: the member's log was not shown so far yet; the member hands the answer in again.
        AlreadyAnsweredError: the first answer stands.
        TooLateError: no answer counts any more.
    """
    try:
        return _received(hub, member, sent)
    except (AnswerRefusedError, UnknownQuestionError) as error:
        fault = error.fault if isinstance(error, AnswerRefusedError) else MessageFault.ABOUT_ANOTHER
        if fault is not None:
            question = _question_of(hub, member, sent)
            message = sent.as_json()
            keep_refused(hub, RefusedMessage(member.member, MessageKind.ANSWER, fault, message, question))
        raise


def _received(hub: Hub, member: Enrolment, sent: SignedAnswer) -> AskedQuestion:
    try:
        answer = open_answer(sent.note, Verifier.parse(member.answer_key))
    except AnswerError as error:
        raise AnswerRefusedError(error.message, fault=MessageFault.UNSIGNED) from None
    with keeping_evidence(hub, member), hub.store.writing() as work:
        asked = work.question(answer.question_id)
        if asked is None or member.member not in asked.members or answer.member != member.member:
            raise UnknownQuestionError(f"{member.member} was not asked this question.")
        _check_asked(hub, work, asked, answer)
        _check_logged(hub, work, member, answer, sent)
        if member.member in work.released_in(asked.id):  # by member, and without the answers' texts
            raise AlreadyAnsweredError(f"{member.member} has answered this question before.")
        now = hub.clock.now()
        if now > asked.late_until:
            raise TooLateError("The question is closed; what has come until then was released.")
        waited = member.member in work.waiting(asked.id)
        work.add_answer(asked.id, member.member, sent, now, because=asked.asked_index)
    # Askers see which members wait for approval; other answers show with the release.
    (hub.notifier if waited else hub.answer_notifier).notify()
    return asked


def _question_of(hub: Hub, member: Enrolment, sent: SignedAnswer) -> str | None:
    """The question put to the member that a refused answer of the member's names, if any."""
    try:
        named = open_answer(sent.note, Verifier.parse(member.answer_key)).question_id
    except AnswerError:
        return None
    with hub.store.reading() as view:
        asked = view.question(named)
    return named if asked is not None and member.member in asked.members else None


def _check_asked(hub: Hub, view: View, asked: AskedQuestion, answer: Answer) -> None:
    """The answer must name the very entry of the question, so that no answer can be moved to another
    question.
    """
    leaf = leaf_hash(hub.log.entry(view.log, asked.asked_index)).hex()
    named = answer.asked
    if (named.origin, named.index, named.leaf) != (hub.log.origin, asked.asked_index, leaf):
        raise AnswerRefusedError(
            "The answer is to another entry of the log than the one that asked.",
            fault=MessageFault.ABOUT_ANOTHER,
        )


def _check_logged(hub: Hub, view: View, member: Enrolment, answer: Answer, sent: SignedAnswer) -> None:
    """The member's own log must hold the answer: so the member can never deny the answer."""
    try:
        check_receipt(hub, view, member, sent)
        event = decode(sent.entry)
        named = EntryRef(answer.asked.origin, answer.asked.index, bytes.fromhex(answer.asked.leaf))
        if not isinstance(event, Answered | Refused) or event.question_id != answer.question_id:
            raise AnswerRefusedError(
                "The member's log entry is about something else.", fault=MessageFault.ABOUT_ANOTHER
            )
        if event.asked != named or not _says(event, answer):
            raise AnswerRefusedError(
                "The member's log entry does not say what its answer says.", fault=MessageFault.UNPROVED
            )
        if isinstance(event, Answered):
            text = sent.note.partition("\n\n")[0] + "\n"
            Opening(ANSWER, sent.salt, text.encode()).verify(event.answer)
    except SizeConflictError:
        raise
    except (AuditError, ValueError) as error:
        message = f"The member's log does not prove the answer: {error}."
        raise AnswerRefusedError(message, fault=MessageFault.UNPROVED) from None


def _says(event: Answered | Refused, answer: Answer) -> bool:
    """Whether the entry agrees with the answer in outcome, policy and data."""
    reasons = event.reasons if isinstance(event, Refused) else ()
    return (
        isinstance(event, Refused) == bool(answer.refusals)
        and reasons == tuple(refusal.value for refusal in answer.refusals)
        and (event.member, event.policy_version, event.snapshot)
        == (answer.member, answer.policy, answer.snapshot)
    )
