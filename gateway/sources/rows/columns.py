"""Collects the columns of a source, chunk by chunk: codes as small numbers, identifiers as pseudonyms."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.text_column import TextColumn
from audit.reading.messages import message
from gateway.member.model.column import counted, looked_up
from gateway.member.model.snapshot import Column
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings, Problem, number_of
from gateway.sources.model.mapping import ColumnRule
from gateway.sources.model.pseudonym_column import PseudonymColumn, Pseudonymise
from gateway.sources.model.targets import Kind
from gateway.sources.rows.convert import Outcome

MOST_REMEMBERED = 200_000
"""Distinct words of a column remembered; a column of free text must not fill the memory."""


MOST_UNREAD = 1_000_000
"""Distinct words without a code from which a column is refused: it is no column of codes."""

MOST_PLACES, FEW_PLACES = 20_000, 500
"""Most districts and communes of a state, and the number allowed for registers of any length."""


@dataclass(frozen=True)
class ColumnReport:
    """How a column was read: the number of cells, and of empty, unknown and unreadable cells among them."""

    table: str
    heading: str
    target: str
    cells: int
    blank: int
    unknown: int
    unread: int


class ColumnReader:
    """One mapped column. `outcomes[i]` is the outcome of the i-th distinct value, `indices` one i per row."""

    def __init__(
        self,
        table: str,
        heading: str,
        rule: ColumnRule,
        convert: Callable[[str], Outcome],
        findings: Findings,
    ) -> None:
        self.table = table
        self.heading = heading
        self.rule = rule
        self._convert = convert
        self._findings = findings
        self._outcomes: list[Outcome] = []
        self._number: dict[Outcome, int] = {}
        self._memo: dict[str, int] = {}
        self._bad: set[int] = set()
        self._unread_words: set[int] = set()
        self._indices = array("I")
        self._of_words: NDArray[Any] | None = None

    def read(self, values: Sequence[str], lines: Sequence[int]) -> None:
        """Read the cells of one chunk. Problems become findings."""
        memo = self._memo
        numbers = []
        for value in values:
            number = memo.get(value)
            numbers.append(self._new(value) if number is None else number)
        self._indices.extend(numbers)
        if not self._bad.isdisjoint(numbers):
            self._note(numbers, lines)

    def read_words(self, words: Sequence[str], which: NDArray[Any], lines: NDArray[np.int64]) -> None:
        """Read all cells at once: `which` of the distinct `words` each row has. Problems become findings."""
        made = [self._new(word) for word in words]
        narrow = np.min_scalar_type(max(made, default=0))
        self._of_words = numbers = looked_up(np.array(made, dtype=narrow), which)
        for number in sorted(self._bad):
            problem, where = self._outcomes[number].problem, lines[numbers == number]
            if problem and len(where):
                self._findings.add(self.table, self.heading, problem, where.tolist())

    def column(self) -> Column:
        """The value of every row. Raises SourceError where a column of places identifies single rows."""
        if self.rule.target.kind is Kind.LOCAL and len(self._outcomes) > self._places_allowed():
            raise SourceError(
                f"{self.table}, {self.heading}: nearly every row has a code of its own, so it is no place.",
                remedy="Map another column, or leave this one out: a number of a person never goes in.",
            )
        by_outcome = Column.of([outcome.value for outcome in self._outcomes])
        return Column(by_outcome.codes, looked_up(by_outcome.indices, self._rows()))

    def amounts(self, nothing: int) -> NDArray[np.int64]:
        """The amount of every row; `nothing` for rows without an amount."""
        values = np.array([int(o.value) if o.value else nothing for o in self._outcomes], dtype=np.int64)
        return looked_up(values, self._rows())

    def _places_allowed(self) -> int:
        return min(MOST_PLACES, max(FEW_PLACES, len(self._rows()) // 2))

    def reasons(self) -> NDArray[np.uint8]:
        """Why each row cannot count: in an essential column, the number of the problem; 0 for none."""
        if not self.rule.target.essential:
            return np.zeros(len(self._rows()), dtype=np.uint8)
        return looked_up(np.array([_reason(o) for o in self._outcomes], dtype=np.uint8), self._rows())

    def report(self) -> ColumnReport:
        """The counts of the column."""
        times = counted(self._rows(), len(self._outcomes)).tolist()
        pairs = list(zip(self._outcomes, times, strict=True))
        return ColumnReport(
            self.table,
            self.heading,
            self.rule.target.name,
            len(self._rows()),
            sum(n for o, n in pairs if o.blank),
            sum(n for o, n in pairs if o.unknown),
            sum(n for o, n in pairs if o.problem and not o.blank and not o.unknown),
        )

    def _rows(self) -> NDArray[Any]:
        """The number of each row's outcome, in as few bytes as it takes."""
        return np.array(self._indices, dtype=np.uint32) if self._of_words is None else self._of_words

    def _new(self, value: str) -> int:
        outcome = self._convert(value)
        number = self._number.get(outcome)
        if number is None:
            number = self._number[outcome] = len(self._outcomes)
            self._outcomes.append(outcome)
            if outcome.problem:
                self._bad.add(number)
        if outcome.problem and self.rule.target.codes:
            self._refuse_no_codes(value)
        if len(self._memo) < MOST_REMEMBERED:
            self._memo[value] = number
        return number

    def _refuse_no_codes(self, word: str) -> None:
        """Raise SourceError for words without end: of each its hash is held, and no more."""
        self._unread_words.add(hash(word))
        if len(self._unread_words) > MOST_UNREAD:
            raise SourceError(
                message(
                    "%(table)s, %(column)s has more than %(n)s different words without a code; nothing was "
                    "loaded.",
                    table=self.table,
                    column=self.heading,
                    n=MOST_UNREAD,
                ),
                remedy=message(
                    "Correct the mapping: a column of numbers or of free text is no column of codes."
                ),
            )

    def _note(self, numbers: Sequence[int], lines: Sequence[int]) -> None:
        for number in self._bad.intersection(numbers):
            problem = self._outcomes[number].problem
            where = [line for n, line in zip(numbers, lines, strict=True) if n == number]
            if problem:
                self._findings.add(self.table, self.heading, problem, where)


class IdentifierReader:
    """One column of identifiers. Only pseudonyms are kept; "" where there is no identifier."""

    def __init__(  # noqa: PLR0917 - two readers made side by side, in the same order
        self,
        table: str,
        heading: str,
        rule: ColumnRule,
        convert: Callable[[str], Outcome],
        pseudonymise: Pseudonymise,
        findings: Findings,
    ) -> None:
        self.table = table
        self.heading = heading
        self.rule = rule
        self._convert = convert
        self._findings = findings
        self._made = PseudonymColumn(rule.target.name, pseudonymise)
        self._reasons: list[NDArray[np.uint8]] = []
        self._cells = self._blank = self._unknown = self._unread = 0

    def read(self, values: Sequence[str], lines: Sequence[int]) -> None:
        """Read the cells of one chunk. Problems become findings."""
        outcomes = [self._convert(value) for value in values]
        self._count(outcomes, lines)
        if self.rule.target.essential:
            reasons = np.zeros(len(outcomes), dtype=np.uint8)
            for row in [row for row, outcome in enumerate(outcomes) if not outcome.value]:
                reasons[row] = _reason(outcomes[row])
            self._reasons.append(reasons)
        self._made.add([outcome.value for outcome in outcomes])

    def put_into(self, room: NDArray[np.bytes_]) -> None:
        """Take an array of as many rows as will be read, to hold packed pseudonyms."""
        self._made.put_into(room)

    def read_numbers(self, numbers: TextColumn, others: Mapping[int, str], lines: NDArray[np.int64]) -> None:
        """Read the cells of one block. Problems become findings.

        `numbers`: the identifier of each row where its cell is one as it stands, else "". `others`: by row,
        every other cell that is not empty.
        """
        outcomes = {row: self._convert(cell) for row, cell in others.items()}
        empty = numbers.lengths == 0
        empty[list(outcomes)] = False
        blank, rows = self._convert(""), np.flatnonzero(empty)
        if blank.problem or blank.value:  # else nothing has to be told of each row
            outcomes = dict(sorted((outcomes | dict.fromkeys(rows.tolist(), blank)).items()))
        else:
            self._blank += len(rows)
        self._count(list(outcomes.values()), lines[list(outcomes)].tolist() if outcomes else [])
        self._cells += len(numbers) - len(outcomes)
        if self.rule.target.essential:
            reasons = np.zeros(len(numbers), dtype=np.uint8)
            reasons[rows] = _reason(blank)
            for row, outcome in outcomes.items():
                reasons[row] = _reason(outcome)
            self._reasons.append(reasons)
        self._made.add_block(numbers, {row: o.value for row, o in outcomes.items() if o.value})

    @property
    def prefix(self) -> bytes | None:
        """The beginning of all pseudonyms, where they are packed; None where they are texts."""
        return self._made.prefix

    def kept(self) -> NDArray[np.bytes_]:
        """The pseudonym of every row as it was made, packed or as text; empty where there is none."""
        return self._made.kept()

    def pseudonyms(self) -> NDArray[np.bytes_]:
        """The pseudonym of every row as text, empty where there is none."""
        return self._made.texts()

    def last(self) -> NDArray[np.bytes_]:
        """The pseudonyms of the last chunk read, as texts."""
        return self._made.last()

    def reasons(self) -> NDArray[np.uint8]:
        """Why each row cannot count: of an essential identifier, the number of the problem; 0 for none."""
        if not self.rule.target.essential:
            return np.zeros(self._cells, dtype=np.uint8)
        return np.concatenate([np.zeros(0, dtype=np.uint8), *self._reasons])

    def report(self) -> ColumnReport:
        """The counts of the column."""
        name = self.rule.target.name
        return ColumnReport(
            self.table, self.heading, name, self._cells, self._blank, self._unknown, self._unread
        )

    def _count(self, outcomes: Sequence[Outcome], lines: Sequence[int]) -> None:
        self._cells += len(outcomes)
        self._blank += sum(o.blank for o in outcomes)
        self._unknown += sum(o.unknown for o in outcomes)
        bad = [(o, line) for o, line in zip(outcomes, lines, strict=True) if o.problem]
        self._unread += sum(not o.blank and not o.unknown for o, _ in bad)
        for problem in {o.problem for o, _ in bad if o.problem}:
            where = [line for o, line in bad if o.problem is problem]
            self._findings.add(self.table, self.heading, problem, where)


def _reason(outcome: Outcome) -> int:
    """The number of the problem that leaves a cell without a value; 0 where the cell has a value."""
    return 0 if outcome.value else number_of(outcome.problem or Problem.BLANK)
