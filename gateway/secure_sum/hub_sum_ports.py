"""What secure sums need of the hub's store. As elsewhere, `because` is an entry of the regional log."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, cast

from gateway.hub.context import Hub
from gateway.hub.model import LoggedAnswer
from gateway.hub.ports import Store, UnitOfWork, View
from gateway.secure_sum.hub_sums import SumRound
from gateway.wire.sum_messages import Offer, SignedContribution


class SumReader(Protocol):
    """Reading."""

    def offers(self, question_id: str) -> Mapping[str, Offer]: ...

    def round(self, question_id: str) -> SumRound | None: ...

    def contributions(self, question_id: str) -> Mapping[str, str]:
        """Signed contribution notes by member."""

    def logged_contributions(self, question_id: str) -> Mapping[str, LoggedAnswer]:
        """The entries of members' own logs about their contributions, by member."""

    def open_rounds(self, member: str) -> Sequence[SumRound]:
        """Rounds of open questions that wait for this member, oldest first."""


class SumWriter(SumReader, Protocol):
    """Writing."""

    def add_offer(self, member: str, offer: Offer, *, because: int) -> None:
        """In place of none: the first offer stands."""

    def add_round(self, planned: SumRound, *, because: int) -> None: ...

    def add_contribution(
        self, question_id: str, member: str, sent: SignedContribution, at: datetime, *, because: int
    ) -> None: ...

    def end_round(self, question_id: str, *, because: int) -> None: ...


class SumView(View, Protocol):
    """Reading, with everything kept of secure sums."""

    @property
    def sums(self) -> SumReader:
        """Offers, rounds and contributions of regional totals."""


class SumUnitOfWork(UnitOfWork, Protocol):
    """Writing, in one transaction with all other state of the hub."""

    @property
    def sums(self) -> SumWriter: ...


class SumStore(Store, Protocol):
    """The hub's store, which keeps secure sums too."""

    def reading(self) -> AbstractContextManager[SumView]: ...

    def writing(self) -> AbstractContextManager[SumUnitOfWork]: ...


def store_of(hub: Hub) -> SumStore:
    """The hub's own store: bootstrap hands in the sums together with a store that keeps them."""
    return cast("SumStore", hub.store)


def read_of(view: View) -> SumView:
    """The same view of the hub's own store, in the same transaction."""
    return cast("SumView", view)


def work_of(work: UnitOfWork) -> SumUnitOfWork:
    """The same unit of work of the hub's own store, in the same transaction."""
    return cast("SumUnitOfWork", work)
