"""Questions that wait for approval, the approvals, and charges against quotas."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class WaitingQuestion:
    """A proven question that waits for approval by `persons` people. `entry`: the question's entry in the
    regional log.
    """

    question_id: str
    asked_index: int
    origin: str
    entry: bytes
    persons: int
    since: datetime
    index: int


@dataclass(frozen=True)
class SignedApproval:
    """A person's signed approval of exactly one answer."""

    question_id: str
    name: str
    note: str
    at: datetime


@dataclass(frozen=True)
class QuotaCharge:
    """A question charged against an organisation's quotas; `asked_index`: the regional entry of the
    question.
    """

    question_id: str
    asked_index: int
    organisation: str
    at: datetime
