"""The graded terms of a policy. Each enum is declared from the loosest to the strictest member."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from policies.model.frozen import FrozenMap


class Graded(StrEnum):
    """A word with a grade: the later the declaration, the stricter the word."""

    grade: int
    """0 for the loosest."""

    def __init__(self, _: str) -> None:
        self.grade = len(type(self).__members__)


G = TypeVar("G", bound=Graded)


def strictest(one: G, *others: G) -> G:
    """The strictest of some words of one scale."""
    return max(one, *others, key=lambda word: word.grade) if others else one


class Zeros(Graded):
    """The treatment of zeros: always shown, a partner of withheld cells, or a small cell itself."""

    PUBLISH = "publish"
    PARTNER = "partner"
    PROTECT = "protect"


class Reruns(Graded):
    """Whether what is withheld may be chosen by the withheld counts: always, of large tables alone, or never.

    Where it is not, the release withstands reruns of the program.
    """

    ACCEPT = "accept"
    SMALL_TABLES = "small-tables"
    WITHSTAND = "withstand"


class Approval(Graded):
    """Who has to approve an answer before the answer is sent."""

    AUTOMATIC = "automatic"
    ONE = "one person"
    TWO = "two persons"


class Redistribution(Graded):
    """Whether a recipient may pass data on."""

    YES = "yes"
    WITH_CREDIT = "aggregates with credit"
    NO = "no"


class Release(Graded):
    """How often a new snapshot is released."""

    MONTHLY = "each month"
    QUARTERLY = "each quarter"
    TWICE = "twice a year"
    ONCE = "once a year"


class Appearance(Graded):
    """Whether the member is seen on its own or only within regional totals."""

    OWN = "on its own"
    TOTALS = "only within regional totals"


class Review(Graded):
    """Who reviews a policy before the policy is signed."""

    NONE = "none"
    SECOND_PERSON = "second person"


class MechanismKind(StrEnum):
    """How a data set is protected, for its life; the mechanisms have no order of strictness."""

    SUPPRESSION = "suppression"
    CELL_KEY = "cell-key"
    ROUNDING = "controlled-rounding"
    DIFFERENTIAL_PRIVACY = "differential-privacy"


class Period(StrEnum):
    """The period of a quota."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Conditions:
    """The conditions of a permission. Joining keeps the stricter value of each; `Conditions()` is the
    loosest.

    Days of None mean without limit. `quotas` holds the largest number of questions in each period named.
    """

    approval_ready_made: Approval = Approval.AUTOMATIC
    approval_others: Approval = Approval.AUTOMATIC
    quotas: FrozenMap[Period, int] = field(default_factory=FrozenMap)
    retention_days: int | None = None
    redistribution: Redistribution = Redistribution.YES
    hub_cache_days: int | None = None

    def join(self, other: "Conditions") -> "Conditions":
        """The stricter of both, term by term: commutative, associative, idempotent."""
        return Conditions(
            approval_ready_made=strictest(self.approval_ready_made, other.approval_ready_made),
            approval_others=strictest(self.approval_others, other.approval_others),
            quotas=fewest(self.quotas, other.quotas),
            retention_days=shortest(self.retention_days, other.retention_days),
            redistribution=strictest(self.redistribution, other.redistribution),
            hub_cache_days=shortest(self.hub_cache_days, other.hub_cache_days),
        )


def joined(several: Iterable[Conditions]) -> Conditions:
    """The strictest of several conditions, term by term; of none the loosest. As `join`, again and again."""
    found = list(several)
    if len(found) < 2:
        return found[0] if found else Conditions()
    limits: dict[Period, int] = {}
    for each in found:
        for period, limit in each.quotas.items():
            limits[period] = min(limit, limits.get(period, limit))
    return Conditions(
        approval_ready_made=strictest(*(c.approval_ready_made for c in found)),
        approval_others=strictest(*(c.approval_others for c in found)),
        quotas=FrozenMap({period: limits[period] for period in sorted(limits)}),
        retention_days=shortest(*(c.retention_days for c in found)),
        redistribution=strictest(*(c.redistribution for c in found)),
        hub_cache_days=shortest(*(c.hub_cache_days for c in found)),
    )


def shortest(*days: int | None) -> int | None:
    """The shortest of some times, None standing for a time without end."""
    return min((d for d in days if d is not None), default=None)


def fewest(one: Mapping[Period, int], other: Mapping[Period, int]) -> FrozenMap[Period, int]:
    """For each period the smaller of the numbers named; a quota on either side holds."""
    periods = sorted({*one, *other})
    return FrozenMap({p: min(limits[p] for limits in (one, other) if p in limits) for p in periods})
