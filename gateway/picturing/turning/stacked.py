"""Tables of one question below each other, as one table for reading: each kind of assistance, each injury.

Each stays a table of its own, with its own entries in the log, and nothing is added up over them: a client
has a case for each kind of assistance, and a person can have several injuries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.dictionary import Dictionary
from gateway.picturing.errors import LayoutError
from gateway.picturing.implied_bounds import with_bounds
from gateway.picturing.labels import Labels
from gateway.picturing.layout import ABSENT, Head, Layout, Note, Row, Shown, best_across, layout
from gateway.picturing.notices.coarser_tables import coarser_tables
from gateway.picturing.notices.units import units
from gateway.picturing.words import Words, msgid
from gateway.question import COUNTRY
from gateway.wire.cells import TOTAL, Status
from gateway.wire.release import Release

_NOTHING_GIVEN = frozenset({Status.NOT_SHARED, Status.NO_ANSWER})
_ABSENT = Shown("", ABSENT, False, "", ())


@dataclass(frozen=True)
class Stacked:
    """`corner` names the levels that run down, `heads` are the columns; `parts` are the rows of each table.

    `silent`: the members that have no row in any table, since they gave none of it. `hints`: of each table,
    which coarser ones show more, where most of it is withheld.
    """

    corner: tuple[str, ...]
    heads: tuple[Head, ...]
    parts: tuple[tuple[Row, ...], ...]
    notes: tuple[Note, ...]
    counted: tuple[str, ...]
    silent: tuple[str, ...]
    hints: tuple[tuple[str, ...], ...] = ()


def telling(release: Release) -> Release:
    """The table without the rows of members that gave nothing of it: no answer, or none that they share."""
    places = [place for place, axis in enumerate(release.axes) if axis.level == COUNTRY]
    if not places:
        return release
    (place,) = places
    present = {cell.key[place] for cell in release.cells if cell.status not in _NOTHING_GIVEN} | {TOTAL}
    axes = tuple(
        replace(axis, codes=tuple(code for code in axis.codes if code in present)) if n == place else axis
        for n, axis in enumerate(release.axes)
    )
    return replace(release, axes=axes, cells=tuple(c for c in release.cells if c.key[place] in present))


def silent(releases: Sequence[Release]) -> tuple[str, ...]:
    """The members without a row in any of the tables."""
    present = {code for one in releases for axis in telling(one).axes for code in axis.codes}
    asked = [one.member for release in releases for one in release.coverage]
    by_country = any(axis.level == COUNTRY for release in releases for axis in release.axes)
    return tuple(member for member in dict.fromkeys(asked) if member not in present) if by_country else ()


def can_be_stacked(releases: Sequence[Release]) -> bool:
    """Whether there are tables, all of the same number of levels: one to run across, and others down."""
    sizes = {len(release.axes) for release in releases}
    return len(sizes) == 1 and min(sizes) > 1


def stacked(releases: Sequence[Release], dictionary: Dictionary, words: Words) -> Stacked:
    """Lay released tables out below each other, the same level across in each.

    Where the levels at one place differ, as the statuses of two kinds of assistance do, the corner says
    *Answer*. Raises LayoutError for no table, for tables without a level to run across, or with different
    numbers of levels.
    """
    if not can_be_stacked(releases):
        raise LayoutError("These tables cannot stand below each other.", remedy="Read each by itself.")
    (across,) = best_across(releases[0].axes, dictionary)[-1:] or [len(releases[0].axes) - 1]
    made = [_laid_out(release, across, dictionary, words) for release in releases]
    columns = _columns(made)
    labels = Labels(dictionary, words)
    corners = [set(names) for names in zip(*(one.corner for one in made), strict=True)]
    return Stacked(
        corner=tuple(names.pop() if len(names) == 1 else words.say(msgid("Answer")) for names in corners),
        heads=columns,
        parts=tuple(tuple(_aligned(one, columns)) for one in made),
        notes=tuple(dict.fromkeys(note for one in made for note in one.notes)),
        counted=tuple(dict.fromkeys(said for one in releases for said in units(one, labels))),
        silent=silent(releases),
        hints=tuple(coarser_tables(release, labels) for release in releases),
    )


def _laid_out(release: Release, across: int, dictionary: Dictionary, words: Words) -> Layout:
    level = release.axes[across].level
    return layout(telling(with_bounds(release, dictionary)), dictionary, words, across=(level,))


def _columns(made: Sequence[Layout]) -> tuple[Head, ...]:
    """The columns of all tables in their order, each once; the total comes last."""
    found = {head.code: head for one in made for head in one.heads[-1]}
    total = found.pop(TOTAL, None)
    return (*found.values(), *([total] if total else []))


def _aligned(made: Layout, columns: Sequence[Head]) -> list[Row]:
    """The rows with a place in every column."""
    codes = [head.code for head in made.heads[-1]]
    if codes == [head.code for head in columns]:
        return list(made.rows)
    by_code = [dict(zip(codes, row.cells, strict=True)) for row in made.rows]
    return [
        replace(row, cells=tuple(cells.get(head.code, _ABSENT) for head in columns))
        for row, cells in zip(made.rows, by_code, strict=True)
    ]
