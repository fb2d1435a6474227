"""What every use case of the hub works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from audit.log.log import Log
from gateway.dictionary import Dictionary
from gateway.hub.merging import Beyond
from gateway.hub.model import AskedQuestion
from gateway.hub.ports import Bell, Clock, Store, UnitOfWork, View
from gateway.hub.reply_signers import ReplySigners
from gateway.wire.answer import Answer
from gateway.wire.enrolment import Enrolment
from gateway.wire.sum_call import SumCall
from gateway.wire.sum_messages import Offer, SignedContribution


@dataclass(frozen=True)
class Hub:
    """The hub at run time. `log` appends under the hub's key; `store` holds everything else.

    `bell` rings for everything that happens, `answered` for this and for each answer that comes: only what
    releases questions waits for answers, members and askers are not woken in vain. `started` is since when
    it listens. `reply_signers` sign what the hub replies to members; `cosigner` cosigns the heads of members'
    logs. `regional` is what the hub does with sums that no single answer gives.
    """

    dictionary: Dictionary
    store: Store
    log: Log
    clock: Clock
    bell: Bell
    answered: Bell
    reply_signers: ReplySigners
    cosigner: Cosigner
    started: datetime
    regional: "RegionalWork"

    @property
    def reply_signer(self) -> Signer:
        """What signs replies to whoever knows the present key."""
        return self.reply_signers.present


class RegionalWork(Protocol):
    """The hub's part in sums that only the region comes to know: no answer gives them, and no member.

    A question whose answers are in may have one round of sums; its release waits for the end of the round.
    """

    def receive_offer(self, hub: Hub, member: Enrolment, offer: Offer) -> None:
        """Keep what a member would contribute; an offer comes before the answer that it belongs to.

        Raises UnknownQuestionError, AnswerRefusedError or TooLateError.
        """

    def begin(self, hub: Hub, work: UnitOfWork, asked: AskedQuestion) -> bool:
        """Begin the round of a question whose answers are in; False when it has had one, or needs none."""

    def deadline(self, view: View, question_id: str) -> datetime | None:
        """When the round of a question ends at the latest; None where none has begun."""

    def is_over(self, view: View, question_id: str, now: datetime) -> bool | None:
        """Whether the round of a question waits for nobody any more; None where none has begun."""

    def calls(self, hub: Hub, view: View, member: str) -> tuple[SumCall, ...]:
        """The rounds that wait for a member's contribution."""

    def receive_contribution(self, hub: Hub, member: Enrolment, sent: SignedContribution) -> None:
        """Keep what a member contributes to a round.

        Raises AnswerRefusedError, AlreadyAnsweredError, UnknownQuestionError or TooLateError.
        """

    def end(
        self, hub: Hub, work: UnitOfWork, asked: AskedQuestion, answers: Mapping[str, Answer | None]
    ) -> Beyond:
        """What the release may say beyond the answers. A round under way ends with it, and is logged."""
