"""Secure sums as the hub keeps them: offers, one round for a question, and members' contributions."""

from dataclasses import dataclass
from datetime import datetime

from gateway.wire.sum_call import CalledSum, Codes


@dataclass(frozen=True)
class PlannedSum:
    """A cell to be summed over `members`: published when the sum lies in `publish_from`..`publish_to`.

    `least` and `most` bound every possible sum: a sum outside shows that a member did not follow the
    protocol.
    """

    cell: Codes
    members: tuple[str, ...]
    publish_from: int
    publish_to: int
    least: int
    most: int

    @property
    def called(self) -> CalledSum:
        return CalledSum(self.cell, self.members)


@dataclass(frozen=True)
class SumRound:
    """A round in the regional log, at entry `index`, with the consents of all participants."""

    question_id: str
    sums: tuple[PlannedSum, ...]
    consents: tuple[str, ...]
    deadline: datetime
    index: int  # -1 until it is logged
    released_index: int | None = None

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(sorted({m for s in self.sums for m in s.members}))
