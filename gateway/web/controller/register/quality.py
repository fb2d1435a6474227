"""The data quality report of a load or a check: columns, years, contradictions, findings."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask_babel import format_percent
from flask_babel import gettext as _

from gateway.sources.model.finding_remedies import REMEDIES
from gateway.sources.model.findings import Problem
from gateway.sources.quality.load_differences import Differences, Differing
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.register.meaning_labels import meaning_label

QUALITY = "quality.json"
"""The file of the report that a load leaves in the node's directory."""
LINES = 5
"""Lines that are named of each finding."""


@dataclass(frozen=True)
class Column:
    """Shares of a column as percentages: filled in, filled in as unknown, understood."""

    heading: str
    means: str
    complete: str
    unknown: str
    valid: str


@dataclass(frozen=True)
class Year:
    """`share` is of the year with most, for a bar; from 0 to 100."""

    year: int
    casualties: int
    complete: str
    share: int


@dataclass(frozen=True)
class Found:
    """A problem: its place, its frequency, the first lines with the problem, and what to do about it."""

    where: str
    problem: str
    count: int
    lines: tuple[int, ...]
    remedy: str
    of_column: bool = False


@dataclass(frozen=True)
class Account:
    """A table of the source: its rows, those that count, and why the others do not."""

    table: str
    rows: int
    counted: int
    share: str
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Since:
    """Cases of a year or a province that differ from the load before. `left`, `right`: bars, up to 100."""

    name: str
    appeared: int
    vanished: int
    corrected: int
    left: int
    right: int


@dataclass(frozen=True)
class Report:
    """The data quality report of the newest load. Confidential to this country."""

    loaded: date
    score: float
    rows: int
    casualties: int
    people: int
    measures: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    years: tuple[Year, ...]
    empty_provinces: tuple[str, ...]
    provinces: int
    contradictions: tuple[tuple[str, int], ...]
    duplicates: tuple[tuple[str, int], ...]
    findings: tuple[Found, ...]
    accounts: tuple[Account, ...]
    likely: tuple[tuple[int, ...], ...] = ()
    """Groups of lines that are likely one casualty each."""
    since: date | None = None
    """The date of the register before; None where nothing differs from it, or there is none."""
    by_year: tuple[Since, ...] = ()
    by_province: tuple[Since, ...] = ()


def read_report(path: Path) -> Report | None:
    """The report that the newest load left; None without a readable report."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return report_view(kept)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # of another version, or damaged: the next load writes a new report


def named_in_report(where: str) -> str:
    """The table and column of a finding of the newest load, if it has one there; else ""."""
    report = read_report(desk_context().reports / QUALITY) if where else None
    return where if report is not None and where in correctable(report) else ""


def correctable(report: Report) -> Mapping[str, str]:
    """Table and column of each finding about a column -> where its meaning and words can be corrected."""
    return {
        one.where: f"/controller/loads/upload?{urlencode({'about': one.where})}"
        for one in report.findings
        if one.of_column
    }


def report_view(kept: Mapping[str, Any]) -> Report:
    dictionary, member = desk_context().node.dictionary, desk_context().node.member
    most = max((year["casualties"] for year in kept["years"]), default=0) or 1
    labels = dictionary.codes("province", member=member)
    return Report(
        loaded=date.fromisoformat(kept["loaded"]),
        score=kept["score"],
        rows=kept["rows"],
        casualties=kept["casualties"],
        people=kept["people"],
        measures=tuple((name, _share(value)) for name, value in kept["measures"].items()),
        columns=tuple(
            Column(
                one["heading"],
                meaning_label(dictionary, one["target"]),
                *(_share(one[name]) for name in ("completeness", "unknown", "validity")),
            )
            for one in kept["columns"]
        ),
        years=tuple(
            Year(y["year"], y["casualties"], _share(y["completeness"]), round(100 * y["casualties"] / most))
            for y in kept["years"]
        ),
        empty_provinces=tuple(labels.get(code, code) for code, n in kept["provinces"].items() if not n),
        provinces=len(kept["provinces"]),
        contradictions=tuple((one["rule"], one["count"]) for one in kept["contradictions"] if one["count"]),
        duplicates=tuple((reason, count) for reason, count in kept["duplicates"].items() if count),
        findings=tuple(_found(one) for one in kept["findings"]),
        accounts=tuple(_account(one) for one in kept.get("accounts", ())),
        likely=tuple(tuple(map(int, group)) for group in kept.get("likely", ())),
        **_since(kept.get("since"), labels),
    )


def _since(kept: Mapping[str, Any] | None, labels: Mapping[str, str]) -> dict[str, Any]:
    found = None if kept is None else Differences.from_json(kept)
    if found is None or not any(found.total):
        return {}
    provinces = [(labels.get(code, code), counts) for code, counts in found.most()]
    return {
        "since": found.since,
        "by_year": tuple(_bars(list(found.years.items()))),
        "by_province": tuple(_bars(provinces)),
    }


def _bars(rows: Sequence[tuple[str, Differing]]) -> Iterator[Since]:
    most = max((max(counts.appeared, counts.vanished) for _name, counts in rows), default=0) or 1
    for name, counts in rows:
        yield Since(name, *counts, round(100 * counts.vanished / most), round(100 * counts.appeared / most))


def _account(one: Mapping[str, Any]) -> Account:
    reasons = tuple((Problem[name].value, n) for name, n in one["reasons"].items())
    return Account(one["table"], one["rows"], one["counted"], _share(one["share"]), reasons)


def _found(one: Mapping[str, Any]) -> Found:
    where = ", ".join(part for part in (one["table"], one["column"]) if part)
    lines = tuple(int(line) for line in one["lines"][:LINES])
    problem = Problem[one["problem"]]
    return Found(
        where or _("the file"), problem.value, one["count"], lines, REMEDIES[problem], bool(one["column"])
    )


def _share(share: float) -> str:
    """A share in percent, never 100 % while anything is missing."""
    return str(format_percent(min(share, 0.999) if share < 1 else 1.0, "0.0%" if share < 1 else "0%"))
