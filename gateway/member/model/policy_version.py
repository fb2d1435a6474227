"""Versions of a policy: draft, signed, in force and ended; and how answers and the log name them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


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
