"""Invented sheets of risk education and marking, in the form of a member's own register.

Published for Lao PDR: 1,425 sessions in 472 villages with 153,663 attendances in half a year (NRA, 2024).
What is not published is assumed: the kinds, the numbers of other members, operators, and all marked areas.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from gateway.demo.register_files import RegisterTable
from gateway.sources.model.dates import BUDDHIST_AHEAD
from gateway.sources.model.mapping import YES, ColumnRule, TableRule
from gateway.sources.model.targets import (
    ACTIVITY,
    ACTIVITY_DATE,
    ACTIVITY_TYPE,
    AREAS,
    MARKING,
    OPERATOR,
    REACHED,
    SESSIONS,
)

YEARS = range(2019, 2026)
_KINDS = ("EORE_COMM", "EORE_SCHOOL", "EORE_TRAIN")
_SHARES = (0.62, 0.34, 0.04)
_ATTENDED = {"EORE_COMM": 105.0, "EORE_SCHOOL": 128.0, "EORE_TRAIN": 14.0}
"""Attendances of a session."""
_FIRST_TRAINING = 2021
"""Nobody was trained to teach before: of that kind and those years there are no sheets."""


@dataclass(frozen=True)
class _Size:
    """Sheets of a year about risk education, sessions of a sheet, and marked areas of a year."""

    sheets: int
    sessions: float
    marked: int


_SIZES = {
    "KH": _Size(280, 5.2, 60),
    "LA": _Size(940, 3.0, 25),
    "MM": _Size(210, 2.2, 0),
    "PH": _Size(90, 2.4, 0),
    "TH": _Size(120, 1.8, 0),
    "VN": _Size(170, 2.6, 0),
}
_OPERATORS: Mapping[str, Sequence[str]] = {
    "PH": ("Armed Forces CMO", "Dept of Education", "FSD", "PCBL", "Red Cross")
}
_HELD = (0.34, 0.27, 0.18, 0.13, 0.08)
"""Shares of the operators, where a register names them."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: a day, a kind, and its numbers; `attended` by four groups of people."""

    day: date
    kind: str
    sessions: int = 0
    attended: tuple[int, ...] = ()
    areas: int = 0
    operator: str = ""


def sheets(member: str, seed: int) -> tuple[Sheet, ...]:
    """Return the sheets of a member, none where the demo has none; the same seed gives the same sheets."""
    size = _SIZES.get(member)
    if size is None:
        return ()
    dice = np.random.default_rng([seed, *member.encode(), 4])
    made = tuple(sheet for year in YEARS for sheet in _of_year(year, size, dice))
    names = _OPERATORS.get(member)
    if names is None:
        return made
    held = dice.choice(len(names), p=_HELD, size=len(made)).tolist()
    return tuple(replace(sheet, operator=names[one]) for sheet, one in zip(made, held, strict=True))


def truth(member: str, seed: int) -> Counter[tuple[int, str, str]]:
    """Return year, kind and measure -> the sum over the sheets."""
    found: Counter[tuple[int, str, str]] = Counter()
    for sheet in sheets(member, seed):
        if sheet.kind == MARKING:
            found[sheet.day.year, sheet.kind, AREAS] += sheet.areas
        else:
            found[sheet.day.year, sheet.kind, SESSIONS] += sheet.sessions
            found[sheet.day.year, sheet.kind, REACHED] += sum(sheet.attended)
    return found


def activity_rows(
    member: str, rule: TableRule, words: Mapping[str, Mapping[str, list[str]]], seed: int, digits: str
) -> RegisterTable:
    """Return a table of sheets, of marking or of risk education, as the mapping reads it."""
    native = str.maketrans("0123456789", digits) if digits else {}
    own = [one for one in sheets(member, seed) if (one.kind == MARKING) == (rule.activities != YES)]
    counted = [heading for heading, column in rule.columns.items() if column.target.name == REACHED]
    rows = []
    for number, sheet in enumerate(own, 1):
        groups = iter(_grouped(sheet.attended, len(counted)))
        cells = [
            str(next(groups)) if heading in counted else _cell(number, sheet, column, words[heading])
            for heading, column in rule.columns.items()
        ]
        rows.append([*(cell.translate(native) for cell in cells), *("" for _ in rule.left_out)])
    return RegisterTable(rule.name, (*rule.columns, *rule.left_out), rows)


def _of_year(year: int, size: _Size, dice: np.random.Generator) -> Iterator[Sheet]:
    for _ in range(size.sheets):
        kind = _KINDS[int(dice.choice(len(_KINDS), p=_SHARES))]
        if kind == "EORE_TRAIN" and year < _FIRST_TRAINING:
            kind = "EORE_COMM"
        held = 1 + int(dice.poisson(size.sessions - 1))
        shares = dice.dirichlet([4, 5, 6, 6])
        attended = dice.multinomial(int(dice.poisson(held * _ATTENDED[kind])), shares)
        yield Sheet(_day(year, dice), kind, held, tuple(attended.tolist()))
    for _ in range(int(dice.poisson(size.marked))):
        yield Sheet(_day(year, dice), MARKING, areas=1)


def _day(year: int, dice: np.random.Generator) -> date:
    return date(year, 1, 1) + timedelta(days=int(dice.integers(365)))


def _grouped(numbers: Sequence[int], columns: int) -> list[int]:
    """Return the numbers in so many columns, of four groups or of two."""
    return [sum(numbers[at::columns]) for at in range(columns)]


def _cell(number: int, sheet: Sheet, column: ColumnRule, words: Mapping[str, list[str]]) -> str:
    target = column.target.name
    if target == ACTIVITY_DATE:
        year = sheet.day.year + (BUDDHIST_AHEAD if column.era == "BE" else 0)
        shown = column.formats[0].text.replace("YYYY", str(year))
        return shown.replace("MM", f"{sheet.day.month:02d}").replace("DD", f"{sheet.day.day:02d}")
    plain = {
        ACTIVITY: f"{sheet.day.year}/{number:05d}",
        SESSIONS: str(sheet.sessions),
        AREAS: str(sheet.areas),
        OPERATOR: sheet.operator,
    }
    return plain[target] if target in plain else words[{ACTIVITY_TYPE: sheet.kind}[target]][0]
