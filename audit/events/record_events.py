"""Events about a member's records from load to load: changed records and changed consent.

The events name nobody and count nobody. Extent and subjects of changes enter as salted commitments; there is
an entry for every load, even without changes, so that the log does not reveal whether anything changed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from audit.events.event import Event
from audit.formats.commitment import Commitment


@dataclass(frozen=True)
class RecordsCompared(Event):
    """A new snapshot was compared with the former; `changes` commits to new, late and corrected records."""

    TYPE: ClassVar[str] = "records-compared"
    member: str
    snapshot: str
    former: str
    changes: Commitment
    at: datetime


@dataclass(frozen=True)
class PartsKept(Event):
    """A large snapshot is kept in parts; `parts` commits to the SHA-256 of each, in their order.

    Such an entry tells that a snapshot is large. The salt keeps from others whether parts are as before.
    """

    TYPE: ClassVar[str] = "parts-kept"
    member: str
    snapshot: str
    parts: Commitment
    at: datetime


@dataclass(frozen=True)
class LoadDemandLowered(Event):
    """A controller demanded of this one load that a smaller share of the rows count than the mapping demands.

    Both demands are steps, as recipients of answers are told. What was reached stands nowhere: the entry
    follows from what was demanded, whatever counted.
    """

    TYPE: ClassVar[str] = "load-demand-lowered"
    member: str
    snapshot: str
    of_mapping: int
    of_load: int
    at: datetime


@dataclass(frozen=True)
class ConsentChanged(Event):
    """A person withdrew or restored consent; `consent` commits to the person and the present scope."""

    TYPE: ClassVar[str] = "consent-changed"
    member: str
    consent: Commitment
    at: datetime


@dataclass(frozen=True)
class FigureRegistered(Event):
    """A number published elsewhere by the state counts as known; `figure` commits to the figure.

    Tables made from then on withhold all numbers that the figure would disclose.
    """

    TYPE: ClassVar[str] = "figure-registered"
    member: str
    figure: Commitment
    at: datetime


@dataclass(frozen=True)
class FigureWithdrawn(Event):
    """A figure was registered by mistake, by the entry `registered`, and counts as known no longer.

    Nothing of the figure is deleted.
    """

    TYPE: ClassVar[str] = "figure-withdrawn"
    member: str
    registered: int
    at: datetime


@dataclass(frozen=True)
class PrivacyCharged(Event):
    """A table of a release part is about to be drawn with noise: each person of the part spends budget.

    `levels` are the table's levels, `epsilon` is the cost, `budget` the limit of one person, both decimals. A
    charge stays, whether or not the table was drawn.
    """

    TYPE: ClassVar[str] = "privacy-charged"
    VERSION: ClassVar[int] = 2
    member: str
    release_part: int
    levels: tuple[str, ...]
    epsilon: str
    budget: str
    at: datetime


RECORD_EVENTS: Final = (
    RecordsCompared,
    PartsKept,
    LoadDemandLowered,
    ConsentChanged,
    FigureRegistered,
    FigureWithdrawn,
    PrivacyCharged,
)
