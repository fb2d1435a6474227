"""The record of a snapshot in the node's store, without the rows."""

from dataclasses import dataclass
from datetime import date, datetime

from gateway.member.model.activities import Activities


@dataclass(frozen=True)
class LoadedSnapshot:
    """A snapshot in the store. `id` is random: nothing outside may follow from the data.

    `least_counted`: percent of the rows of its register that had to count, as its controller demanded; None
    for a snapshot of an older version. `activities`: what sheets of risk education and marking add up to;
    None where the register has no such sheets.
    """

    id: str
    loaded_at: datetime
    until: date
    """The last day of the last year that was over on the register date."""
    index: int
    least_counted: int | None = None
    activities: Activities | None = None
