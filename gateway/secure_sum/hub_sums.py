"""What the hub keeps of regional totals: offers, one round for a question, and what members gave to it."""

from dataclasses import dataclass
from datetime import datetime

from gateway.wire.sum_call import CalledSum, Codes


@dataclass(frozen=True)
class PlannedSum:
    """A cell to be summed over `members`: published when the sum lies in `publish_from`..`publish_to`.

    `least` and `most` are what the sum can be: anything else shows that somebody did not do as agreed.
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
    """A round that stands in the regional log at entry `index`, with the consents of all who take part."""

    question_id: str
    sums: tuple[PlannedSum, ...]
    consents: tuple[str, ...]
    deadline: datetime
    index: int  # -1 until it is logged
    released_index: int | None = None

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(sorted({m for s in self.sums for m in s.members}))
