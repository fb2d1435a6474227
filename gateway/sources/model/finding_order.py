"""The order in which findings are worked through: what costs rows first, then what costs values."""

from collections.abc import Iterable

from gateway.sources.model.findings import Finding, Problem

COSTS_ROWS = frozenset({
    Problem.DATE_FORM, Problem.DATE_NOT_REAL, Problem.DATE_FUTURE, Problem.DATE_EARLY, Problem.DATE_ERA,
    Problem.DATE_AMBIGUOUS, Problem.BLANK, Problem.ROW_SHORT, Problem.ROW_LONG, Problem.ROW_INSIDE,
    Problem.VICTIM_BEYOND, Problem.JOIN, Problem.ORPHAN, Problem.OF_NONE_COUNTED, Problem.MULTIPLIED,
    Problem.TABLE_ALIKE, Problem.TWICE_OTHER, Problem.ROW_OF_SEVERAL, Problem.NUMBER_CUT, Problem.NO_LINE_END,
})  # fmt: skip
"""Problems by which rows can be missing, or counted twice."""

HARMLESS = frozenset({
    Problem.BOM, Problem.ROW_BLANK, Problem.ROW_TOTAL, Problem.ROW_HEADINGS, Problem.NO_CASUALTY,
    Problem.FORMULA, Problem.MERGED, Problem.ZAWGYI, Problem.TWICE_SAME,
})  # fmt: skip
"""Problems of which a report says what was done, and by which nothing is lost."""


def rank(problem: Problem) -> int:
    """0 for the worst: what costs rows, what costs values, what is only stated."""
    return 0 if problem in COSTS_ROWS else 2 if problem in HARMLESS else 1


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in the order in which a person works through them."""
    return sorted(findings, key=lambda f: (rank(f.problem), -f.count, f.table, f.column, f.problem))
