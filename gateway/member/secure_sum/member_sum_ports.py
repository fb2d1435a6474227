"""What regional totals need of a node's store. As elsewhere, `because` is an entry of the node's own log."""

from collections.abc import Sequence
from typing import Protocol

from gateway.member.secure_sum.member_sums import Entered, Given, MadeOffer


class TotalsView(Protocol):
    """Reading."""

    def offer(self, question_id: str) -> MadeOffer | None: ...

    def given(self, question_id: str) -> Given | None: ...

    def entered(self) -> Sequence[Entered]:
        """Everything that ever entered a total, in whatever snapshot."""

    def offers_to_send(self) -> Sequence[MadeOffer]:
        """Offers that the hub has not acknowledged, oldest first."""

    def given_to_send(self) -> Sequence[Given]:
        """Contributions that the hub has not acknowledged, oldest first."""


class TotalsWriter(TotalsView, Protocol):
    """Writing, in the transaction of the log entry that explains it."""

    def add_offer(self, made: MadeOffer, *, because: int) -> None: ...

    def add_given(self, given: Given, *, because: int) -> None:
        """Keep a contribution; the mask key that made it is erased."""

    def enter(self, entered: Entered, *, because: int) -> None: ...


class TotalsNotes(Protocol):
    """Bookkeeping."""

    def offer_acknowledged(self, question_id: str) -> None: ...

    def given_acknowledged(self, question_id: str) -> None: ...
