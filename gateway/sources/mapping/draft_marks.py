"""Columns in which a mark stands under a word: an x under "man" or "woman", a 1 under "killed".

For drafts of mappings only. Of two such columns that answer each other row by row one tells all; a column of
people killed alone tells that the others were not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from gateway.sources.mapping.column_evidence import MARKS, Witness
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.sampled_cells import Cells
from gateway.sources.model.words import plain

ALTERNATIVES: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "sex": {"M": "F", "F": "M"},
    "outcome": {"K": "I", "I": "K"},
})  # fmt: skip
"""Dimensions with two answers that exclude each other, and for each code the other."""

ALONE = MappingProxyType({"outcome": "K"})
"""What a single column tells: who is not marked as killed was injured."""

_ENOUGH = 0.8
"""Part of the rows with marks or nothing in both columns: the others are rows of sums."""
_NEARLY_ALL = 0.98
"""Part of the rows with one mark: a last row of sums can have neither, and more without one are unknown."""
_YES, _NO = {"1", "1.0", "true"}, {"0", "0.0", "false"}


@dataclass(frozen=True)
class _Marked:
    column: Column
    dimension: str
    code: str


def read_marks(
    columns: Sequence[Column], witness: Witness
) -> tuple[list[Column], frozenset[tuple[str, str]]]:
    """Return the columns, those of marks with what these mean, and those that another makes needless."""
    marked = [found for column in columns if (found := _marked(column, witness))]
    explained: dict[int, Column] = {}
    needless: set[tuple[str, str]] = set()
    for one in marked:
        if (one.column.table, one.column.heading) in needless:
            continue
        others = [
            other
            for other in marked
            if (other.column.table, other.dimension) == (one.column.table, one.dimension)
            and other.code == ALTERNATIVES[one.dimension][one.code]
        ]
        if len(others) == 1 and _answer_each_other(one.column, others[0].column):
            needless.add((others[0].column.table, others[0].column.heading))
        elif others or ALONE.get(one.dimension) != one.code:
            continue
        explained[id(one.column)] = _explained(one)
    return [explained.get(id(column), column) for column in columns], frozenset(needless)


def _marked(column: Column, witness: Witness) -> _Marked | None:
    """What the heading of a column of marks says, where it is the word for one code."""
    written = set(column.written.words)
    if column.times > 1 or column.labels or not written & (MARKS | _YES):
        return None
    for dimension, codes in ALTERNATIVES.items():
        code = witness.lexicon.values.get(dimension, {}).get(plain(column.name), "")
        if code in codes:
            return _Marked(column, dimension, code)
    return None


def _answer_each_other(one: Column, other: Column) -> bool:
    """Whether just one of both is marked in each row, rows of sums aside."""
    pairs = list(zip(map(plain, one.written.values), map(plain, other.written.values), strict=False))
    read = [pair for pair in pairs if all(map(_is_mark, pair))]
    rows = [(a in MARKS | _YES, b in MARKS | _YES) for a, b in read]
    differ = sum(a != b for a, b in rows)
    if (True, True) in rows or len(rows) < _ENOUGH * len(pairs):
        return False
    return bool(rows) and differ >= _NEARLY_ALL * len(rows)


def _is_mark(word: str) -> bool:
    return not word or word in MARKS | _YES | _NO


def _explained(one: _Marked) -> Column:
    """The column with a word of the dictionary for each mark, and for a cell without one."""
    other = ALTERNATIVES[one.dimension][one.code]
    written = set(one.column.written.words)
    labels = dict.fromkeys(written & (MARKS | _YES), one.code) | dict.fromkeys(written & _NO, other)
    marks = replace(
        one.column,
        cells=_without_sums(one.column.cells),
        written=_without_sums(one.column.written),
        blank="" if written & _NO else other,
    )
    return marks.explained(labels=labels)


def _without_sums(cells: Cells) -> Cells:
    return Cells([value if _is_mark(plain(value)) else "" for value in cells.values])
