"""Events about a member's records from load to load: what changed, and whose consent did.

They name nobody and count nobody. How much changed, and for whom, enters as salted commitments; there is an
entry for every load, also for one that changes nothing, so that a log that others read tells neither.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from audit.events.event import Event
from audit.formats.commitment import Commitment


@dataclass(frozen=True)
class RecordsCompared(Event):
    """A new snapshot was compared with the former; `changes` commits to what is new, late or corrected."""

    TYPE: ClassVar[str] = "records-compared"
    member: str
    snapshot: str
    former: str
    changes: Commitment
    at: datetime


@dataclass(frozen=True)
class ConsentChanged(Event):
    """Somebody withdrew consent, or gave it again; `consent` commits to whose and to what it covers now."""

    TYPE: ClassVar[str] = "consent-changed"
    member: str
    consent: Commitment
    at: datetime


@dataclass(frozen=True)
class FigureRegistered(Event):
    """A number that the state has published elsewhere counts as known; `figure` commits to what it says."""

    TYPE: ClassVar[str] = "figure-registered"
    member: str
    figure: Commitment
    at: datetime


@dataclass(frozen=True)
class FigureWithdrawn(Event):
    """A figure was registered by mistake, by the entry `registered`, and counts as known no longer."""

    TYPE: ClassVar[str] = "figure-withdrawn"
    member: str
    registered: int
    at: datetime


@dataclass(frozen=True)
class PrivacyCharged(Event):
    """A table of a portion of a data set is about to be drawn with noise: each of its people pays for it.

    `levels` are those of the table, `epsilon` is what it costs, `budget` what one person can ever pay, both
    decimals. What is charged stays so, whether or not the table came to be.
    """

    TYPE: ClassVar[str] = "privacy-charged"
    member: str
    portion: int
    levels: tuple[str, ...]
    epsilon: str
    budget: str
    at: datetime


RECORD_EVENTS: Final = (RecordsCompared, ConsentChanged, FigureRegistered, FigureWithdrawn, PrivacyCharged)
