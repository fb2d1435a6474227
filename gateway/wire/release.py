"""A released regional table, as analysts receive the table and as the regional log commits to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from audit.formats.canonical import canonical_json
from gateway.wire.answer import Quota, Refusal, quota_from_json
from gateway.wire.cells import Axis, Cell, Status
from gateway.wire.perturbation_notice import Perturbation, perturbation_from_json
from gateway.wire.usage_terms import Terms, terms_from_json

VERSION = 2

_FORMER_NAMES = {
    "masked_members": "under_masks",
    "missing_members": "lacks",
    "largest_deviation": "off_by",
    "standard_deviation": "typically_off_by",
    "perturbation": "changed",
}
"""Keys and their names in version 1. The log commits to the text of a release: a release keeps its names."""


_STATUSES = {status.value: status for status in Status}
"""Looked up for each of thousands of cells: the class itself takes ten times as long."""


@dataclass(frozen=True)
class Earlier:
    """An answer that a member gave before: to which question, and when the hub received the answer."""

    question_id: str
    answered_at: str


@dataclass(frozen=True)
class Coverage:
    """What one member gave. Neither `answered` nor `refusals`: no answer came in time; with `waiting`,
    because the question waited for approval; with `offline_since`, because the member has not called since
    then; with `never_called`, because the member has not called the hub at all yet.

    `late`: the answer came after a first release without the member. `earlier`: while the member is away, its
    answer to an earlier question in the same words, repeated as its policy allows. `terms`: what the member's
    policy asks of the recipient; None from an older node, and without an answer. `perturbation`: how the
    member's numbers were perturbed; None where the numbers are exact. `least_counted`: the step of percent of
    its register's rows that the member's controller demanded to count; None from an older node.
    """

    member: str
    answered: bool
    refusals: tuple[Refusal, ...] = ()
    policy: str | None = None
    snapshot: str | None = None
    snapshot_date: str | None = None
    quotas: tuple[Quota, ...] = ()
    waiting: bool = False
    late: bool = False
    offline_since: str | None = None
    earlier: Earlier | None = None
    terms: Terms | None = None
    perturbation: Perturbation | None = None
    least_counted: int | None = None
    never_called: bool = False


@dataclass(frozen=True)
class Release:
    """A table with a value, or the reason for no value, in every cell, and with the coverage of each member.

    `number` counts the releases of a question from 1: a later release holds answers that came late. `version`
    decides the names of keys: a release of a former version is written as it was read.
    """

    question_id: str
    question: Mapping[str, Any]
    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]
    coverage: tuple[Coverage, ...]
    asked_at: str
    released_at: str
    number: int = 1
    version: int = VERSION

    @cached_property
    def text(self) -> str:
        """The canonical JSON, written once: the log commits to it, and the database keeps it."""
        return canonical_json(self.as_json()).decode()

    def as_json(self) -> dict[str, Any]:
        levels = tuple(axis.level for axis in self.axes)
        return {
            "asked_at": self.asked_at,
            "axes": [{"codes": list(a.codes), "level": a.level} for a in self.axes],
            "cells": [_named(_cell(levels, cell), self.version) for cell in self.cells],
            "coverage": [_named(_coverage(c), self.version) for c in self.coverage],
            "number": self.number,
            "question": dict(self.question),
            "question_id": self.question_id,
            "released_at": self.released_at,
            "v": self.version,
        }


def release_from_json(data: Mapping[str, Any]) -> Release:
    """Read what `Release.as_json` wrote, in this version or in the former one."""
    version = data["v"]
    axes = tuple(Axis(a["level"], tuple(a["codes"])) for a in data["axes"])
    levels = [axis.level for axis in axes]
    return Release(
        question_id=data["question_id"],
        question=data["question"],
        axes=axes,
        cells=tuple(
            Cell(
                tuple(map(c["key"].__getitem__, levels)),
                _STATUSES.get(c["status"]) or Status(c["status"]),
                c["value"],
                c.get("at_least"),
                tuple(c.get("missing_members", ())),
                c.get("at_most"),
                tuple(c.get("masked_members", ())),
                c.get("largest_deviation", 0),
                c.get("standard_deviation", 0),
            )
            for c in (_present(cell, version) for cell in data["cells"])
        ),
        coverage=tuple(
            Coverage(
                c["member"],
                c["answered"],
                tuple(Refusal(r) for r in c["refusals"]),
                c["policy"],
                c["snapshot"],
                c["snapshot_date"],
                tuple(quota_from_json(q) for q in c["quotas"]),
                c["waiting"],
                c["late"],
                c["offline_since"],
                None if c["earlier"] is None else Earlier(**c["earlier"]),
                terms_from_json(c["terms"]) if "terms" in c else None,
                perturbation_from_json(c["perturbation"]) if "perturbation" in c else None,
                c.get("least_counted"),
                c.get("never_called", False),
            )
            for c in (_present(member, version) for member in data["coverage"])
        ),
        asked_at=data["asked_at"],
        released_at=data["released_at"],
        number=data["number"],
        version=version,
    )


def _named(written: dict[str, Any], version: int) -> dict[str, Any]:
    """A cell or a member's coverage with the names of its version."""
    if version == VERSION:
        return written
    return {_FORMER_NAMES.get(name, name): value for name, value in written.items()}


def _present(read: Mapping[str, Any], version: int) -> Mapping[str, Any]:
    """A cell or a member's coverage of a version with the names of today."""
    if version == VERSION:
        return read
    present = {former: name for name, former in _FORMER_NAMES.items()}
    return {present.get(name, name): value for name, value in read.items()}


def _cell(levels: tuple[str, ...], cell: Cell) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "key": dict(zip(levels, cell.key, strict=True)),
        "status": cell.status,
        "value": cell.value,
    }
    if cell.at_least is not None:
        shown["at_least"] = cell.at_least
    if cell.at_most is not None:
        shown["at_most"] = cell.at_most
    if cell.masked_members:
        shown["masked_members"] = list(cell.masked_members)
    if cell.largest_deviation:
        shown["largest_deviation"] = cell.largest_deviation
    if cell.standard_deviation:
        shown["standard_deviation"] = cell.standard_deviation
    if cell.missing_members:
        shown["missing_members"] = list(cell.missing_members)
    return shown


def _coverage(c: Coverage) -> dict[str, Any]:
    # Left out where there are none: a release from before these keeps the text that was committed to.
    terms = {} if c.terms is None else {"terms": c.terms.as_json()}
    perturbation = {} if c.perturbation is None else {"perturbation": c.perturbation.as_json()}
    counted = {} if c.least_counted is None else {"least_counted": c.least_counted}
    never = {"never_called": True} if c.never_called else {}
    return {
        **terms,
        **perturbation,
        **counted,
        **never,
        "answered": c.answered,
        "earlier": None
        if c.earlier is None
        else {"answered_at": c.earlier.answered_at, "question_id": c.earlier.question_id},
        "late": c.late,
        "member": c.member,
        "offline_since": c.offline_since,
        "policy": c.policy,
        "quotas": [quota.as_json() for quota in c.quotas],
        "refusals": list(c.refusals),
        "snapshot": c.snapshot,
        "snapshot_date": c.snapshot_date,
        "waiting": c.waiting,
    }


RESULT = "result"
"""Label of the regional log's commitment to the text of a release."""


def release_text(release: Release) -> str:
    """The canonical JSON of a release, to which the log commits."""
    return release.text
