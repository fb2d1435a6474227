"""Loads of the register: what the newest one says of the data, what could not be read, and a new one."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from flask import redirect, request
from flask_babel import format_percent
from flask_babel import gettext as _

from gateway.sources.findings import Problem
from gateway.web.controller import words
from gateway.web.controller.bench import bench
from gateway.web.controller.jobs import Kind
from gateway.web.controller.starting import begin
from gateway.web.controller.work import Work, shown_work
from gateway.web.desk import Desk, Model

desk = Desk("controller-loads")

PAGE = "/controller/loads"
QUALITY, REJECTS = "quality.json", "rejects.csv"
"""What a load leaves in the node's directory."""
ROWS = 50


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
class Report:
    """The data quality report of the newest load. For this state only."""

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
    findings: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Loads:
    """`until`: the last day of the last closed period that is covered. `source` is None where unset."""

    snapshot: str | None
    loaded_at: datetime | None
    until: date | None
    entry: int | None
    report: Report | None
    rejected: int
    source: str | None
    loading: Work | None


@dataclass(frozen=True)
class Rejected:
    """Where a value or row stands that could not be read, and why; never what it says."""

    table: str
    column: str
    problem: str
    line: str


@dataclass(frozen=True)
class Rejects:
    """A page of them, in the order of the source."""

    rows: tuple[Rejected, ...]
    first: int
    total: int
    before: str | None
    after: str | None


@desk.page(PAGE, "controller/loads.html")
def loads() -> Model:
    with bench().node.store.reading() as view:
        record = view.loaded()
    job = bench().jobs.latest(Kind.LOAD)
    return Loads(
        snapshot=None if record is None else record.id,
        loaded_at=None if record is None else record.loaded_at,
        until=None if record is None else record.until,
        entry=None if record is None else record.index,
        report=_report(bench().reports / QUALITY),
        rejected=sum(1 for _row in _rejected()),
        source=bench().source,
        loading=None if job is None else shown_work(job),
    )


@desk.page(f"{PAGE}/rejected", "controller/rejected.html")
def rejected() -> Model:
    total = sum(1 for _row in _rejected())
    first = _first(request.args.get("from", ""), total)
    rows = tuple(islice(_rejected(), first, first + ROWS))
    before = None if first == 0 else f"{PAGE}/rejected?from={max(0, first - ROWS)}"
    after = f"{PAGE}/rejected?from={first + ROWS}" if first + ROWS < total else None
    return Rejects(rows, first, total, before, after)


@desk.form(PAGE)
def load() -> Model:
    """Begin to read the register that is set for this node: whole, or not at all."""
    work = begin(Kind.LOAD, None)
    return redirect(f"/controller/work/{work.id}", 303)


def _rejected() -> Iterator[Rejected]:
    """What the newest load could not read; nothing where there was none yet."""
    path = bench().reports / REJECTS
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Rejected(row["table"], row["column"], row["problem"], row["line"])


def _first(text: str, total: int) -> int:
    """From which row on; anything odd in the address is the first."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 and int(text) < total else 0


def _report(path: Path) -> Report | None:
    """The report that the newest load left; None where there is none that can be read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return _drawn(kept)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # of another version, or damaged: the next load leaves a new one


def _drawn(kept: Mapping[str, Any]) -> Report:
    dictionary, member = bench().node.dictionary, bench().node.member
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
                words.dimension(dictionary, one["target"]),
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
        findings=tuple(_finding(one) for one in kept["findings"]),
    )


def _finding(one: Mapping[str, Any]) -> tuple[str, str, int]:
    where = ", ".join(part for part in (one["table"], one["column"]) if part)
    return where or _("the file"), Problem[one["problem"]].value, one["count"]


def _share(share: float) -> str:
    """A share in percent, never 100 % while anything is missing."""
    return str(format_percent(min(share, 0.999) if share < 1 else 1.0, "0.0%" if share < 1 else "0%"))
