"""What the hub knows: who may ask, which members there are, which questions are under way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.question import Question


class Role(StrEnum):
    ANALYST = "analyst"
    AUDITOR = "auditor"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Principal:
    """An authenticated person or program. `purposes` are those that the person's organisation holds."""

    user: str
    organisation: str
    role: Role
    purposes: frozenset[str]


@dataclass(frozen=True)
class Enrolment:
    """A member as the hub knows it: its verifier keys, given at enrolment and compared by voice.

    `answer_key` verifies answers, `log_key` the member's own log, `witness_key` its cosignatures; each is a
    vkey of C2SP signed-note.
    """

    member: str
    answer_key: str
    log_key: str
    witness_key: str


class State(StrEnum):
    OPEN = "open"
    RELEASED = "released"


@dataclass(frozen=True)
class AskedQuestion:
    """A question that stands in the regional log, at entry `asked_index`; times are in whole seconds."""

    id: str
    question: Question
    user: str
    organisation: str
    members: tuple[str, ...]
    asked_at: datetime
    deadline: datetime
    asked_index: int  # -1 until it is logged
    state: State
    released_index: int | None = None


@dataclass(frozen=True)
class Presence:
    """When a member was last heard of, and the last head of its own log that the hub has seen."""

    member: str
    last_seen: datetime
    log_head: str | None
    witnessed_size: int
