"""What the hub knows: members, invitations, questions under way, and releases."""

from collections.abc import Mapping
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
    """A member that may apply once, up to `until`. `because`: the log entry of the invitation."""

    member: str
    until: datetime
    because: int


@dataclass(frozen=True)
class Application:
    """A member's keys that wait to be compared by voice, and the hash of the invitation's secret."""

    enrolment: Enrolment
    secret_hash: str


class State(StrEnum):
    OPEN = "open"
    RELEASED = "released"


@dataclass(frozen=True)
class AskedQuestion:
    """A question in the regional log, at entry `asked_index`; times are in whole seconds.

    The question is released at `deadline` at the latest. Answers after the first release, until `late_until`,
    become a release of their own. `released_index`: the entry of the first release.
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
    """The entry of a member's own log about an answer, and the entry's proof (tlog-proof).

    Kept for ever: the member can never deny the answer, nor can the hub claim another answer.
    """

    entry: bytes
    receipt: str

    @property
    def ref(self) -> EntryRef:
        """A reference to the entry. The receipt was verified before the entry was kept."""
        receipt = Receipt.parse(self.receipt)
        return EntryRef(
            Checkpoint.parse(receipt.checkpoint.text).origin, receipt.index, leaf_hash(self.entry)
        )


@dataclass(frozen=True)
class Presence:
    """A member's last call, and the last checkpoint of the member's own log that the hub has seen.

    `call_ends`: when the last call is over at the latest, and the next call is due. `serves`: policy version
    and snapshot behind the member's answers, by its own word, or None.
    """

    member: str
    last_seen: datetime
    checkpoint: str | None
    witnessed_size: int
    call_ends: datetime | None = None
    serves: tuple[str, str] | None = None


@dataclass(frozen=True)
class EarlierAnswer:
    """A member's answer to an earlier question with the same words, as received."""

    question_id: str
    note: str
    logged: LoggedAnswer
    answered_at: datetime


@dataclass(frozen=True)
class KeptRelease:
    """A release in the regional log, at entry `index`."""

    release: Release
    index: int


@dataclass(frozen=True)
class StatedSharing:
    """A member's statement of what its policy releases, and since when the statement is unchanged."""

    sharing: Sharing
    since: datetime


@dataclass(frozen=True)
class OwnGroup:
    """Codes of one level that a person has put together under a name."""

    id: str
    owner: str
    name: str
    level: str
    codes: tuple[str, ...]
    made_at: datetime


@dataclass(frozen=True)
class SavedQuestion:
    """A question that a person saved under a name.

    `arranged`: the arrangement of the table, as the query of its page's address.
    `question` is None where the dictionary no longer has its words. `organisation` is that of the owner when
    the question was saved; with `shared` all people of the organisation see it.
    """

    id: str
    owner: str
    organisation: str
    name: str
    question: Question | None
    arranged: str
    saved_at: datetime
    shared: bool


@dataclass(frozen=True)
class ReportText:
    """What the author wrote in one section of a report.

    `version` counts the changes from 1. `looked_at`: False for a text that was taken over from the report of
    the year before and has not been saved since.
    """

    text: str
    version: int
    looked_at: bool
    saved_at: datetime


@dataclass(frozen=True)
class Report:
    """A report of one year, composed from the owner's tables for one purpose.

    `template`: what it is made of. `as_of`: its tables are the owner's newest that were released by then.
    `compared_with`: the same moment of its former tables, from which numbers that changed are marked; None
    without any. `texts` by section. `organisation` is that of the owner when the report was made; with
    `shared` people of the organisation who hold the purpose read it.
    """

    id: str
    owner: str
    organisation: str
    template: str
    year: int
    purpose: str
    texts: Mapping[str, ReportText]
    made_at: datetime
    as_of: datetime
    compared_with: datetime | None
    shared: bool
