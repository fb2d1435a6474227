"""Questions that wait for people's approval, the approvals, and what counts against quotas."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class WaitingQuestion:
    """A proven question that waits for the leave of `persons`. `entry`: the regional log's, as it asked."""

    question_id: str
    asked_index: int
    origin: str
    entry: bytes
    persons: int
    since: datetime
    index: int


@dataclass(frozen=True)
class SignedApproval:
    """Somebody's signed statement that one very answer may go out."""

    question_id: str
    name: str
    note: str
    at: datetime


@dataclass(frozen=True)
class QuotaCharge:
    """A question that counts against an organisation's quotas; `asked_index`: the entry that asked it."""

    question_id: str
    asked_index: int
    organisation: str
    at: datetime
