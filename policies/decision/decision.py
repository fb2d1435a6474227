"""The result of a decision: permit or deny, every reason, every obligation."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from policies.model.frozen import FrozenMap
from policies.model.terms import Appearance, Approval, Period, Redistribution, Release


class Code(StrEnum):
    """Why a request is denied: the closed list for the controller and the member's own log."""

    OTHER_MEMBER = "other-member"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    UNKNOWN_RECIPIENT = "unknown-recipient"
    UNKNOWN_ROLE = "unknown-role"
    UNKNOWN_PURPOSE = "unknown-purpose"
    UNKNOWN_MEASURE = "unknown-measure"
    UNKNOWN_DIMENSION = "unknown-dimension"
    UNKNOWN_LEVEL = "unknown-level"
    UNKNOWN_QUESTION = "unknown-question"
    BANNED = "banned"
    RECIPIENT_NOT_PERMITTED = "recipient-not-permitted"
    ROLE_NOT_PERMITTED = "role-not-permitted"
    PURPOSE_NOT_PERMITTED = "purpose-not-permitted"
    MEASURE_NOT_SHARED = "measure-not-shared"
    DIMENSION_NOT_SHARED = "dimension-not-shared"
    LEVEL_TOO_FINE = "level-too-fine"
    OVERLAPS_POOLS = "overlaps-pools"
    TOO_MANY_DIMENSIONS = "too-many-dimensions"
    READY_MADE_ONLY = "ready-made-only"
    RECORDS_NOT_SHARED = "records-not-shared"


class DisclosedReason(StrEnum):
    """A reason that may be disclosed to the recipient of a refusal: a closed list, derived from the policy
    alone.
    """

    NOT_IN_FORCE = "not-in-force"
    NOT_UNDERSTOOD = "not-understood"
    NOT_FOR_YOU = "not-for-you"
    NOT_FOR_THIS_PURPOSE = "not-for-this-purpose"
    NOT_SHARED = "not-shared"
    TOO_DETAILED = "too-detailed"
    READY_MADE_ONLY = "ready-made-only"


_DISCLOSED_AS = {
    Code.OTHER_MEMBER: DisclosedReason.NOT_UNDERSTOOD,
    Code.NOT_YET_VALID: DisclosedReason.NOT_IN_FORCE,
    Code.EXPIRED: DisclosedReason.NOT_IN_FORCE,
    Code.UNKNOWN_RECIPIENT: DisclosedReason.NOT_FOR_YOU,
    Code.UNKNOWN_ROLE: DisclosedReason.NOT_FOR_YOU,
    Code.UNKNOWN_PURPOSE: DisclosedReason.NOT_UNDERSTOOD,
    Code.UNKNOWN_MEASURE: DisclosedReason.NOT_UNDERSTOOD,
    Code.UNKNOWN_DIMENSION: DisclosedReason.NOT_UNDERSTOOD,
    Code.UNKNOWN_LEVEL: DisclosedReason.NOT_UNDERSTOOD,
    Code.UNKNOWN_QUESTION: DisclosedReason.NOT_UNDERSTOOD,
    Code.BANNED: DisclosedReason.NOT_SHARED,
    Code.RECIPIENT_NOT_PERMITTED: DisclosedReason.NOT_FOR_YOU,
    Code.ROLE_NOT_PERMITTED: DisclosedReason.NOT_FOR_YOU,
    Code.PURPOSE_NOT_PERMITTED: DisclosedReason.NOT_FOR_THIS_PURPOSE,
    Code.MEASURE_NOT_SHARED: DisclosedReason.NOT_SHARED,
    Code.DIMENSION_NOT_SHARED: DisclosedReason.NOT_SHARED,
    Code.LEVEL_TOO_FINE: DisclosedReason.TOO_DETAILED,
    Code.OVERLAPS_POOLS: DisclosedReason.NOT_SHARED,
    Code.TOO_MANY_DIMENSIONS: DisclosedReason.TOO_DETAILED,
    Code.READY_MADE_ONLY: DisclosedReason.READY_MADE_ONLY,
    Code.RECORDS_NOT_SHARED: DisclosedReason.NOT_SHARED,
}


class Reason(NamedTuple):
    """One reason: its code and its details, as (name, text) pairs in a fixed order.

    A tuple, since a decision compares and sorts a hundred reasons within its hundred microseconds.
    """

    code: Code
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Obligations:
    """The obligations of a permit. Times of None are without limit.

    - `approval`: who has to approve the answer; `quotas`: questions in each period;
    - `embargo_days`, `release`: from which snapshot;
    - `appears`: on its own, or within regional totals only;
    - `retention_days`, `redistribution`, `hub_cache_days`: what recipient and hub may do afterwards;
    - `k`, `l`, `consent`: of an extract of records; `legal_basis`: to be cited.
    """

    approval: Approval
    quotas: FrozenMap[Period, int]
    embargo_days: int
    release: Release
    appears: Appearance
    retention_days: int | None
    redistribution: Redistribution
    hub_cache_days: int | None
    legal_basis: str | None
    k: int | None = None
    l: int | None = None  # noqa: E741 - the field's own name for it
    consent: str | None = None


@dataclass(frozen=True)
class Decision:
    """The answer of a policy to a request at a time.

    `reasons` are all reasons for a denial, sorted; `obligations` is None for a denial. `by` names the
    permissions on which a permit rests.
    """

    permit: bool
    reasons: tuple[Reason, ...]
    obligations: Obligations | None
    member: str
    version: int
    by: tuple[str, ...] = field(default=())

    @property
    def disclosed(self) -> tuple[DisclosedReason, ...]:
        """The reasons disclosed to the recipient; a recipient without any permission learns nothing more."""
        disclosed = {_DISCLOSED_AS[reason.code] for reason in self.reasons}
        if DisclosedReason.NOT_FOR_YOU in disclosed:
            return (DisclosedReason.NOT_FOR_YOU,)
        return tuple(sorted(disclosed))
