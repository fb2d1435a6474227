"""What a member node knows: its policy in force, its snapshot, its cube, and what it has answered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from audit.formats.checkpoint import Checkpoint
from audit.formats.note import Verifier


class Duty(StrEnum):
    """What a person's signature is for: everything, or only to review and to approve beside a controller."""

    CONTROLLER = "controller"
    SECOND = "second-person"


@dataclass(frozen=True)
class Holder:
    """A person whose signatures count, or counted, at this node. `key` is a vkey of C2SP signed-note."""

    name: str
    key: str
    duty: Duty
    since: datetime
    index: int
    until: datetime | None = None
    revoked: bool = False
    """Whether it ended because it was lost or stolen; one that was replaced in order was not."""

    @property
    def counts(self) -> bool:
        return self.until is None


@dataclass(frozen=True)
class Draft:
    """A document that may become the next version. Nothing rests on it until it is signed.

    `questions`: the examples that it must decide as expected; `review`: the second person's signed statement.
    """

    version: int
    text: str
    questions: str | None
    review: str | None
    at: datetime


class Ending(StrEnum):
    """How a version stopped counting, or why it never began."""

    REPLACED = "replaced"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    """A later version was signed before this one began."""


@dataclass(frozen=True)
class SignedPolicy:
    """A version that a controller signed, and what became of it. `index`: the entry that says so.

    `note` is the controller's statement over exactly this text, `review` that of a second person. `begins` is
    the first day (UTC) on which it can be in force; `since` and `in_force_index` tell when that happened.
    """

    version: int
    text: str
    note: str
    review: str | None
    begins: date
    signed_at: datetime
    index: int
    since: datetime | None = None
    in_force_index: int | None = None
    ended: datetime | None = None
    ending: Ending | None = None


_WITH = " with "


def policy_label(version: int, above: int | None = None) -> str:
    """`3`, or `3 with all/2` where version 2 of the ministry-wide policy stands above version 3."""
    return str(version) if above is None else f"{version}{_WITH}{ministry_label(above)}"


def split_label(label: str) -> tuple[str, ...]:
    """The labels that `policy_label` joined, as the log has each when it came into force."""
    return tuple(label.split(_WITH))


def ministry_label(version: int) -> str:
    """How the log names a version of the ministry-wide policy: `all/2`."""
    return f"all/{version}"


@dataclass(frozen=True)
class PolicyInForce:
    """A policy document as the controller signed it, since when it counts, and the log entry that says so."""

    version: int
    text: str
    since: datetime
    index: int
    note: str
    review: str | None
    above: int | None = None
    """The version of the ministry-wide policy that stands above it, if any."""

    @property
    def label(self) -> str:
        """How answers and the log name what they went by."""
        return policy_label(self.version, self.above)


@dataclass(frozen=True)
class LoadedSnapshot:
    """A snapshot in the store. `id` is drawn at random: nothing outside may follow from the data."""

    id: str
    loaded_at: datetime
    until: date
    """The last day of the last closed period that it covers."""
    index: int


WITH_ACCIDENTS = " with accidents"


@dataclass(frozen=True)
class Plan:
    """What a cube holds and how it is protected: of the same snapshot, the same plan is the same cube.

    `finest`: dimension -> finest level; `years`: the closed years that count; `consent`, `victims`: who is
    counted; `rules`: the protection, in words.
    """

    finest: Mapping[str, str]
    years: tuple[int, ...]
    consent: tuple[str, ...]
    victims: tuple[str, ...]
    rules: str
    known: tuple[str, ...] = ()
    """The registered figures that the register can say something of: see
    `gateway.member.model.registered_figure`.
    """

    @property
    def accidents(self) -> bool:
        """Whether numbers of accidents are protected with the people's: then the rules say so in words."""
        return self.rules.endswith(WITH_ACCIDENTS)

    changed: str = ""
    """How numbers are changed, in the words of `gateway.member.policy.mechanism_choice`; empty where some are
    withheld.
    """
    tables: tuple[tuple[tuple[str, str], ...], ...] = ()
    """Where numbers are drawn: dimension and level of each table that is."""


def without_accidents(plan: Plan) -> Plan:
    """The same plan, without numbers of accidents."""
    return replace(plan, rules=plan.rules.removesuffix(WITH_ACCIDENTS))


@dataclass(frozen=True)
class StoredCube:
    """A certified cube, the snapshot and the policy version that made it."""

    snapshot: LoadedSnapshot
    policy_version: int
    plan: Plan
    cube: bytes
    index: int
    above: int | None = None
    """The version of the ministry-wide policy that stood above, if any."""

    @property
    def label(self) -> str:
        return policy_label(self.policy_version, self.above)


@dataclass(frozen=True)
class Sent:
    """An answer or refusal that this node logged: the signed note, and the proof of its own log entry."""

    question_id: str
    asked_index: int
    note: str
    entry_index: int
    cube_index: int | None
    """The log entry of the cube that the table was read from; None for a refusal."""
    acknowledged: bool


@dataclass(frozen=True)
class Waiting:
    """A proven question that waits for the leave of `persons`. `entry`: the regional log's, as it asked."""

    question_id: str
    asked_index: int
    origin: str
    entry: bytes
    persons: int
    since: datetime
    index: int


@dataclass(frozen=True)
class Leave:
    """Somebody's signed statement that one very answer may go out."""

    question_id: str
    name: str
    note: str
    at: datetime


@dataclass(frozen=True)
class Charge:
    """A question that counts against an organisation's quotas; `asked_index`: the entry that asked it."""

    question_id: str
    asked_index: int
    organisation: str
    at: datetime


@dataclass(frozen=True)
class Witnessed:
    """The latest head of the regional log that this node has cosigned, and the keys that it believes."""

    head: Checkpoint
    keys: tuple[Verifier, ...]
