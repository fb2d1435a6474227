"""A member's answer to one logged question: a table of visible and withheld cells, or a refusal.

An answer travels as a signed note (C2SP signed-note); the note's text is one line of canonical JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Any

from gateway.errors import SafelaneError
from gateway.wire.cells import Axis
from gateway.wire.perturbation_notice import Perturbation, perturbation_from_json
from gateway.wire.rows_counted import step_from_json
from gateway.wire.usage_terms import Terms, terms_from_json

VERSION = 1

LARGEST_COUNT = 10**9
"""No state has more casualties: a larger number is a fault or an attack."""


class Refusal(StrEnum):
    """Why a member does not answer, as far as disclosed to a recipient. The list is closed
    (docs/decisions/0013-refusals-are-a-closed-list.md).

    Each reason follows from the policy's text, the question, or the node's state; never from the data.
    """

    NOT_FOR_YOU = "not-for-you"
    NOT_FOR_THIS_PURPOSE = "not-for-this-purpose"
    NOT_SHARED = "not-shared"
    TOO_DETAILED = "too-detailed"
    READY_MADE_ONLY = "ready-made-only"
    NOT_UNDERSTOOD = "not-understood"
    NOT_IN_FORCE = "not-in-force"  # no policy, or none that holds today
    NOT_APPROVED = "not-approved"  # approval was required, and refused
    QUOTA_USED_UP = "quota-used-up"  # the organisation has asked as often as it may
    NOT_COLLECTED = "not-collected"
    TOO_LARGE = "too-large"  # more cells than one answer may have
    NOT_READY = "not-ready"  # no certified cube yet
    LATE = "too-late"  # the question's deadline had passed
    NO_PROOF = "no-proof"  # the question is not proved to be in the regional log
    REPEATED = "repeated"  # the question was answered before

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Refusal.NOT_FOR_YOU: "its policy does not name your organisation or role",
    Refusal.NOT_FOR_THIS_PURPOSE: "its policy does not share this for this purpose",
    Refusal.NOT_SHARED: "its policy does not share this",
    Refusal.TOO_DETAILED: "its policy shares this only in less detail or with fewer dimensions",
    Refusal.READY_MADE_ONLY: "its policy allows ready-made questions only",
    Refusal.NOT_UNDERSTOOD: "it does not know a term of the question",
    Refusal.NOT_IN_FORCE: "it has no policy in force",
    Refusal.NOT_APPROVED: "a person reviewed the answer and did not approve it",
    Refusal.QUOTA_USED_UP: "your organisation has used up its quota of questions",
    Refusal.NOT_COLLECTED: "its records do not cover this",
    Refusal.TOO_LARGE: "the table would have more cells than one answer may hold",
    Refusal.NOT_READY: "it has no protected table ready yet",
    Refusal.LATE: "the question reached it after the deadline",
    Refusal.NO_PROOF: "the question was not proved to be logged",
    Refusal.REPEATED: "it had answered this question before",
}


class AnswerError(SafelaneError):
    """An answer that is malformed."""


@dataclass(frozen=True)
class AskedEntry:
    """Where in the regional log the question stands: log origin, entry index and RFC 6962 leaf hash."""

    origin: str
    index: int
    leaf: str  # hexadecimal


@dataclass(frozen=True)
class Quota:
    """How many questions an organisation may ask in a `period` (day, week, month, year), and has asked."""

    period: str
    limit: int
    used: int

    def __str__(self) -> str:
        return f"{self.used} of {self.limit} questions a {self.period} used"

    def as_json(self) -> dict[str, Any]:
        return {"limit": self.limit, "period": self.period, "used": self.used}


def quota_from_json(data: Mapping[str, Any]) -> Quota:
    """Read what `Quota.as_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    quota = Quota(_text(data["period"]), _count(data["limit"]), _count(data["used"]))
    if quota.as_json() != data:
        raise ValueError
    return quota


@dataclass(frozen=True)
class Answer:
    """`cells` runs over `axes` in row-major order; None is a withheld cell. An answer with `refusals` has
    neither.

    `policy` and `snapshot` name the policy version and the release behind the cells; neither name is derived
    from the data. `quotas`: the quotas of the asking organisation, this question counted in. `keep_days`: how
    many days the hub may repeat the answer to the same question; 0 not at all, None without limit. `terms`:
    what the policy asks of the recipient of a table; None with a refusal, and from an older node.
    `perturbation`: how the numbers of a table were perturbed; None where the numbers are exact.
    `least_counted`: the step of percent of its register's rows that the member's controller demanded to count
    (rows_counted.py); None from an older node.
    """

    question_id: str
    asked: AskedEntry
    member: str
    policy: str | None
    snapshot: str | None
    snapshot_date: str | None
    axes: tuple[Axis, ...]
    cells: tuple[int | None, ...]
    refusals: tuple[Refusal, ...] = ()
    quotas: tuple[Quota, ...] = ()
    keep_days: int | None = 0
    terms: Terms | None = None
    perturbation: Perturbation | None = None
    least_counted: int | None = None

    def __post_init__(self) -> None:
        expected = 0 if self.refusals else prod(len(axis.codes) for axis in self.axes)
        if len(self.cells) != expected:
            raise AnswerError("The answer's cells do not fill its axes.")
        if self.refusals and self.terms is not None:
            raise AnswerError("The answer has terms and gives nothing.")
        if self.refusals and self.perturbation is not None:
            raise AnswerError("The answer has perturbed counts and gives none.")
        if self.refusals and self.least_counted is not None:
            raise AnswerError("The answer says how much was counted and gives nothing.")
        noise = None if self.perturbation is None else self.perturbation.noise
        if noise is not None and len(noise.draws) != len(self.cells):
            raise AnswerError("The answer does not say of each number how it was drawn.")
        if noise is None and any(cell is not None and cell < 0 for cell in self.cells):
            raise AnswerError("The answer has numbers below 0 and no noise.")

    def as_json(self) -> dict[str, Any]:
        # Left out where they say nothing: an answer of an older node has no such fields.
        keep = {} if self.keep_days == 0 else {"keep_days": self.keep_days}
        terms = {} if self.terms is None else {"terms": self.terms.as_json()}
        perturbation = {} if self.perturbation is None else {"perturbation": self.perturbation.as_json()}
        counted = {} if self.least_counted is None else {"least_counted": self.least_counted}
        return {
            **keep,
            **terms,
            **perturbation,
            **counted,
            "asked": {"index": self.asked.index, "leaf": self.asked.leaf, "origin": self.asked.origin},
            "axes": [{"codes": list(axis.codes), "level": axis.level} for axis in self.axes],
            "cells": list(self.cells),
            "member": self.member,
            "policy": self.policy,
            "question": self.question_id,
            "quotas": [quota.as_json() for quota in self.quotas],
            "refusals": list(self.refusals),
            "snapshot": self.snapshot,
            "snapshot_date": self.snapshot_date,
            "v": VERSION,
        }


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """Raises AnswerError; the message never repeats a value."""
    if "changed" in data and "perturbation" not in data:  # of a stored answer, under the former name
        data = {_FORMER_NAMES.get(name, name): value for name, value in data.items()}
    try:
        if set(data) - _OPTIONAL != set(_FIELDS) or data["v"] != VERSION:
            raise AnswerError("The answer has other fields than an answer of this version.")
        asked = data["asked"]
        answer = Answer(
            question_id=_text(data["question"]),
            asked=AskedEntry(_text(asked["origin"]), _count(asked["index"]), _text(asked["leaf"])),
            member=_text(data["member"]),
            policy=_text_or_none(data["policy"]),
            snapshot=_text_or_none(data["snapshot"]),
            snapshot_date=_text_or_none(data["snapshot_date"]),
            axes=tuple(Axis(_text(a["level"]), tuple(_text(c) for c in a["codes"])) for a in data["axes"]),
            cells=tuple(None if c is None else _number(c) for c in data["cells"]),
            refusals=tuple(Refusal(r) for r in data["refusals"]),
            quotas=tuple(quota_from_json(q) for q in data["quotas"]),
            keep_days=None if data.get("keep_days", 0) is None else _count(data.get("keep_days", 0)),
            terms=terms_from_json(data["terms"]) if "terms" in data else None,
            perturbation=perturbation_from_json(data["perturbation"]) if "perturbation" in data else None,
            least_counted=step_from_json(data["least_counted"]) if "least_counted" in data else None,
        )
    except (KeyError, TypeError, ValueError):
        raise AnswerError("The answer is not in the form of an answer.") from None
    if answer.as_json() != data:
        raise AnswerError("The answer has fields that an answer does not have.")
    return answer


_FORMER_NAMES = {"changed": "perturbation"}
_OPTIONAL = frozenset({"keep_days", "least_counted", "perturbation", "terms"})
_FIELDS = (
    "asked",
    "axes",
    "cells",
    "member",
    "policy",
    "question",
    "quotas",
    "refusals",
    "snapshot",
    "snapshot_date",
    "v",
)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > 200:
        raise ValueError
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _number(value: object) -> int:
    """Of people, or below 0 where noise was added."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_COUNT:
        raise ValueError
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_COUNT:
        raise ValueError
    return value
