"""The entry of the node's store about one load of the register."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class LoadedSnapshot:
    """A snapshot in the store. `id` is drawn at random: nothing outside may follow from the data."""

    id: str
    loaded_at: datetime
    until: date
    """The last day of the last closed period that it covers."""
    index: int
