"""Matches rows of the same person, and rows of the same case.

People are matched by national number, and otherwise by case number: no guess is made from names, ages or
places. Rows with one case number are one casualty; the row with most known values is kept, and of equally
full rows the first by codes, so that the order of the rows changes nothing.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import disagree, in_company, looked_up
from gateway.member.model.mapped_arrays import blocks, release, reordered
from gateway.member.model.snapshot import Column
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.rows.convert import AGE_SPANS, OLDEST

CONSENTS = ("N", "NAT", "AGG", "REC")
"""Codes of consent, from the least to the most."""

_AGES = {band: (first, last) for first, last, band in AGE_SPANS}
_CLERKS_SLIP, _NEVER = 2, 9999
"""Years by which stated ages may be wrong before a finding, and a year later than any other."""

UNKNOWN_CODES = frozenset({"UNK", "U"})


def person_links(national: NDArray[np.bytes_] | None, case: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    """A pseudonym per row for the person: of the national number, else of the case number."""
    if national is None:
        return case
    without = np.zeros(len(national), dtype=np.bool_)
    for start, block in blocks(national):
        without[start : start + len(block)] = block == b""
    if not without.any() and national.dtype.itemsize >= case.dtype.itemsize:
        return national  # millions of rows are not held twice
    widest = max(national.dtype, case.dtype, key=lambda d: d.itemsize)
    same_width = national.dtype == widest
    person = reordered(national, np.arange(len(national))) if same_width else national.astype(widest)
    for start, block in blocks(person):
        rows = slice(start, start + len(block))
        block[without[rows]] = case[rows][without[rows]]
        release(case)
    return person


def rows_of_other_rows_cases(
    case: NDArray[Any], links: Mapping[str, NDArray[np.bytes_]], columns: Mapping[str, Column]
) -> dict[Problem, NDArray[np.int64]]:
    """The rows that another row of the same `case` stands for, by problem; nothing where no case recurs."""
    dropped: dict[Problem, list[int]] = {}
    again = np.flatnonzero(in_company(case))
    if not len(again):
        return {}
    unknown = sum(
        (_unknown(c)[c.indices[again]].astype(np.int64) for c in columns.values()), start=np.int64(0)
    )
    linked = [links["person"][again], links["accident"][again], *(c.indices[again] for c in columns.values())]
    order = np.lexsort((*reversed(linked), np.broadcast_to(unknown, again.shape), case[again]))
    kept = 0
    for place, row in enumerate(order.tolist()):
        if place == 0 or case[again[row]] != case[again[order[place - 1]]]:
            kept = row
            continue
        same = all(part[row] == part[kept] for part in linked)
        problem = Problem.TWICE_SAME if same else Problem.TWICE_OTHER
        dropped.setdefault(problem, []).append(int(again[row]))
    return {problem: np.array(rows, dtype=np.int64) for problem, rows in dropped.items()}


def least_consent(consent: Column, groups: NDArray[Any]) -> Column:
    """The least consent among the rows of a case, so that no clerk's slip leads to sharing."""
    return Column.numbered(CONSENTS, _least(_ranks(consent), groups))


def _ranks(consent: Column) -> NDArray[np.uint8]:
    ranks = np.array([CONSENTS.index(code) for code in consent.codes], dtype=np.uint8)
    return np.asarray(looked_up(ranks, consent.indices))


def _least(ranks: NDArray[np.uint8], groups: NDArray[Any]) -> NDArray[np.uint8]:
    rows = np.flatnonzero(in_company(groups))
    least = np.full(int(groups.max(initial=-1)) + 1, len(CONSENTS), dtype=np.uint8)
    np.minimum.at(least, groups[rows], ranks[rows])
    made = ranks.copy()
    made[rows] = least[groups[rows]]
    return made


def consent_of_people(
    consent: Column, who: NDArray[Any], lines: NDArray[np.int64], table: str, findings: Findings
) -> Column:
    """The least consent of a person over all cases: consent is given by a person, not by a case.

    Every row changed in this way is a finding.
    """
    if len(consent.codes) < 2:
        return consent
    ranks = _ranks(consent)
    least = _least(ranks, who)
    changed = lines[ranks != least]
    if not len(changed):
        return consent
    findings.add(table, "", Problem.PERSON_CONSENT, sorted(changed.tolist()))
    return Column.numbered(CONSENTS, least)


def note_contradictions(
    who: NDArray[Any], sex: Column, lines: NDArray[np.int64], table: str, findings: Findings
) -> None:
    """Note numbers shared by two people: male in one case and female in another."""
    is_known = looked_up(~_unknown(sex), sex.indices)
    several = disagree(who, sex.indices, is_known)
    rows = np.flatnonzero(looked_up(several, who))
    if len(rows):
        findings.add(table, "", Problem.PERSON_DIFFERS, sorted(lines[rows].tolist()))


def note_ages(  # noqa: PLR0917 - as `note_contradictions`
    who: NDArray[Any],
    age: Column,
    month: Column,
    lines: NDArray[np.int64],
    table: str,
    findings: Findings,
) -> None:
    """Note numbers shared by two people: no year of birth fits all cases of the number."""
    several = np.flatnonzero(in_company(who))  # one case fits itself
    if not len(several):
        return
    age, month, lines, who = age.taken(several), month.taken(several), lines[several], who[several]
    spans = np.array([_AGES.get(c, (0, OLDEST)) for c in age.codes], dtype=np.int64).reshape(-1, 2)[
        age.indices
    ]
    then = [int(c[:4]) if c[:4].isdigit() else 0 for c in month.codes]  # codes without rows may be no dates
    years = np.array(then, dtype=np.int64)[month.indices]
    people = int(who.max(initial=-1)) + 1
    first, last = np.full(people, -1, dtype=np.int64), np.full(people, _NEVER, dtype=np.int64)
    np.maximum.at(first, who, years - spans[:, 1] - 1)
    np.minimum.at(last, who, years - spans[:, 0])
    rows = np.flatnonzero((first > last + _CLERKS_SLIP)[who])
    if len(rows):
        findings.add(table, "", Problem.PERSON_AGE, sorted(lines[rows].tolist()))


def _unknown(column: Column) -> NDArray[np.bool_]:
    return np.array([c in UNKNOWN_CODES or c.endswith("_UNK") for c in column.codes], dtype=np.bool_)
