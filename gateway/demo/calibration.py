"""Calibration of the demo's people: casualties of each kind, year by year (calibration.yaml)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

ATTRIBUTES = ("outcome", "device", "civ_status", "sexage")
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ADULT": ("MEN", "WOMEN"),
        "CHILD": ("BOYS", "GIRLS"),
        "MINE": ("APM", "AVM", "IMP", "UMT"),
    }
)
REST = "REST"
"""All codes of an attribute that are not named separately."""

ACCIDENTS_PER_CASUALTY = 0.72
"""Used where the number of accidents is not published."""


@dataclass(frozen=True)
class YearPlan:
    """One year: casualties, accidents, and per attribute the count of each code; groups are split at random.

    `sexage_of_civilians` says that the figures of `sexage` are about civilians only.
    """

    year: int
    total: int
    published: bool
    accidents: int
    counts: Mapping[str, Mapping[str, int]]
    sexage_of_civilians: bool


@dataclass(frozen=True)
class Calibration:
    """One member: its years, usual shares for unpublished figures, and weights of its provinces."""

    member: str
    years: tuple[YearPlan, ...]
    usual: Mapping[str, Mapping[str, int]]
    provinces: Mapping[str, int]
    earlier: "Calibration | None" = None
    """The decades before, for members with an old register; only made on request."""
    divided: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Provinces that were divided (`into`) `after` a day."""


def members() -> tuple[str, ...]:
    """Return the members with demo people."""
    return tuple(_document()["members"])


@cache
def calibration(member: str) -> Calibration:
    """Return the plan of one member. Raises KeyError for a member without demo figures."""
    document = _document()
    part = document["members"][member]
    span = range(document["first"], document["last"] + 1)
    spans = part.get("spans", ())
    totals = _totals(part["years"], spans, span)
    derived = {s["from"]: s for s in spans if s["from"] == s["to"]}
    years = tuple(_plan(year, totals[year], part["years"].get(year) or derived.get(year)) for year in span)
    earlier = _earlier(member, part["earlier"], part["provinces"]) if "earlier" in part else None
    return Calibration(member, years, part["usual"], part["provinces"], earlier, part.get("divided", {}))


def _earlier(member: str, document: Mapping[str, Any], provinces: Mapping[str, int]) -> Calibration:
    """Plan years with published sums only: totals along a line, outcomes in proportion to the totals."""
    span = list(range(document["from"], document["to"] + 1))
    line = np.interp(span, list(document["line"]), list(document["line"].values()))
    totals = np.array(shared_out(document["total"], line), dtype=np.float64)
    killed = shared_out(document["outcome"]["K"], totals)
    years = tuple(
        YearPlan(
            year,
            int(total),
            published=False,
            accidents=round(total * ACCIDENTS_PER_CASUALTY),
            counts={"outcome": {"K": k, "I": int(total) - k}},
            sexage_of_civilians=False,
        )
        for year, total, k in zip(span, totals.tolist(), killed, strict=True)
    )
    return Calibration(member, years, document["usual"] | {"outcome": document["outcome"]}, provinces)


@cache
def _document() -> Mapping[str, Any]:
    text = files("gateway.demo").joinpath("calibration.yaml").read_text(encoding="utf-8")
    document: Mapping[str, Any] = YAML(typ="safe").load(text)
    return document


def _plan(year: int, total: int, document: Mapping[str, Any] | None) -> YearPlan:
    body = document or {}
    counts = {name: body[name] for name in ATTRIBUTES if name in body}
    of_civilians = "sexage_of_civilians" in body
    if of_civilians:
        counts["sexage"] = body["sexage_of_civilians"]
    accidents = body.get("accidents", max(min(total, 1), round(total * ACCIDENTS_PER_CASUALTY)))
    return YearPlan(year, total, document is not None, accidents, counts, of_civilians)


def _totals(
    years: Mapping[int, Mapping[str, Any]], spans: Iterable[Mapping[str, Any]], span: range
) -> dict[int, int]:
    known: dict[float, float] = {year: body["total"] for year, body in years.items()}
    points = known | {(s["from"] + s["to"]) / 2: s["total"] / (s["to"] - s["from"] + 1) for s in spans}
    line = np.interp(list(span), sorted(points), [points[y] for y in sorted(points)])
    totals = {year: round(float(value)) for year, value in zip(span, line, strict=True)}
    for part in spans:
        between = list(range(part["from"], part["to"] + 1))
        weights = np.array([line[y - span.start] for y in between])
        totals |= dict(zip(between, shared_out(part["total"], weights), strict=True))
    return totals


def shared_out(total: int, weights: NDArray[np.float64]) -> list[int]:
    """Return whole numbers in proportion to `weights` with the sum `total` (largest remainders)."""
    exact = total * weights / weights.sum()
    whole = np.floor(exact).astype(int)
    behind = np.argsort(whole - exact, kind="stable")[: total - int(whole.sum())]
    whole[behind] += 1
    return [int(n) for n in whole]
