"""What a load tells, by the engine or row by row, of cells that are met in registers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from anonymisers.identity.pseudonym_digits import PackedPseudonyms
from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonyms import packed_pseudonyms, pseudonyms
from gateway.dictionary import regional
from gateway.member.model.mapped_arrays import mapped_array
from gateway.sources.engine.first_table import no_room
from gateway.sources.files.csv_source import CsvSource
from gateway.sources.files.opening import open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.quality.load import load
from gateway.sources.quality.quality import assess

KEY = b"k" * 32
TODAY = date(2026, 11, 25)
MAPPING = """\
mapping: 1
member: MM
source: csv
tables:
  victims.csv:
    columns:
      Case: {to: case_id, unknown: [nil0]}
      ID card: {to: national_id, unknown: [none, "7777x"]}
      Date: {to: date, formats: [DD/MM/YYYY, MM/DD/YYYY, MM/YYYY, YYYY]}
      Born: {to: birth_date, formats: [YYYY]}
      Province: place
      Sex: {to: sex, codes: {Male: M, Female: F, ကျား: M}, unknown: [n/a]}
      Age: age
      Injury: {to: injury, separator: "/", codes: {leg: AMP_L, eyes: EYE}}
      Consent: consent_share
    known: {Name: name}
  accidents.csv:
    join: {No: Accident}
    columns:
      No: accident_id
      Device: {to: device, codes: {mine: UMT, bomblet: CMR}}
constants: {victim_type: DIR}
"""
CELLS = {
    "Case": [
        "C1",
        "C2",
        "c2",
        "c-2",
        "3",
        "",
        " ",
        "--",
        "nil0",
        "1.2E+5",
        "၁၂",
        "C\n4",
        'C"5',
        "NULL",
        "a,b",
        "Case",
    ],
    "ID card": ["", "0102034", "01 020 34", "none", "77", "000", "7777x", "၀၁", "abc", "Straße1", "9"],
    "Date": ["31/12/2010", "02/2011", "2012", "29/02/2011", "03/04/2019", "03/03/2019", "2030", "", " 2012 "],
    "Born": ["", "1999", "2040", "2011"],
    "Province": ["Shan", "MM-07", "?", "", "စစ်ကိုင္း"],
    "Sex": ["Male", "Female", "n/a", "Mael", "", "ကျား", "က်ား"],
    "Age": ["34", "-1", "400", "0", "x", "", "2"],
    "Injury": ["leg", "leg/eyes", "arm", ""],
    "Consent": ["N", "NAT", "AGG", "REC", "", "maybe"],
    "Accident": ["A1", "A2", "a1", "", "A9"],
    "Name": ["Sok Dara", "", "Daw, Mya", "two\nlines", "a\nb,c,d,e,f,g,h,i,j,k,l", 'x "y" z'],
}
"""Cells that are met in registers; the Burmese of some was typed for the Zawgyi font."""
ACCIDENTS = "No,Device\nA1,mine\nA2,bomblet\nA2,mine\nA3,mine\n"
CASUALTY = st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()})


ALONE = MAPPING[: MAPPING.index("  accidents.csv:")] + MAPPING[MAPPING.index("constants:") :]
"""Casualties without a table of accidents: their pseudonyms stay packed."""


def _domain(kind: str) -> Domain:
    return Domain("MM", 1, "internal", "internal", kind)


def _packed(kind: str, values: Sequence[str]) -> PackedPseudonyms:
    """As a node makes them."""
    return packed_pseudonyms(KEY, _domain(kind), values)


def _room(place: Path, rows: int) -> NDArray[np.bytes_]:
    """Room in a file, as for a large load, beside the register."""
    return mapped_array(place if place.is_dir() else place.parent, rows, "S16")


def _texts(kind: str, values: Sequence[str]) -> Sequence[str]:
    """One by one, and never packed."""
    return pseudonyms(KEY, _domain(kind), values)


def everything(place: Path | str, mapping: str, *, by_engine: bool, today: date = TODAY, open_files=None):
    """All that a load tells, or its error; and what it says of the engine. `place`: a path, or the URL of a
    database."""
    rules, findings = parse_mapping(mapping, regional()), Findings()
    with open_source(str(place), rules, findings) as source:
        if isinstance(place, str):
            open_files = lambda _: source  # noqa: E731 - tables of one moment
        try:
            loaded = load(
                source,
                rules,
                regional(),
                pseudonymise=_packed if by_engine else _texts,
                room=partial(_room, place) if by_engine and isinstance(place, Path) else no_room,
                today=today,
                findings=findings,
                for_engine=(open_files or partial(CsvSource, place, rules.reading)) if by_engine else None,
            )
        except SourceError as error:
            return f"{error} {error.remedy}", (False, "an error")
    clients = loaded.snapshot.clients
    return (
        loaded.snapshot.id,
        loaded.snapshot.has_accidents,
        None if clients is None else clients.to_bytes(),
        list(findings.every_line()),
        replace(loaded, snapshot=None, by_engine=False, declined=""),
        assess(loaded, regional()),
    ), (loaded.by_engine, loaded.declined)
