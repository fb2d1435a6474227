"""A small source and its mapping, which the tests then spoil one way at a time."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from gateway.dictionary import regional
from gateway.sources.files.csv_source import CsvSource
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.findings import Findings
from gateway.sources.quality.load import load

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns:
      Case: case_id
      ID card: {to: national_id, unknown: [none]}
      Date: {to: date, formats: [DD/MM/YYYY, MM/YYYY, YYYY]}
      Province: {to: place, codes: {បាត់ដំបង: KH-2}}
      Sex: {to: sex, codes: {Male: M, Female: F}, unknown: [n/a]}
      Age: age
      Device: {to: device, codes: {mine: UMT, bomblet: CMR}}
      Consent: consent_share
    left_out:
      Name: names a person
constants: {victim_type: DIR}
"""
ROW = {
    "Case": "C1",
    "Name": "Sok Dara",
    "ID card": "0102034",
    "Date": "31/12/2010",
    "Province": "Battambang",
    "Sex": "Male",
    "Age": "34",
    "Device": "mine",
    "Consent": "AGG",
}


@dataclass
class SmallSource:
    """Writes files into a folder and loads them."""

    folder: Path
    mapping: str = MAPPING
    today: date = date(2026, 11, 25)
    keeper: object = None
    progress: object = staticmethod(lambda _: None)

    def load(self, findings=None, **files):
        """Load these files (name without `.csv` -> text or bytes)."""
        for name, body in files.items():
            data = body if isinstance(body, bytes) else body.encode("utf-8")
            (self.folder / f"{name}.csv").write_bytes(data)
        mapping = parse_mapping(self.mapping, regional())
        findings = findings or Findings()
        return load(
            CsvSource(self.folder, mapping.reading, findings),
            mapping,
            regional(),
            pseudonymise=lambda kind, values: [f"{kind}:{value}" for value in values],
            today=self.today,
            findings=findings,
            keeper=self.keeper,
            progress=self.progress,
        )

    def load_rows(self, *changes, findings=None):
        """Load one victim per argument: the usual row with these cells changed."""
        return self.load(findings, victims=self.text(*changes))

    def text(self, *changes):
        stream = io.StringIO()
        rows = csv.DictWriter(stream, list(ROW), lineterminator="\n")
        rows.writeheader()
        rows.writerows(ROW | {"Case": f"C{n}", "ID card": ""} | change for n, change in enumerate(changes, 1))
        return stream.getvalue()

    def code(self, target, **change):
        """What one victim's `target` becomes."""
        return self.load_rows(change).snapshot.columns[target].values()[0]

    def problems(self, loaded):
        """Column and problem -> how often."""
        return {(f.column, f.problem.name): f.count for f in loaded.findings}


@pytest.fixture
def small(tmp_path):
    return SmallSource(tmp_path)
