"""Ages on 31 December of a year of service: of a date of birth, or of the age at an accident."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import Column
from gateway.sources.model.dates import UnreadableError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.targets import AGE, BIRTH, DATE
from gateway.sources.rows.convert import AGE_SPANS, OLDEST, age_band

SMALL = ["0-4"]
"""Ages at which other questions are asked about disability than later."""
_UNKNOWN, _ADULT = "UNK", 18
_SPANS = {
    **{band: (first, last) for first, last, band in AGE_SPANS},
    "CHILD_UNK": (0, _ADULT - 1),
    "ADULT_UNK": (_ADULT, OLDEST),
    _UNKNOWN: (0, OLDEST),  # whoever was hurt eighteen years ago is grown up now
}


def age_now(  # noqa: PLR0917 - what is known of people, of their cases and of the clients
    columns: Mapping[str, Column],
    born: Column | None,
    cases: tuple[NDArray[np.int64], NDArray[np.intp]],
    clients: tuple[NDArray[np.int64], NDArray[np.int64]],
    where: tuple[str, NDArray[np.int64]],
    findings: Findings,
) -> Column | None:
    """The age of each client; None where the register tells neither ages nor dates of birth.

    `cases`: the person of each row, and the rows by date. `clients`: a row of each client, and the year.
    Somebody who was grown up at the accident and would be a child now is of unknown age, and a finding.
    """
    if AGE not in columns and born is None:
        return None
    (who, latest), (at, year) = cases, clients
    birth_years: dict[int, tuple[int, int]] = {}
    spans: dict[int, list[tuple[int, int, int]]] = {}
    ages = columns.get(AGE, Column.constant(_UNKNOWN, len(who))).values()
    then = columns[DATE].values()
    births = [""] * len(who) if born is None else born.values()
    wanted = set(who[at].tolist())
    for row in latest.tolist():
        person = int(who[row])
        if person not in wanted:
            continue
        if births[row][:4].isdigit():
            birth_years[person] = int(births[row][:4]), row
        if ages[row] in _SPANS and then[row][:4].isdigit():
            spans.setdefault(person, []).append((int(then[row][:4]), *_SPANS[ages[row]]))
    made: list[str] = []
    doubted: set[int] = set()
    for row, now in zip(at.tolist(), year.tolist(), strict=True):
        person = int(who[row])
        span = _span(spans.get(person, ()), now)
        if person not in birth_years:
            made.append(_band(span))
            continue
        born_in, row_of_birth = birth_years[person]
        age = now - born_in
        if age < 0 or (age < _ADULT <= span[0]) or (span[1] < _ADULT <= age):
            doubted.add(int(where[1][row_of_birth]))
            made.append(_UNKNOWN)
        else:
            made.append(_in_years(age))
    if doubted:
        findings.add(where[0], BIRTH, Problem.AGE_NOW_DIFFERS, sorted(doubted))
    return Column.of(made)


def _span(spans: Sequence[tuple[int, int, int]], now: int) -> tuple[int, int]:
    """The least and the greatest age that fits all cases; any age where they do not fit together."""
    least, most = 0, OLDEST
    for year, first, last in spans:
        least, most = max(least, first + now - year), min(most, last + now - year + 1)
    return (least, most) if least <= most else (0, OLDEST)


def _band(span: tuple[int, int]) -> str:
    least, most = span
    if _in_years(least) == _in_years(most):
        return _in_years(least)
    return "ADULT_UNK" if least >= _ADULT else "CHILD_UNK" if most < _ADULT else _UNKNOWN


def _in_years(age: int) -> str:
    try:
        return age_band(age)
    except UnreadableError:
        return _UNKNOWN
