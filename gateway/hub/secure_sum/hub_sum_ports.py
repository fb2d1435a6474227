"""What regional totals need of the hub's store. As elsewhere, `because` is an entry of the regional log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from gateway.hub.secure_sum.hub_sums import TotalRound
from gateway.wire.sum_messages import Offer, SignedContribution


class TotalsView(Protocol):
    """Reading."""

    def offers(self, question_id: str) -> Mapping[str, Offer]: ...

    def round(self, question_id: str) -> TotalRound | None: ...

    def contributions(self, question_id: str) -> Mapping[str, str]:
        """Signed contribution notes by member."""

    def open_rounds(self, member: str) -> Sequence[TotalRound]:
        """Rounds of open questions that wait for this member, oldest first."""


class TotalsWriter(TotalsView, Protocol):
    """Writing."""

    def add_offer(self, member: str, offer: Offer, *, because: int) -> None:
        """In place of none: the first offer stands."""

    def add_round(self, planned: TotalRound, *, because: int) -> None: ...

    def add_contribution(
        self, question_id: str, member: str, sent: SignedContribution, at: datetime, *, because: int
    ) -> None: ...

    def end_round(self, question_id: str, *, because: int) -> None: ...
