"""What secure sums need of a node's store. As elsewhere, `because` is an entry of the node's own log."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol, cast

from gateway.member.node.context import Node
from gateway.member.node.ports import Notes, Store, UnitOfWork, View
from gateway.secure_sum.member_sums import StoredContribution, StoredOffer, SummedCell


class SumReader(Protocol):
    """Reading."""

    def offer(self, question_id: str) -> StoredOffer | None: ...

    def contribution(self, question_id: str) -> StoredContribution | None: ...

    def entered(self) -> Sequence[SummedCell]:
        """Every cell that ever entered a sum, in any snapshot."""

    def offers_to_send(self) -> Sequence[StoredOffer]:
        """Offers that the hub has not acknowledged, oldest first."""

    def contributions_to_send(self) -> Sequence[StoredContribution]:
        """Contributions that the hub has not acknowledged, oldest first."""


class SumWriter(SumReader, Protocol):
    """Writing, in the transaction of the log entry that explains the write."""

    def add_offer(self, made: StoredOffer, *, because: int) -> None: ...

    def add_contribution(self, contribution: StoredContribution, *, because: int) -> None:
        """Keep a contribution, and erase the mask key behind it."""

    def enter(self, entered: SummedCell, *, because: int) -> None: ...


class SumBookkeeping(Protocol):
    """Bookkeeping."""

    def offer_acknowledged(self, question_id: str) -> None: ...

    def contribution_acknowledged(self, question_id: str) -> None: ...


class SumView(View, Protocol):
    """Reading, with everything kept of secure sums."""

    @property
    def sums(self) -> SumReader:
        """The offers and contributions of the node."""


class SumUnitOfWork(UnitOfWork, Protocol):
    """Writing, in one transaction with all other state of the node."""

    @property
    def sums(self) -> SumWriter: ...


class SumNotes(Notes, Protocol):
    """Bookkeeping, in one transaction with the node's other notes."""

    @property
    def sums(self) -> SumBookkeeping: ...


class SumStore(Store, Protocol):
    """The node's store, which keeps secure sums too."""

    def reading(self) -> AbstractContextManager[SumView]: ...

    def writing(self) -> AbstractContextManager[SumUnitOfWork]: ...

    def notes(self) -> AbstractContextManager[SumNotes]: ...


def store_of(node: Node) -> SumStore:
    """The node's own store: bootstrap hands in the sums together with a store that keeps them."""
    return cast("SumStore", node.store)


def read_of(view: View) -> SumView:
    """The same view of the node's own store, in the same transaction."""
    return cast("SumView", view)


def notes_of(notes: Notes) -> SumNotes:
    """The same notes of the node's own store, in the same transaction."""
    return cast("SumNotes", notes)
