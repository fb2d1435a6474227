"""Problems found in the data: column, problem, count and lines; never the value."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.sources.model.tables import LINES_APART

LINES_KEPT = 20
"""Number of lines that a finding names; `count` covers all lines."""


class Problem(StrEnum):
    """The closed list of problems of a value, a row or a file that do not prevent reading."""

    # a value that was not understood: counted as unknown, or the row left out where the column is essential
    CODE = "not among the codes that the mapping translates"
    CHOICES_MISSING = "the form's file of choices is missing or cannot be read: options have no names"
    PLACE = "not a province of this state"
    PLACE_FOREIGN = "a province of another state"
    ZAWGYI = "Burmese typed for the Zawgyi font: converted to Unicode"
    ENCODING_UNCLEAR = "Burmese that can be for the Zawgyi font or in Unicode: read as it stands"
    DATE_FORM = "not a date in any format of the mapping"
    DATE_AMBIGUOUS = (
        "a date that two formats of the mapping read differently: only the year was taken, where they agree"
    )
    DATE_NOT_REAL = "a date that the calendar does not have"
    DATE_FUTURE = "a date in the future"
    DATE_EARLY = "a date before 1900"
    DATE_ERA = "a year that looks like another calendar's"
    AGE_FORM = "not a whole number of years"
    AGE_RANGE = "an age below 0 or above 120"
    AGE_NEGATIVE = "an accident before the birth"
    NUMBER_FORM = "not a number that can identify anybody"
    NUMBER_CUT = "a number of which a spreadsheet cut the end: it cannot identify anybody"
    LOCAL_FORM = "not a code of a district or commune: up to 13 signs, a digit among them"
    WHOLE_FORM = "not a whole number within its bounds"
    AMOUNT_FORM = "not an amount of money as the mapping says that they are written"
    AMOUNT_RANGE = "an amount below 0 or above a million US dollars"
    PLACE_ENDED = "a province that was none any more by then: counted in it all the same"
    # an essential value is missing: the row is left out
    BLANK = "nothing stands where a value is essential"
    # rows
    ROW_SHORT = "a row with fewer cells than headings, left out"
    ROW_LONG = "a row with more cells than headings, left out"
    CELL_BEYOND = "something stands beyond the headings: not read, its row is"
    ROW_BLANK = "an empty row, left out"
    ROW_TOTAL = "a row of totals, left out"
    NO_CASUALTY = "an accident without a victim: nothing to count"
    VICTIM_BEYOND = "a victim beyond the number that the mapping repeats: not counted"
    ROW_OF_SEVERAL = "a row that is about several people: not counted"
    ROW_INSIDE = "a cell over several lines that look like rows: is a quotation mark missing?"
    ROW_HEADINGS = "the headings once more, left out"
    JOIN = "no row of the joined table belongs to it"
    ORPHAN = "belongs to no casualty of the first table: not counted"
    OF_NONE_COUNTED = "belongs only to rows of the first table that are not counted"
    MULTIPLIED = "belongs to several casualties: counted with each of them"
    CONTACT_TWICE = "the same contact in several rows: kept once"
    CONTACT_ALIKE = "likely one service told by several providers, of one client, month and kind: each counts"
    # clients: what contacts tell of people, year by year
    CONTACT_UNDATED = "a contact without a year: of no year of service"
    CONTACT_BEFORE = "a contact before the accident: nobody is a client by it"
    CONTACT_AFTER_DEATH = "a contact after the person's death: nobody is a client by it"
    STATUS_BACKWARDS = "a status behind an earlier one of the same year: the farthest counts"
    STATUS_UNDATED = "a status in casualties' own rows has no year of service: nobody is a client by it"
    BARRIER_NO_NEED = "a barrier without a need: not counted"
    HOME_COPIED = "homes are the accidents' provinces in nearly all rows: not collected for clients"
    AGE_NOW_DIFFERS = "a year of birth that contradicts the age at the accident: age now is unknown"
    JOIN_TWICE = "several rows of the joined table have its key: the first by alphabet was taken"
    DISABILITY_DIFFERS = "with and without a disability at one time: counted as unknown"
    ACTIVITY_TWICE = "the same activity in several rows: counted once"
    ACTIVITY_EMPTY = "an activity without any number: not counted"
    # people
    TWICE_SAME = "the same case in several rows that agree: counted once"
    TWICE_OTHER = "the same case in several rows that differ: counted once, as the fullest row says"
    PERSON_DIFFERS = "the same person in several cases with another sex"
    PERSON_AGE = "the same person in several cases with ages that do not fit"
    LIKELY_SAME = (
        "likely the same casualty under two numbers: alike in name, month, province, sex, age and outcome"
    )
    PERSON_CONSENT = "the same person agreed to less in another case: that counts here too"
    # workbooks
    FORMULA = "a formula: its last result was read"
    FORMULA_EMPTY = "a formula without a result: read as an empty cell"
    MERGED = "merged cells: each of their rows was given the value"
    # files
    BOM = "a byte order mark at the start of the file, skipped"
    NO_LINE_END = "the last line has no line end: is the file complete?"
    NOT_MAPPED = "neither mapped nor left out by the mapping: not read"
    TABLE_ALIKE = "a row of a table like the first one, which the mapping does not name: not read"
    TABLE_NOT_MAPPED = "a table that is neither mapped nor left out by the mapping: not read"


_PROBLEMS = tuple(Problem)
_NUMBERS = {problem: number for number, problem in enumerate(_PROBLEMS, 1)}


def number_of(problem: Problem) -> int:
    """A number from 1, to keep a problem for each of millions of rows; 0 is for no problem."""
    return _NUMBERS[problem]


def problem_of(number: int) -> Problem:
    """The problem with this number."""
    return _PROBLEMS[number - 1]


@dataclass(frozen=True)
class Finding:
    """`count` occurrences of a problem in a column of a table (both "" for problems of a file or row).

    `lines` are the first lines of the file (rows of a database table, from 1) with the problem.
    """

    table: str
    column: str
    problem: Problem
    count: int
    lines: tuple[int, ...]

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.table, self.column) if part)
        lines = ", ".join(map(str, self.lines[:5])) + (", ..." if self.count > 5 else "")
        return (
            f"{where}: {self.problem} ({self.count} times; line {lines})"
            if lines
            else f"{where}: {self.problem}"
        )


class Findings:
    """Gathers findings while a source is read."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, Problem], int] = {}
        self._lines: dict[tuple[str, str, Problem], array[int]] = {}
        self._united: dict[str, tuple[str, ...]] = {}

    def unite(self, first: str, others: Sequence[str]) -> None:
        """Say that tables are read as one with the first; their lines are LINES_APART further each."""
        self._united[first] = (first, *others)

    def add(self, table: str, column: str, problem: Problem, lines: Sequence[int] = ()) -> None:
        """Note one occurrence per line; without lines, one occurrence of the table as a whole."""
        if not lines or table not in self._united:
            self._add(table, column, problem, lines)
            return
        for number, name in enumerate(self._united[table]):
            if own := [line % LINES_APART for line in lines if line // LINES_APART == number]:
                self._add(name, column, problem, own)

    def _add(self, table: str, column: str, problem: Problem, lines: Sequence[int]) -> None:
        key = (table, column, problem)
        self._counts[key] = self._counts.get(key, 0) + max(1, len(lines))
        self._lines.setdefault(key, array("I")).extend(lines)

    def take_over(self, others: "Findings") -> None:
        """Add what was noted elsewhere, of tables that are not read as one with any other."""
        for (table, column, problem), count in others._counts.items():
            lines = others._lines[table, column, problem]
            for _ in range(0 if lines else count):
                self.add(table, column, problem)
            if lines:
                self.add(table, column, problem, lines)

    def count(self, table: str, problem: Problem) -> int:
        """The occurrences of a problem in a table so far, and in those that are read as one with it."""
        names = self._united.get(table, (table,))
        return sum(n for (name, _, found), n in self._counts.items() if name in names and found is problem)

    def all(self) -> tuple[Finding, ...]:
        """Every finding, by table and column in alphabetical order, the most frequent first."""
        found = (
            Finding(*key, n, tuple(sorted(self._lines[key])[:LINES_KEPT])) for key, n in self._counts.items()
        )
        return tuple(sorted(found, key=lambda f: (f.table, f.column, -f.count, f.problem)))

    def every_line(self) -> Iterator[tuple[str, str, str, int]]:
        """Table, column, problem and line of every single occurrence, for checking the source."""
        for (table, column, problem), lines in sorted(self._lines.items()):
            for line in sorted(lines):
                yield table, column, str(problem), line


def count_of(findings: Iterable[Finding], problem: Problem) -> int:
    """The total number of occurrences of a problem."""
    return sum(f.count for f in findings if f.problem is problem)
