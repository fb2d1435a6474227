"""Loads of the register: data quality, rejected values, and a new load."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from flask import redirect, request

from gateway.sources.files.uploads import Upload
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.job_runner import Kind
from gateway.web.controller.jobs.job_pages import Work, shown_work
from gateway.web.controller.jobs.start_job import begin_load
from gateway.web.controller.register.load_choices import chosen
from gateway.web.controller.register.quality import QUALITY, Report, correctable, read_report
from gateway.web.shared.desk import Desk, Model

desk = Desk("controller-loads")

PAGE = "/controller/loads"
REJECTS = "rejects.csv"
"""The file of what could not be read, which a load leaves in the node's directory."""
ROWS = 50


@dataclass(frozen=True)
class Loads:
    """`until`: the last day of the last closed period that the load covers. `source` is None where unset.

    `waiting`: uploads that are not loaded yet.
    """

    snapshot: str | None
    loaded_at: datetime | None
    until: date | None
    entry: int | None
    report: Report | None
    rejected: int
    source: str | None
    loading: Work | None
    waiting: tuple[Upload, ...]
    fixes: Mapping[str, str]
    """Table and column of a finding -> where its meaning and words can be corrected."""


@dataclass(frozen=True)
class Rejected:
    """The place of an unreadable value or row, and the reason; never the value."""

    table: str
    column: str
    problem: str
    line: str


@dataclass(frozen=True)
class Rejects:
    """A page of rejected values, in the order of the source."""

    rows: tuple[Rejected, ...]
    first: int
    total: int
    before: str | None
    after: str | None


@desk.page(PAGE, "controller/loads.html")
def loads() -> Model:
    with desk_context().node.store.reading() as view:
        record = view.loaded()
    job = desk_context().jobs.latest(Kind.LOAD)
    report = read_report(desk_context().reports / QUALITY)
    return Loads(
        snapshot=None if record is None else record.id,
        loaded_at=None if record is None else record.loaded_at,
        until=None if record is None else record.until,
        entry=None if record is None else record.index,
        report=report,
        rejected=sum(1 for _row in _rejected()),
        source=desk_context().source,
        loading=None if job is None else shown_work(job),
        waiting=desk_context().uploads.waiting(),
        fixes={} if report is None else correctable(report),
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
    work = begin_load(chosen())
    return redirect(f"/controller/work/{work.id}", 303)


def _rejected() -> Iterator[Rejected]:
    """The rejected values of the newest load; none before the first load."""
    path = desk_context().reports / REJECTS
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Rejected(row["table"], row["column"], row["problem"], row["line"])


def _first(text: str, total: int) -> int:
    """The first row to show; an invalid number in the address means the first row."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 and int(text) < total else 0
