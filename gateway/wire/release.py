"""A released regional table, as analysts receive the table and as the regional log commits to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.formats.canonical import canonical_json
from gateway.wire.answer import Quota, Refusal, quota_from_json
from gateway.wire.cells import Axis, Cell, Status
from gateway.wire.perturbation_notice import Perturbation, perturbation_from_json
from gateway.wire.usage_terms import Terms, terms_from_json

VERSION = 1


@dataclass(frozen=True)
class Earlier:
    """An answer that a member gave before: to which question, and when the hub received the answer."""

    question_id: str
    answered_at: str


@dataclass(frozen=True)
class Coverage:
    """What one member gave. Neither `answered` nor `refusals`: no answer came in time; with `waiting`,
    because the question waited for approval; with `offline_since`, because the member has not called since
    then.

    `late`: the answer came after a first release without the member. `earlier`: while the member is away, its
    answer to an earlier question in the same words, repeated as its policy allows. `terms`: what the member's
    policy asks of the recipient; None from an older node, and without an answer. `changed`: how the member's
    numbers were perturbed; None where the numbers are exact.
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
    changed: Perturbation | None = None


@dataclass(frozen=True)
class Release:
    """A table with a value, or the reason for no value, in every cell, and with the coverage of each member.

    `number` counts the releases of a question from 1: a later release holds answers that came late.
    """

    question_id: str
    question: Mapping[str, Any]
    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]
    coverage: tuple[Coverage, ...]
    asked_at: str
    released_at: str
    number: int = 1

    def as_json(self) -> dict[str, Any]:
        return {
            "asked_at": self.asked_at,
            "axes": [{"codes": list(a.codes), "level": a.level} for a in self.axes],
            "cells": [_cell(self.axes, cell) for cell in self.cells],
            "coverage": [_coverage(c) for c in self.coverage],
            "number": self.number,
            "question": dict(self.question),
            "question_id": self.question_id,
            "released_at": self.released_at,
            "v": VERSION,
        }


def release_from_json(data: Mapping[str, Any]) -> Release:
    """Read what `Release.as_json` wrote."""
    axes = tuple(Axis(a["level"], tuple(a["codes"])) for a in data["axes"])
    return Release(
        question_id=data["question_id"],
        question=data["question"],
        axes=axes,
        cells=tuple(
            Cell(
                tuple(c["key"][a.level] for a in axes),
                Status(c["status"]),
                c["value"],
                c.get("at_least"),
                tuple(c.get("lacks", ())),
                c.get("at_most"),
                tuple(c.get("under_masks", ())),
                c.get("off_by", 0),
                c.get("typically_off_by", 0),
            )
            for c in data["cells"]
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
                perturbation_from_json(c["changed"]) if "changed" in c else None,
            )
            for c in data["coverage"]
        ),
        asked_at=data["asked_at"],
        released_at=data["released_at"],
        number=data["number"],
    )


def _cell(axes: tuple[Axis, ...], cell: Cell) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "key": {axis.level: code for axis, code in zip(axes, cell.key, strict=True)},
        "status": cell.status,
        "value": cell.value,
    }
    if cell.at_least is not None:
        shown["at_least"] = cell.at_least
    if cell.at_most is not None:
        shown["at_most"] = cell.at_most
    if cell.under_masks:
        shown["under_masks"] = list(cell.under_masks)
    if cell.off_by:
        shown["off_by"] = cell.off_by
    if cell.typically_off_by:
        shown["typically_off_by"] = cell.typically_off_by
    if cell.lacks:
        shown["lacks"] = list(cell.lacks)
    return shown


def _coverage(c: Coverage) -> dict[str, Any]:
    # Left out where there are none: a release from before these keeps the text that was committed to.
    terms = {} if c.terms is None else {"terms": c.terms.as_json()}
    changed = {} if c.changed is None else {"changed": c.changed.as_json()}
    return {
        **terms,
        **changed,
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
    return canonical_json(release.as_json()).decode()
