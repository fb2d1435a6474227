"""A release as a table for people: the levels that run down, the levels across, and the text of every cell.

Every cell of the release appears exactly once. Impossible cells, such as a province in another country, are
left out with their whole row or column, or else stay blank.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, NamedTuple

from gateway.dictionary import Dictionary
from gateway.picturing.errors import LayoutError
from gateway.picturing.labels import Labels
from gateway.picturing.notes import Note, marks, notes
from gateway.picturing.notices.coarser_tables import sentences
from gateway.picturing.words import ENGLISH, SHORT, WITHHELD, Words, capital, msgid
from gateway.question import COUNTRY
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release

ABSENT = "absent"
"""The kind of a place in the table where no cell can be."""

WIDEST = 30
"""The largest number of columns of one level before a shorter level is preferred."""
WIDEST_PAIR = 36
"""How many columns two levels may make together."""

Key = tuple[str, ...]
Placing = Callable[[Key, Key], Key]
"""The key of the cell in a row and a column."""


class Head(NamedTuple):
    """A head over `span` columns or beside `span` rows."""

    text: str
    span: int
    level: str
    code: str
    total: bool


class Shown(NamedTuple):
    """One place of the table. A tuple, because a table may have tens of thousands."""

    text: str
    kind: str
    total: bool
    marks: str
    key: Key


@dataclass(frozen=True)
class Row:
    """`heads` are the headings that begin in this row, the outermost first."""

    heads: tuple[Head, ...]
    cells: tuple[Shown, ...]
    total: bool


@dataclass(frozen=True)
class Layout:
    """`corner` names the levels that run down, one a head column; `heads` are the columns' head rows."""

    caption: str
    corner: tuple[str, ...]
    heads: tuple[tuple[Head, ...], ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]
    counted: tuple[str, ...] = ()
    """What a number counts, and what does not add up, in sentences."""

    def as_json(self) -> dict[str, Any]:
        """Plain values, for programs that show the table."""
        return {
            "caption": self.caption,
            "corner": list(self.corner),
            "heads": [[head._asdict() for head in line] for line in self.heads],
            "rows": [
                {
                    "cells": [cell._asdict() for cell in row.cells],
                    "heads": [head._asdict() for head in row.heads],
                    "total": row.total,
                }
                for row in self.rows
            ],
            "counted": list(self.counted),
            "notes": [{"kind": n.kind, "sign": n.sign, "text": n.text} for n in self.notes],
        }


def layout(
    release: Release,
    dictionary: Dictionary,
    words: Words = ENGLISH,
    *,
    across: Sequence[str] | None = None,
    down: Sequence[str] = (),
    text: Callable[[Key], Shown] | None = None,
    order: Callable[[Sequence[Key], Placing], Sequence[Key]] | None = None,
) -> Layout:
    """Lay a release out. `across` names the levels that make columns; by default the most readable levels.

    Both have the outermost level first; levels that neither names run down, innermost. `text` makes the
    content of the cell at a key, `order` puts the rows in another order.

    Raises LayoutError when `across` or `down` names a level that the table does not have.
    """
    words = words.remembered()
    labels = Labels(dictionary, words)
    chosen = best_across(release.axes, dictionary) if across is None else _positions(release.axes, across)
    first = [i for i in _positions(release.axes, down) if i not in chosen]
    under = [*first, *(i for i in range(len(release.axes)) if i not in (*chosen, *first))]
    cells = {cell.key: cell for cell in release.cells}
    put = _placing(under, chosen)
    lines = _existing(release, under) if order is None else order(_existing(release, under), put)
    columns = _existing(release, chosen)
    content = text or (lambda key: shown(cells.get(key), words))
    alone = all(axis.level != COUNTRY for axis in release.axes)
    names = [labels.axis(axis, alone=alone) for axis in release.axes]
    begin = _row_heads(lines, [release.axes[i] for i in under], [names[i] for i in under])
    measure = capital(labels.measure(release))
    return Layout(
        caption=labels.caption(release),
        corner=tuple(labels.level(release.axes[i].level) for i in under) or ("",),
        heads=_column_heads(columns, [release.axes[i] for i in chosen], [names[i] for i in chosen], measure),
        rows=tuple(
            Row(
                heads,
                tuple(content(put(line, column)) for column in columns),
                not under or TOTAL in line,
            )
            for line, heads in zip(lines, begin, strict=True)
        ),
        notes=notes(release, labels),
        counted=sentences(release, labels),
    )


def shown(cell: Cell | None, words: Words) -> Shown:
    """The text of a cell in the table; empty for no cell."""
    if cell is None:
        return Shown("", ABSENT, False, "", ())
    marked = marks(cell)
    return Shown(cell_text(cell, words), cell.status.value, TOTAL in cell.key, marked, cell.key)


def cell_text(cell: Cell, words: Words) -> str:
    """A number; the symbol, with any bounds; or the word for the cell's status."""
    if cell.value is not None:
        return words.number(cell.value)
    if cell.status is not Status.WITHHELD:
        return words.say(SHORT[cell.status])
    if cell.at_most is not None:
        bounds = words.filled(msgid("%(least)s to %(most)s"), least=cell.at_least or 0, most=cell.at_most)
    elif cell.at_least is not None:
        bounds = words.filled(msgid("at least %(least)s"), least=cell.at_least)
    else:
        return WITHHELD
    return f"{WITHHELD} {bounds}"


def _positions(axes: Sequence[Axis], named: Sequence[str]) -> list[int]:
    """The positions of levels, in the order in which they are named."""
    levels = [axis.level for axis in axes]
    if missing := [level for level in named if level not in levels]:
        raise LayoutError(
            f"The table has no level {', '.join(map(repr, missing))} to arrange.",
            remedy=f"Its levels are {', '.join(levels) or 'none'}.",
        )
    return [levels.index(level) for level in dict.fromkeys(named)]


def columns_of(release: Release, across: Sequence[str]) -> list[Key]:
    """The columns of a table with these levels across, in display order."""
    return _existing(release, _positions(release.axes, across))


def best_across(axes: Sequence[Axis], dictionary: Dictionary) -> list[int]:
    """The positions of the levels to run across: the last unless too long; of four the last two, if short."""
    places = [
        i
        for i, axis in enumerate(axes)
        if axis.level == COUNTRY or dictionary.level(axis.level).dimension == "place"
    ]
    # A province across from its country would leave most of the table blank.
    free = [i for i in range(len(axes)) if len(places) < 2 or i not in places]
    if len(axes) < 2 or not free:
        return []
    lengths = [len(axis.codes) for axis in axes]
    if len(axes) > 3 and len(free) > 1 and prod(lengths[i] for i in free[-2:]) <= WIDEST_PAIR:
        return free[-2:]
    return [free[-1] if lengths[free[-1]] <= WIDEST else min(free, key=lambda i: (lengths[i], -i))]


def _existing(release: Release, positions: Sequence[int]) -> list[Key]:
    """The combinations of codes on some axes that any cell has, in display order."""
    found = {tuple(cell.key[i] for i in positions) for cell in release.cells}
    return [key for key in product(*(release.axes[i].codes for i in positions)) if key in found]


def _placing(down: Sequence[int], across: Sequence[int]) -> Placing:
    """A function from the codes of a row and of a column to the key of their cell."""
    order = [*down, *across]
    where = [order.index(i) for i in range(len(order))]

    def put(line: Key, column: Key) -> Key:
        codes = (*line, *column)
        return tuple(codes[i] for i in where)

    return put


def _runs(keys: Sequence[Key], depth: int) -> list[tuple[int, int]]:
    """Beginnings and lengths of runs of keys that are the same in their first `depth` codes."""
    starts = [i for i, key in enumerate(keys) if i == 0 or key[:depth] != keys[i - 1][:depth]]
    ends = [*starts[1:], len(keys)]
    return [(start, end - start) for start, end in zip(starts, ends, strict=True) if end > start]


def _row_heads(
    lines: Sequence[Key], axes: Sequence[Axis], names: Sequence[Mapping[str, str]]
) -> list[tuple[Head, ...]]:
    heads: list[list[Head]] = [[] for _ in lines]
    for depth, (axis, name) in enumerate(zip(axes, names, strict=True)):
        for start, length in _runs(lines, depth + 1):
            code = lines[start][depth]
            heads[start].append(Head(name[code], length, axis.level, code, code == TOTAL))
    if not axes:
        return [(Head("", 1, "", "", False),)]
    return [tuple(line) for line in heads]


def _column_heads(
    columns: Sequence[Key], axes: Sequence[Axis], names: Sequence[Mapping[str, str]], measure: str
) -> tuple[tuple[Head, ...], ...]:
    if not axes:
        return ((Head(measure, 1, "", "", False),),)
    return tuple(
        tuple(
            Head(name[code], length, axis.level, code, code == TOTAL)
            for start, length in _runs(columns, depth + 1)
            for code in [columns[start][depth]]
        )
        for depth, (axis, name) in enumerate(zip(axes, names, strict=True))
    )


__all__ = [
    "ABSENT",
    "Head",
    "Layout",
    "Note",
    "Row",
    "Shown",
    "best_across",
    "cell_text",
    "columns_of",
    "layout",
    "shown",
]
