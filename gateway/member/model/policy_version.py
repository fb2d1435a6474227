"""Versions of a policy: draft, signed, in force and ended; and the names of versions in answers and the
log.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True)
class Draft:
    """A document that may become the next version. A draft has no effect until signed.

    `questions`: the examples that the policy must decide as expected; `review`: the second person's signed
    statement.
    """

    version: int
    text: str
    questions: str | None
    review: str | None
    at: datetime


class Ending(StrEnum):
    """How a version ended, or why the version never began."""

    REPLACED = "replaced"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    """A later version was signed before this version began."""


@dataclass(frozen=True)
class SignedPolicy:
    """A version that a controller signed, and its history. `index`: the entry of the signing.

    `note` is the controller's statement over exactly this text, `review` the statement of a second person.
    `begins`: the first day (UTC) on which the version can be in force; `since` and `in_force_index`: when the
    version came into force.
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
    """The labels that `policy_label` joined, each as logged when its version came into force."""
    return tuple(label.split(_WITH))


def ministry_label(version: int) -> str:
    """How the log names a version of the ministry-wide policy: `all/2`."""
    return f"all/{version}"


@dataclass(frozen=True)
class PolicyInForce:
    """A policy document as the controller signed it, the start of its validity, and the log entry about the
    start.
    """

    version: int
    text: str
    since: datetime
    index: int
    note: str
    review: str | None
    above: int | None = None
    """The version of the ministry-wide policy above, if any."""
    reruns: str | None = None
    """What `reruns` meant in a text without the word, or with `withstand`; None for the meaning of today."""

    @property
    def label(self) -> str:
        """The name of the policy in answers and the log."""
        return policy_label(self.version, self.above)
