"""What regional totals need of a node's store. As elsewhere, `because` is an entry of the node's own log."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol, cast

from gateway.member.node.context import Node
from gateway.member.node.ports import Notes, Store, UnitOfWork, View
from gateway.secure_sum.member_sums import Entered, Given, MadeOffer


class SumReader(Protocol):
    """Reading."""

    def offer(self, question_id: str) -> MadeOffer | None: ...

    def given(self, question_id: str) -> Given | None: ...

    def entered(self) -> Sequence[Entered]:
        """Everything that ever entered a total, in whatever snapshot."""

    def offers_to_send(self) -> Sequence[MadeOffer]:
        """Offers that the hub has not acknowledged, oldest first."""

    def given_to_send(self) -> Sequence[Given]:
        """Contributions that the hub has not acknowledged, oldest first."""


class SumWriter(SumReader, Protocol):
    """Writing, in the transaction of the log entry that explains it."""

    def add_offer(self, made: MadeOffer, *, because: int) -> None: ...

    def add_given(self, given: Given, *, because: int) -> None:
        """Keep a contribution; the mask key that made it is erased."""

    def enter(self, entered: Entered, *, because: int) -> None: ...


class SumBookkeeping(Protocol):
    """Bookkeeping."""

    def offer_acknowledged(self, question_id: str) -> None: ...

    def given_acknowledged(self, question_id: str) -> None: ...


class SumView(View, Protocol):
    """Reading, with what is kept of regional totals."""

    @property
    def sums(self) -> SumReader:
        """What was offered and given for regional totals."""


class SumUnitOfWork(UnitOfWork, Protocol):
    """Writing, in one transaction with everything else that the node keeps."""

    @property
    def sums(self) -> SumWriter: ...


class SumNotes(Notes, Protocol):
    """Bookkeeping, in one transaction with the node's other notes."""

    @property
    def sums(self) -> SumBookkeeping: ...


class SumStore(Store, Protocol):
    """The node's store where it keeps regional totals, too."""

    def reading(self) -> AbstractContextManager[SumView]: ...

    def writing(self) -> AbstractContextManager[SumUnitOfWork]: ...

    def notes(self) -> AbstractContextManager[SumNotes]: ...


def store_of(node: Node) -> SumStore:
    """The node's own store: bootstrap, which hands in the sums, hands in a store that keeps them."""
    return cast("SumStore", node.store)


def read_of(view: View) -> SumView:
    """The same view of the node's own store, in the same transaction."""
    return cast("SumView", view)


def notes_of(notes: Notes) -> SumNotes:
    """The same notes of the node's own store, in the same transaction."""
    return cast("SumNotes", notes)
