"""Collects the columns of a source, chunk by chunk: codes as small numbers, identifiers as pseudonyms."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.pseudonym_digits import PackedPseudonyms
from gateway.member.model.column import counted, looked_up
from gateway.member.model.mapped_arrays import release
from gateway.member.model.snapshot import Column
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings, Problem, number_of
from gateway.sources.model.mapping import ColumnRule
from gateway.sources.model.targets import Kind
from gateway.sources.rows.convert import Outcome

Pseudonymise: TypeAlias = Callable[[str, Sequence[str]], Sequence[str] | PackedPseudonyms]
"""Function from the kind of identifier and canonical values, none empty, to a pseudonym for each value."""

MOST_REMEMBERED = 200_000
"""Distinct words of a column remembered; a column of free text must not fill the memory."""


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
        if len(self._memo) < MOST_REMEMBERED:
            self._memo[value] = number
        return number

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
        self._pseudonymise = pseudonymise
        self._findings = findings
        self._parts: list[NDArray[np.bytes_]] = []
        self._prefix: bytes | None = None
        self._room: NDArray[np.bytes_] | None = None
        self._filled = 0
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
        self._take([outcome.value for outcome in outcomes])

    def put_into(self, room: NDArray[np.bytes_]) -> None:
        """Take an array of as many rows as will be read, to hold packed pseudonyms."""
        self._room = room

    def read_numbers(
        self, numbers: Sequence[str], others: Mapping[int, str], lines: NDArray[np.int64]
    ) -> None:
        """Read the cells of one block. Problems become findings.

        `numbers`: the identifier of each row where its cell is one as it stands, else "". `others`: by row,
        every other cell that is not empty.
        """
        if not others and "" not in numbers:
            self._cells += len(numbers)
            if self.rule.target.essential:
                self._reasons.append(np.zeros(len(numbers), dtype=np.uint8))
            self._take(numbers)
            return
        values, blank = list(numbers), self._convert("")
        outcomes = {row: self._convert(cell) for row, cell in others.items()}
        for row, outcome in outcomes.items():
            values[row] = outcome.value
        empty = [row for row, number in enumerate(numbers) if not number and row not in outcomes]
        outcomes |= dict.fromkeys(empty, blank)
        rows = sorted(outcomes)
        self._count([outcomes[row] for row in rows], lines[rows].tolist())
        self._cells += len(values) - len(rows)
        if self.rule.target.essential:
            reasons = np.zeros(len(values), dtype=np.uint8)
            for row, outcome in outcomes.items():
                reasons[row] = _reason(outcome)
            self._reasons.append(reasons)
        self._take(values)

    def _take(self, values: Sequence[str]) -> None:
        known = [value for value in values if value] if "" in values else values
        made = np.zeros(0, dtype=np.bytes_)
        if known:
            found = self._pseudonymise(self.rule.target.name, known)
            if isinstance(found, PackedPseudonyms):
                self._prefix, made = found.prefix, found.digests.copy()
            elif self._room is None:
                made = np.asarray(found, dtype=np.bytes_)
            else:
                raise TypeError("Only packed pseudonyms have room in an array.")
        if len(known) < len(values):
            some, made = made, np.zeros(len(values), dtype=made.dtype)
            made[np.array([bool(value) for value in values], dtype=np.bool_)] = some
        if self._room is None:
            self._parts.append(made)
            return
        self._room[self._filled : self._filled + len(made)] = made
        self._filled += len(made)
        release(self._room)

    @property
    def prefix(self) -> bytes | None:
        """The beginning of all pseudonyms, where they are packed; None where they are texts."""
        return self._prefix

    def kept(self) -> NDArray[np.bytes_]:
        """The pseudonym of every row as it was made, packed or as text; empty where there is none."""
        if self._room is not None:
            return self._room
        if len(self._parts) != 1:
            self._parts = [_joined(self._parts)]
        return self._parts[0]

    def pseudonyms(self) -> NDArray[np.bytes_]:
        """The pseudonym of every row as text, empty where there is none."""
        return self._texts(self.kept())

    def last(self) -> NDArray[np.bytes_]:
        """The pseudonyms of the last chunk read, as texts."""
        return self._texts(self._parts[-1])

    def _texts(self, values: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
        if self._prefix is None:
            return values
        given = values != b""
        if given.all():
            return PackedPseudonyms(self._prefix, values).texts()
        some = PackedPseudonyms(self._prefix, values[given]).texts()
        texts = np.zeros(len(values), dtype=some.dtype)
        texts[given] = some
        return texts

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


def _joined(parts: list[NDArray[np.bytes_]]) -> NDArray[np.bytes_]:
    """The parts as one array. Takes them out of the list one by one: millions of rows are not held twice."""
    width = max((part.dtype.itemsize for part in parts), default=1)
    whole = np.empty(sum(map(len, parts)), dtype=f"S{width}")
    at = 0
    parts.reverse()
    while parts:
        part = parts.pop()
        whole[at : at + len(part)] = part
        at += len(part)
    return whole


def _reason(outcome: Outcome) -> int:
    """The number of the problem that leaves a cell without a value; 0 where the cell has a value."""
    return 0 if outcome.value else number_of(outcome.problem or Problem.BLANK)
