"""The context of every use case of the hub."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from audit.log.log import Log
from gateway.dictionary import Dictionary
from gateway.hub.merging import RegionalFacts
from gateway.hub.model import AskedQuestion
from gateway.hub.ports import Clock, Notifier, Store, UnitOfWork, View
from gateway.hub.reply_signers import ReplySigners
from gateway.wire.answer import Answer
from gateway.wire.enrolment import Enrolment
from gateway.wire.sum_call import SumCall
from gateway.wire.sum_messages import Offer, SignedContribution


@dataclass(frozen=True)
class Hub:
    """The hub at run time. `log` appends under the hub's key; `store` holds everything else.

    `notifier` signals every event, `answer_notifier` also each answer: only the release of questions waits
    for answers, and members and requesters are not woken in vain. `started`: when the hub began to listen.
    `reply_signers` sign the hub's replies to members; `cosigner` cosigns the checkpoints of members' logs.
    `regional`: the hub's part in secure sums.
    """

    dictionary: Dictionary
    store: Store
    log: Log
    clock: Clock
    notifier: Notifier
    answer_notifier: Notifier
    reply_signers: ReplySigners
    cosigner: Cosigner
    started: datetime
    regional: "RegionalWork"

    @property
    def reply_signer(self) -> Signer:
        """The signer of replies for members who know the present key."""
        return self.reply_signers.present


class RegionalWork(Protocol):
    """The hub's part in secure sums: sums that no single answer gives, and whose parts nobody sees.

    A question with all its answers may have one round of sums; the release waits for the end of the round.
    """

    def receive_offer(self, hub: Hub, member: Enrolment, offer: Offer) -> None:
        """Keep a member's offer; an offer comes before the answer that the offer belongs to.

        Raises UnknownQuestionError, AnswerRefusedError or TooLateError.
        """

    def begin(self, hub: Hub, work: UnitOfWork, asked: AskedQuestion) -> bool:
        """Begin the round of a question with all its answers; False if a round was held, or none is
        needed.
        """

    def deadline(self, view: View, question_id: str) -> datetime | None:
        """When the round of a question ends at the latest; None where none has begun."""

    def is_over(self, view: View, question_id: str, now: datetime) -> bool | None:
        """Whether the round of a question waits for nobody any more; None where none has begun."""

    def calls(self, hub: Hub, view: View, member: str) -> tuple[SumCall, ...]:
        """The rounds that wait for a member's contribution."""

    def receive_contribution(self, hub: Hub, member: Enrolment, sent: SignedContribution) -> None:
        """Keep a member's contribution to a round.

        Raises AnswerRefusedError, AlreadyAnsweredError, UnknownQuestionError or TooLateError.
        """

    def end(
        self, hub: Hub, work: UnitOfWork, asked: AskedQuestion, answers: Mapping[str, Answer | None]
    ) -> RegionalFacts:
        """The facts of a release beyond the answers. A round under way ends here, and the end is logged."""
