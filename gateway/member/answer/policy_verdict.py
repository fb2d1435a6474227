"""The decision of the member's policy about a question, and the refusals disclosed to the recipient. Pure."""

from datetime import datetime
from typing import Protocol

from gateway.dictionary import Dictionary
from gateway.question import COUNTRY, Question, ready_made
from gateway.wire.answer import Refusal
from policies import Decision, Policy, Request, decide
from policies.decision.decision import DisclosedReason
from policies.model.terms import Appearance

# One word for each word that a policy lets the recipient hear: a missing one is found when this is loaded.
_REFUSAL_OF = {
    DisclosedReason.NOT_IN_FORCE: Refusal.NOT_IN_FORCE,
    DisclosedReason.NOT_UNDERSTOOD: Refusal.NOT_UNDERSTOOD,
    DisclosedReason.NOT_FOR_YOU: Refusal.NOT_FOR_YOU,
    DisclosedReason.NOT_FOR_THIS_PURPOSE: Refusal.NOT_FOR_THIS_PURPOSE,
    DisclosedReason.NOT_SHARED: Refusal.NOT_SHARED,
    DisclosedReason.TOO_DETAILED: Refusal.TOO_DETAILED,
    DisclosedReason.READY_MADE_ONLY: Refusal.READY_MADE_ONLY,
}


def judge(policy: Policy, request: Request, at: datetime) -> tuple[Decision, tuple[Refusal, ...]]:
    """The policy's decision, and the reasons against an answer; none when the answer may be sent.

    A permit with a condition that this node cannot meet is a refusal: a condition is never left out. Quotas
    and approval are checked when the answer is sent (`gateway.member.answer.answering`).
    """
    decision = decide(policy, request, at)
    if not decision.permit or decision.obligations is None:
        return decision, tuple(sorted(_REFUSAL_OF[word] for word in decision.disclosed))
    return decision, () if decision.obligations.appears is Appearance.OWN else (Refusal.NOT_SHARED,)


class Requester(Protocol):
    """The requester, as in a log entry."""

    @property
    def organisation(self) -> str: ...
    @property
    def role(self) -> str: ...


def request_of(dictionary: Dictionary, member: str, asked: Requester, question: Question) -> Request:
    """The question as the policy of `member` sees it."""
    levels = [*question.by, *(f.level for f in question.where)]
    return Request.of(
        member=member,
        recipient=asked.organisation,
        role=asked.role,
        purpose=question.purpose,
        measure=question.measure,
        levels=[(dictionary.level(level).dimension, level) for level in levels if level != COUNTRY],
        ready_made=ready_made(dictionary, question),
    )
