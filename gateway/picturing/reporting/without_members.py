"""A release without the numbers of some members: their rows go, and totals are those of the others. Pure.

A total of several members is worked out anew from what the others show, by the rule of merging: a withheld
part makes the total withheld, a part that is missing for another reason is named beside it. Nothing of a
member that left remains, so that no difference gives its numbers away.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from math import isqrt

from gateway.dictionary import COUNTRY, PLACES, Dictionary
from gateway.picturing.implied_bounds import with_bounds
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release

Key = tuple[str, ...]


def without_members(release: Release, dictionary: Dictionary, members: Set[str]) -> Release | None:
    """The release of the other members; the release itself where none of `members` gave numbers.

    None where nothing would remain: nobody else gave numbers, or the table says of no number whose it is.
    """
    gave = {one.member for one in release.coverage if one.answered}
    asked = {one.member for one in release.coverage}
    if not members & asked:
        return release
    coverage = tuple(one for one in release.coverage if one.member not in members)
    if not members & gave and COUNTRY not in {axis.level for axis in release.axes}:
        named = tuple(
            replace(cell, missing_members=_others(cell.missing_members, members)) for cell in release.cells
        )
        return replace(release, coverage=coverage, cells=named)
    owning = [i for i, axis in enumerate(release.axes) if _by_member(axis, dictionary)]
    if not owning or not gave - members:
        return None
    left = {
        i: {code for code in release.axes[i].codes if _owner(release.axes[i], code, dictionary) in members}
        for i in owning
    }
    cells = {
        cell.key: replace(cell, missing_members=_others(cell.missing_members, members))
        for cell in release.cells
        if not any(cell.key[i] in codes for i, codes in left.items())
    }
    axes = tuple(
        Axis(axis.level, tuple(code for code in axis.codes if code not in left.get(i, ())))
        for i, axis in enumerate(release.axes)
    )
    along = next((i for i in owning if release.axes[i].level == COUNTRY), owning[0])
    totals = [key for key in cells if all(key[i] == TOTAL for i in owning)]
    for key in totals:
        cells[key] = _total(cells, cells[key], axes[along], along)
    where = dict(release.question.get("where", {}))
    if COUNTRY in where:
        where[COUNTRY] = [code for code in where[COUNTRY] if code not in members]
    others = replace(
        release,
        question={**release.question, "where": where},
        axes=axes,
        cells=tuple(cells.values()),
        coverage=coverage,
    )
    # Only now: bounds worked out with the member's own numbers would tell of them.
    bounded = {cell.key: cell for cell in with_bounds(others, dictionary).cells}
    cells |= {key: _bounded(cells[key], _parts(bounded, key, axes[along], along)) for key in totals}
    return replace(others, cells=tuple(cells.values()))


def _total(cells: Mapping[Key, Cell], former: Cell, axis: Axis, along: int) -> Cell:
    key = former.key
    parts = _parts(cells, key, axis, along)
    shown = [cell for _, cell in parts if cell.value is not None]
    missing = former.missing_members
    if axis.level == COUNTRY:
        missing = tuple(code for code, cell in parts if cell.status not in (Status.VALUE, Status.WITHHELD))
    elif any(cell.missing_members for _, cell in parts):
        missing = tuple(sorted({m for _, cell in parts for m in cell.missing_members} | set(missing)))
    if any(cell.status is Status.WITHHELD for _, cell in parts):
        return Cell(key, Status.WITHHELD, at_least=_least(parts) or None, missing_members=missing)
    if not shown:
        return replace(former, status=_why(parts), value=None, at_least=None, at_most=None)
    return Cell(
        key,
        Status.VALUE,
        sum(cell.value or 0 for cell in shown),
        missing_members=missing,
        largest_deviation=sum(cell.largest_deviation for cell in shown),
        standard_deviation=_together([cell.standard_deviation for cell in shown]),
    )


def _parts(cells: Mapping[Key, Cell], key: Key, axis: Axis, along: int) -> list[tuple[str, Cell]]:
    """The parts of a total along an axis, with their codes."""
    around = [(code, (*key[:along], code, *key[along + 1 :])) for code in axis.codes if code != TOTAL]
    return [(code, cells[at]) for code, at in around if at in cells]


def _bounded(total: Cell, parts: Sequence[tuple[str, Cell]]) -> Cell:
    """A withheld total is at most what its parts are at most, together."""
    counted = [cell for _, cell in parts if cell.status in (Status.VALUE, Status.WITHHELD)]
    if total.status is not Status.WITHHELD or any(cell.standard_deviation for cell in counted):
        return total
    most = [cell.at_most if cell.value is None else cell.value + cell.largest_deviation for cell in counted]
    known = [one for one in most if one is not None]
    return replace(total, at_most=sum(known)) if len(known) == len(most) else total


def _least(parts: Sequence[tuple[str, Cell]]) -> int:
    certain = (cell for _, cell in parts if not cell.standard_deviation)
    return sum(max(0, (cell.value or 0) - cell.largest_deviation) + (cell.at_least or 0) for cell in certain)


def _why(parts: Sequence[tuple[str, Cell]]) -> Status:
    statuses = {cell.status for _, cell in parts}
    return next(
        (s for s in (Status.NO_ANSWER, Status.NOT_SHARED, Status.NOT_COLLECTED) if s in statuses),
        Status.NOT_SHARED,
    )


def _together(deviations: Sequence[int]) -> int:
    """The standard deviation of a sum of independent noise, rounded up."""
    squares = sum(one * one for one in deviations)
    root = isqrt(squares)
    return root + (root * root < squares)


def _others(named: tuple[str, ...], members: Set[str]) -> tuple[str, ...]:
    return tuple(one for one in named if one not in members)


def _by_member(axis: Axis, dictionary: Dictionary) -> bool:
    known = dictionary.levels.get(axis.level)
    return axis.level == COUNTRY or (known is not None and known.dimension in PLACES)


def _owner(axis: Axis, code: str, dictionary: Dictionary) -> str:
    if code == TOTAL:
        return ""
    return code if axis.level == COUNTRY else dictionary.member_of_place(code)
