"""What a member node knows: its policy in force, its snapshot, its cube, and what it has answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class PolicyInForce:
    """A policy document as the controller wrote it, since when it counts, and the log entry that says so."""

    version: int
    text: str
    since: datetime
    index: int


@dataclass(frozen=True)
class LoadedSnapshot:
    """A snapshot in the store. `id` is drawn at random: nothing outside may follow from the data."""

    id: str
    loaded_at: datetime
    until: date
    """The last day of the last closed period that it covers."""
    index: int


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


@dataclass(frozen=True)
class StoredCube:
    """A certified cube, the snapshot and the policy version that made it."""

    snapshot: LoadedSnapshot
    policy_version: int
    plan: Plan
    cube: bytes
    index: int


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
