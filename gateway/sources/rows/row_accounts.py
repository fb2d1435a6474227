"""The account of the rows of a source: for each table, how many rows count, and why the others do not.

No row is lost in silence: a row counts, or has a reason of the closed list of problems, or holds nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings, Problem, number_of, problem_of
from gateway.sources.model.mapping import NUMBER, SourceMapping, TableRule
from gateway.sources.model.tables import Source
from gateway.sources.model.words import plain

_BEFORE_READING = (
    Problem.ROW_SHORT,
    Problem.ROW_LONG,
    Problem.NO_CASUALTY,
    Problem.VICTIM_BEYOND,
    Problem.ROW_OF_SEVERAL,
)
"""Reasons for which a row never reaches the columns of its table."""

_EMPTY = (Problem.ROW_BLANK, Problem.ROW_HEADINGS, Problem.ROW_TOTAL)
"""Rows that hold no record."""


@dataclass(frozen=True)
class TableAccount:
    """Rows of a table: `counted`, and the others by reason; `empty` rows hold no record.

    In a table that repeats columns, each victim is a row. `unclaimed`: rows that belong to no casualty are
    no fault, as the mapping says.
    """

    table: str
    counted: int
    reasons: Mapping[Problem, int]
    empty: int = 0
    unclaimed: bool = False

    @property
    def rows(self) -> int:
        """All rows that hold something."""
        return self.counted + sum(self.reasons.values())

    @property
    def asked(self) -> int:
        """The rows that ought to count."""
        return self.rows - (self.reasons.get(Problem.ORPHAN, 0) if self.unclaimed else 0)

    @property
    def share(self) -> float:
        """The counted part of the rows that ought to count, from 0 to 1; 1 where there are none."""
        return self.counted / self.asked if self.asked else 1.0


@dataclass(frozen=True, eq=False)
class JoinedRows:
    """Rows of a joined table: their lines, the number of the reason known so far (0: none), and their keys.

    `keys` are what the look-up of a row of the first table finds: -1 there is no key of any row.
    """

    rule: TableRule
    lines: NDArray[np.int64]
    reasons: NDArray[np.uint8]
    keys: NDArray[np.int64]


def share_counted(accounts: Sequence[TableAccount]) -> float:
    """The least share of any table: no large table hides the rows that a small table lost."""
    return min((account.share for account in accounts), default=1.0)


def account_of_first(rule: TableRule, reasons: NDArray[np.uint8], findings: Findings) -> TableAccount:
    """The account of the first table; `reasons`: the number of a problem for every row, 0 if it counts."""
    return _account(rule, reasons, findings)


def account_of_joined(
    joined: JoinedRows, found: NDArray[np.int64], counts: NDArray[np.bool_], findings: Findings
) -> TableAccount:
    """The account of a joined table. Rows without a counted casualty, or with several, become findings.

    `found`: the key that each row of the first table found, -1 for none; `counts`: which of these rows count.
    """
    keys = int(joined.keys.max(initial=-1)) + 1
    claims = np.bincount(found[found >= 0], minlength=keys)
    counted = np.bincount(found[counts & (found >= 0)], minlength=keys)
    reasons = joined.reasons.copy()
    for problem, rows in (
        (Problem.ORPHAN, claims[joined.keys] == 0),
        (Problem.OF_NONE_COUNTED, counted[joined.keys] == 0),
        (Problem.MULTIPLIED, (counted[joined.keys] > 1) & joined.rule.several),
    ):
        fresh = rows & (reasons == 0)
        reasons[fresh] = number_of(problem)
        if fresh.any():
            findings.add(joined.rule.name, "", problem, sorted(joined.lines[fresh].tolist()))
    return _account(joined.rule, reasons, findings)


def accounts_of_others(
    source: Source, mapping: SourceMapping, findings: Findings
) -> tuple[TableAccount, ...]:
    """Note every table of the source that the mapping does not name. Raises SourceError.

    A table with all columns of the first one, such as the sheet of another year, has an account: none of its
    rows counts.
    """
    names = source.tables()
    if len(names) == 1:
        return ()  # a single file goes by any name
    named = {*(name for table in mapping.tables for name in table.names), *mapping.left_out}
    if mapping.kind == "database":  # the default schema can be named, though its tables have no prefix
        named |= {name.rpartition(".")[2] for name in named if name not in names}
    accounts = []
    for name in names:
        if name in named:
            continue
        findings.add(name, "", Problem.TABLE_NOT_MAPPED)
        if lines := _lines_alike(source, name, mapping.tables[0]):
            findings.add(name, "", Problem.TABLE_ALIKE, lines)
            reasons = MappingProxyType({Problem.TABLE_ALIKE: len(lines)})
            accounts.append(TableAccount(name, 0, reasons))
    return tuple(accounts)


def _lines_alike(source: Source, name: str, first: TableRule) -> list[int]:
    """The lines of a table that has every column of the first one; none of any other table."""
    asked = {plain(heading.replace(NUMBER, "1")) for heading in first.columns}
    try:
        with source.table(name) as table:
            if not asked <= set(map(plain, table.headings)):
                return []
            return [line for chunk in table.chunks for line in chunk.lines]
    except SourceError:
        return []  # no table that can be read, such as an empty sheet


def _account(rule: TableRule, reasons: NDArray[np.uint8], findings: Findings) -> TableAccount:
    times = np.bincount(reasons).tolist()
    found = {problem_of(number): n for number, n in enumerate(times) if number and n}
    found |= dict(_noted(rule.name, findings))
    return TableAccount(
        rule.name,
        counted=times[0] if times else 0,
        reasons=MappingProxyType(dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))),
        empty=sum(findings.count(rule.name, problem) for problem in _EMPTY),
        unclaimed=rule.unclaimed,
    )


def _noted(table: str, findings: Findings) -> Iterator[tuple[Problem, int]]:
    for problem in _BEFORE_READING:
        if n := findings.count(table, problem):
            yield problem, n
