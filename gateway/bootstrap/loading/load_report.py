"""Assesses a load against the load before, and stores the report and the rejects with the member."""

import csv
import io
import json
from pathlib import Path

from gateway.dictionary import Dictionary
from gateway.export.spreadsheet_cells import harmless_row
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.quality.load import Load
from gateway.sources.quality.load_differences import Differences
from gateway.sources.quality.quality import assess
from gateway.sources.quality.quality_page import quality_page
from gateway.sources.quality.quality_report import quality_json, quality_text, read_former

QUALITY, PAGE = "quality.json", "quality.html"
REJECTS = "rejects.csv"
"""Every value and row that could not be read: place and reason, never the value."""


def write_load_report(
    directory: Path,
    loaded: Load,
    findings: Findings,
    dictionary: Dictionary,
    since: Differences | None = None,
) -> str:
    """Return the report as text; `directory` keeps the report as page and JSON, and the rejects as CSV.

    `since`: what differs from the load before.
    """
    quality = assess(loaded, dictionary)
    path = directory / QUALITY
    try:
        former = read_former(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, SourceError):
        former = None  # the first load, or one of another version: there is nothing to compare with
    text = quality_text(quality, dictionary, former, since)
    _replace(path, json.dumps(quality_json(quality, former, since), ensure_ascii=False, indent=1) + "\n")
    _replace(directory / PAGE, quality_page(quality, dictionary, former, since))
    _replace(directory / REJECTS, _rejects(findings))
    return text


def _rejects(findings: Findings) -> str:
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(("table", "column", "problem", "line"))
    rows.writerows(map(harmless_row, findings.every_line()))
    return stream.getvalue()


def _replace(path: Path, text: str) -> None:
    """Write a file atomically, readable for its owner only."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
