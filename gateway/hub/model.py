"""What the hub knows: who may ask, which members there are, which questions are under way."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from audit.events.event_values import EntryRef
from audit.formats.checkpoint import Checkpoint
from audit.formats.merkle import leaf_hash
from audit.log.receipt import Receipt
from gateway.accounts.model import Principal as Principal  # noqa: PLC0414 - who asks is part of the model here
from gateway.accounts.model import Role as Role  # noqa: PLC0414 - likewise
from gateway.question import Question
from gateway.wire.enrolment import Enrolment
from gateway.wire.release import Release
from gateway.wire.sharing_statement import Sharing


@dataclass(frozen=True)
class Invited:
    """A member that may apply once, up to `until`; entry `because` says so."""

    member: str
    until: datetime
    because: int


@dataclass(frozen=True)
class Application:
    """A member's keys that wait to be compared by voice, and the hash of the invitation that it showed."""

    enrolment: Enrolment
    secret_hash: str


class State(StrEnum):
    OPEN = "open"
    RELEASED = "released"


@dataclass(frozen=True)
class AskedQuestion:
    """A question that stands in the regional log, at entry `asked_index`; times are in whole seconds.

    It is released at `deadline` at the latest. What members answer after that, until `late_until`, becomes a
    release of its own. `released_index` is the entry of the first release.
    """

    id: str
    question: Question
    user: str
    organisation: str
    members: tuple[str, ...]
    asked_at: datetime
    deadline: datetime
    late_until: datetime
    asked_index: int  # -1 until it is logged
    state: State
    released_index: int | None = None


@dataclass(frozen=True)
class LoggedAnswer:
    """The entry of a member's own log that an answer came with, and its proof (tlog-proof).

    Kept for ever: the member can never deny having said so, nor can the hub claim something else.
    """

    entry: bytes
    receipt: str

    @property
    def ref(self) -> EntryRef:
        """Which entry it is. The receipt was verified before it was kept."""
        receipt = Receipt.parse(self.receipt)
        return EntryRef(
            Checkpoint.parse(receipt.checkpoint.text).origin, receipt.index, leaf_hash(self.entry)
        )


@dataclass(frozen=True)
class Presence:
    """When a member was last heard of, and the last head of its own log that the hub has seen.

    `call_ends` is when the call that it made then is over at the latest, and the next one is due. `serves` is
    what it answers from by its own word: policy version and snapshot, or None.
    """

    member: str
    last_seen: datetime
    log_head: str | None
    witnessed_size: int
    call_ends: datetime | None = None
    serves: tuple[str, str] | None = None


@dataclass(frozen=True)
class EarlierAnswer:
    """An answer that a member gave to an earlier question with the same words, as it came."""

    question_id: str
    note: str
    logged: LoggedAnswer
    answered_at: datetime


@dataclass(frozen=True)
class KeptRelease:
    """A release as it stands in the regional log, at entry `index`."""

    release: Release
    index: int


@dataclass(frozen=True)
class StatedSharing:
    """What a member states that its policy releases, and since when it has stated exactly this."""

    sharing: Sharing
    since: datetime
