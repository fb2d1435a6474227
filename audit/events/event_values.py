"""Values of events: coarse sizes and shares, references to entries, closed lists of words."""

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
    """The withheld share of a table, coarsely. `few` includes none: no class reveals that nothing was
    withheld."""

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
    """The outcome of a question at one member."""

    ANSWERED = "answered"
    REFUSED = "refused"
    MISSING = "missing"
    EARLIER = "earlier"
    """The member was away: its earlier answer to the same question stands in, as permitted by its policy."""


class PolicyStep(StrEnum):
    """The direction of a policy change. One word: the committed effect contains the changes."""

    FIRST = "first"
    LOOSENED = "loosened"
    TIGHTENED = "tightened"
    BOTH = "both"
    NEITHER = "neither"


class ReadAction(StrEnum):
    """The action of a reader on a log."""

    ALERTS = "alerts"
    DOSSIER = "dossier"
    EXPLAIN = "explain"
    EXPORT = "export"
    LIST = "list"
    REPLAY = "replay"
    SAMPLE = "sample"
    TURNED_AWAY = "turned-away"
    """In former entries only: a refused reader is an entry `access-refused` now."""


class ReadThrough(StrEnum):
    """What opened the data of a release to a program."""

    TOKEN = "token"  # noqa: S105 - a word, no secret
    ADDRESS = "address"
    """A personal address, which holds a secret."""
    REPORT = "report"
    """A report that holds the table: its file, or its page where a colleague opens it."""


class ErasureGround(StrEnum):
    """Why openings were erased."""

    REQUEST = "request"
    """The person requested the erasure."""
    RETENTION = "retention"
    """The retention period is over."""


@dataclass(frozen=True)
class Filter:
    """A condition of a question: the dimension's value is among the codes."""

    dimension: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class EntryRef:
    """A reference to an entry of another log (or an earlier entry of the same log): position and hash."""

    origin: str
    index: int
    leaf: bytes

    def __post_init__(self) -> None:
        if self.index < 0 or len(self.leaf) != HASH_SIZE:
            raise MalformedError("reference to an entry", "a negative index or a hash of the wrong length")


@dataclass(frozen=True)
class MemberOutcome:
    """The outcome at one member, and the entry of the member's own log, if any came."""

    member: str
    outcome: Outcome
    policy_version: str | None
    snapshot: str | None
    reasons: tuple[str, ...]
    entry: EntryRef | None
