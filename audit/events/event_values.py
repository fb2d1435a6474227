"""Values that events are made of: coarse sizes and shares, references to entries, closed lists of words."""

from dataclasses import dataclass
from enum import StrEnum

from audit.errors import MalformedError
from audit.formats.merkle import HASH_SIZE


class CoarseSize(StrEnum):
    """How many there were: too coarse to count anybody by."""

    NONE = "none"
    FEW = "1-9"
    TENS = "10-99"
    HUNDREDS = "100-999"
    MANY = "1000+"

    @classmethod
    def of(cls, count: int) -> "CoarseSize":
        """Size class of a number. Raises MalformedError below zero."""
        if count < 0:
            raise MalformedError("size", "below zero")
        return [cls.NONE, cls.FEW, cls.TENS, cls.HUNDREDS, cls.MANY][min(len(str(count)), 4) if count else 0]


class CoarseShare(StrEnum):
    """How large a part of a table was withheld. `few` holds none as well: no class says that nothing was."""

    FEW = "few"
    SOME = "some"
    MANY = "many"

    @classmethod
    def of(cls, part: int, whole: int) -> "CoarseShare":
        """`few` below a quarter (and of an empty whole), `some` below a half, `many` from there on.

        Raises MalformedError for a part that is below zero or above the whole.
        """
        if not 0 <= part <= whole:
            raise MalformedError("share", "a part that is not within its whole")
        if 4 * part < whole or whole == 0:
            return cls.FEW
        return cls.SOME if 2 * part < whole else cls.MANY


class Outcome(StrEnum):
    """What came of a question at one member."""

    ANSWERED = "answered"
    REFUSED = "refused"
    MISSING = "missing"
    EARLIER = "earlier"
    """It was away: what it had answered to the same question before stands in, as its policy lets."""


class PolicyStep(StrEnum):
    """Which way a policy goes from the one before. One word: what changes stands in the committed effect."""

    FIRST = "first"
    LOOSENED = "loosened"
    TIGHTENED = "tightened"
    BOTH = "both"
    NEITHER = "neither"


class ReadAction(StrEnum):
    """What somebody did with a log."""

    ALERTS = "alerts"
    DOSSIER = "dossier"
    EXPLAIN = "explain"
    EXPORT = "export"
    LIST = "list"
    REPLAY = "replay"
    SAMPLE = "sample"
    TURNED_AWAY = "turned-away"


class ErasureGround(StrEnum):
    """Why openings were erased."""

    REQUEST = "request"
    """The person asked for it."""
    RETENTION = "retention"
    """They were kept for as long as they may be."""


@dataclass(frozen=True)
class Filter:
    """A condition of a question: the dimension's value is one of the codes."""

    dimension: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class EntryRef:
    """An entry of another log (or an earlier one of this): where it stands, and what it says, by its hash."""

    origin: str
    index: int
    leaf: bytes

    def __post_init__(self) -> None:
        if self.index < 0 or len(self.leaf) != HASH_SIZE:
            raise MalformedError("reference to an entry", "a negative index or a hash of the wrong length")


@dataclass(frozen=True)
class MemberOutcome:
    """What one member gave to a question, and the entry of its own log that says so, if any came."""

    member: str
    outcome: Outcome
    policy_version: str | None
    snapshot: str | None
    reasons: tuple[str, ...]
    entry: EntryRef | None
