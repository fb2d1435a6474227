"""A hub and nodes that know nothing of regional sums: the ports of `RegionalWork` with nobody behind them."""
# ruff: noqa: ARG002 - these do nothing with what they are told

from collections.abc import Mapping
from datetime import datetime

from gateway.hub.context import Hub
from gateway.hub.errors import AnswerRefusedError, UnknownQuestionError
from gateway.hub.merging import RegionalFacts
from gateway.hub.model import AskedQuestion
from gateway.hub.ports import UnitOfWork, View
from gateway.member.errors import UnprovenError
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.model.witnessed import Witnessed
from gateway.member.node.ports import Notes
from gateway.member.node.ports import View as NodeView
from gateway.wire.answer import Answer
from gateway.wire.enrolment import Enrolment
from gateway.wire.sum_call import SumCall
from gateway.wire.sum_messages import Offer, SignedContribution


class HubWithoutSums:
    """Releases what the answers say, and takes no offer: the member would wait for a round in vain."""

    def receive_offer(self, hub: Hub, member: Enrolment, offer: Offer) -> None:
        raise AnswerRefusedError("This hub sums nothing.")

    def begin(self, hub: Hub, work: UnitOfWork, asked: AskedQuestion) -> bool:
        return False

    def deadline(self, view: View, question_id: str) -> datetime | None:
        return None

    def is_over(self, view: View, question_id: str, now: datetime) -> bool | None:
        return None

    def calls(self, hub: Hub, view: View, member: str) -> tuple[SumCall, ...]:
        return ()

    def receive_contribution(self, hub: Hub, member: Enrolment, sent: SignedContribution) -> None:
        raise UnknownQuestionError("This hub sums nothing.")

    def end(
        self, hub: Hub, work: UnitOfWork, asked: AskedQuestion, answers: Mapping[str, Answer | None]
    ) -> RegionalFacts:
        return RegionalFacts()


class NodeWithoutSums:
    """Answers, and offers nothing; a round that nobody offered anything for is none that it could prove."""

    def offer(self, sent: SentAnswer) -> None:
        return

    def contribute(self, call: SumCall, witnessed: Witnessed) -> None:
        raise UnprovenError("This node has offered nothing for the question.")

    def offers(self, view: NodeView) -> tuple[tuple[str, Offer], ...]:
        return ()

    def contributions(self, view: NodeView) -> tuple[tuple[str, SignedContribution], ...]:
        return ()

    def offer_acknowledged(self, notes: Notes, question_id: str) -> None:
        raise AssertionError("nothing was offered")

    def contribution_acknowledged(self, notes: Notes, question_id: str) -> None:
        raise AssertionError("nothing was contributed")
