"""The hub's part in secure sums, as bootstrap hands it in."""

from collections.abc import Mapping
from datetime import datetime

from gateway.hub.context import Hub
from gateway.hub.merging import Key, RegionalFacts, Summed
from gateway.hub.model import AskedQuestion
from gateway.hub.ports import UnitOfWork, View
from gateway.secure_sum.hub_sum_ports import SumUnitOfWork, read_of, work_of
from gateway.secure_sum.planning import bounds_of
from gateway.secure_sum.sum_rounds import (
    begin_round,
    calls,
    end_round,
    ended,
    published_in,
    receive_contribution,
    receive_offer,
)
from gateway.wire.answer import Answer
from gateway.wire.enrolment import Enrolment
from gateway.wire.sum_call import SumCall
from gateway.wire.sum_messages import Offer, SignedContribution


class HubSums:
    """The port `RegionalWork` of `gateway.hub.context`, for a hub whose store keeps secure sums."""

    def receive_offer(self, hub: Hub, member: Enrolment, offer: Offer) -> None:
        receive_offer(hub, member, offer)

    def begin(self, hub: Hub, work: UnitOfWork, asked: AskedQuestion) -> bool:
        sums = work_of(work)
        return sums.sums.round(asked.id) is None and begin_round(hub, sums, asked) is not None

    def deadline(self, view: View, question_id: str) -> datetime | None:
        planned = read_of(view).sums.round(question_id)
        return None if planned is None else planned.deadline

    def is_over(self, view: View, question_id: str, now: datetime) -> bool | None:
        sums = read_of(view).sums
        planned = sums.round(question_id)
        return None if planned is None else ended(planned, sums.contributions(question_id), now)

    def calls(self, hub: Hub, view: View, member: str) -> tuple[SumCall, ...]:
        return calls(hub, read_of(view), member)

    def receive_contribution(self, hub: Hub, member: Enrolment, sent: SignedContribution) -> None:
        receive_contribution(hub, member, sent)

    def end(
        self, hub: Hub, work: UnitOfWork, asked: AskedQuestion, answers: Mapping[str, Answer | None]
    ) -> RegionalFacts:
        sums = work_of(work)
        return RegionalFacts(bounds_of(answers, sums.sums.offers(asked.id)), _totals(hub, sums, asked))


def _totals(hub: Hub, work: SumUnitOfWork, asked: AskedQuestion) -> Mapping[Key, Summed]:
    """The sums of the round that ends now, or as published at the end of an earlier round."""
    planned = work.sums.round(asked.id)
    if planned is None:
        return {}
    if planned.released_index is None:
        return end_round(hub, work, planned)
    return published_in(work, planned)
