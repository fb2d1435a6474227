"""The store's part for questions and answers: answers sent, approvals, quotas, openings.

`because` is the entry of the node's own log that explains a write.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from audit.formats.commitment import Opening
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.model.waiting_question import QuotaCharge, SignedApproval, WaitingQuestion
from gateway.wire.answer_bounds import AnswerBounds


class AnswerView(Protocol):
    """Reading questions and answers."""

    def sent(self, question_id: str, asked_index: int) -> SentAnswer | None:
        """The answer to this question, or to this entry of the regional log."""

    def outbox(self) -> list[tuple[SentAnswer, Opening | None]]:
        """Answers that the hub has not acknowledged, oldest first."""

    def bounds(self, question_id: str) -> AnswerBounds | None:
        """What the withheld cells of the answer to a question can be, as stated to the hub."""

    def bounds_to_send(self) -> list[AnswerBounds]:
        """Bounds that the hub has not acknowledged, oldest first."""

    def unsettled(self, origin: str) -> list[int]:
        """Own entries about questions of the log `origin` on which the two logs were not compared yet."""

    def rejected(self, leaf: bytes) -> bool: ...

    def waiting(self, question_id: str) -> WaitingQuestion | None:
        """The question, if waiting for approval now or earlier."""

    def waiting_questions(self) -> list[WaitingQuestion]:
        """Questions that still wait for approval, oldest first."""

    def approvals(self, question_id: str) -> list[SignedApproval]: ...

    def charge(self, question_id: str) -> QuotaCharge | None: ...

    def charges(self, organisation: str | None, since: datetime) -> list[QuotaCharge]:
        """The charges of one organisation, or of all."""

    def opening(self, field: str, entry_index: int) -> Opening | None: ...

    def openings_between(self, start: int, end: int) -> Sequence[tuple[int, str, Opening | None]]: ...


class AnswerWriter(AnswerView, Protocol):
    """Writing questions and answers."""

    def add_sent(self, made: SentAnswer, *, because: int) -> None: ...

    def add_bounds(self, made: AnswerBounds, *, because: int) -> None: ...

    def add_waiting(self, waiting: WaitingQuestion, *, because: int) -> None: ...

    def end_waiting(self, question_id: str, *, because: int) -> None: ...

    def add_approval(self, approval: SignedApproval, *, because: int) -> None: ...

    def add_charge(self, charge: QuotaCharge) -> None:
        """Keep a charge; the entry of the regional log that asked the question explains it."""

    def add_rejected(self, leaf: bytes, *, because: int) -> None: ...

    def keep_opening(self, field: str, opening: Opening, *, because: int) -> None: ...


class AnswerNotes(Protocol):
    """Bookkeeping of answers."""

    def acknowledged(self, question_id: str) -> None: ...

    def bounds_acknowledged(self, question_id: str) -> None: ...
