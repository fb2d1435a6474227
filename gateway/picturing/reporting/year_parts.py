"""The numbers of a report's year, and those of the years before, as parts of a release. Pure."""

from dataclasses import replace

from gateway.dictionary import CALENDARS, COUNTRY, Dictionary
from gateway.picturing.overview.part_of_release import of_code
from gateway.wire.cells import TOTAL, Axis
from gateway.wire.release import Release

YEARS_BEFORE = 9
"""How many years stand before the report's year, so that ten are shown."""


def year_level(release: Release, dictionary: Dictionary) -> str | None:
    """The level of single years in a release, None without one."""
    return next((axis.level for axis in release.axes if _is_year(axis, dictionary)), None)


def of_year(release: Release, dictionary: Dictionary, year: int) -> Release | None:
    """The release for one year; a release without years as it is. None where the year is not in it."""
    level = year_level(release, dictionary)
    if level is None:
        return release
    axis = next(axis for axis in release.axes if axis.level == level)
    return of_code(release, level, str(year)) if str(year) in axis.codes else None


def over_years(release: Release, dictionary: Dictionary, year: int) -> Release | None:
    """Country by year, for ten years up to `year`, all other levels at their totals. None without years.

    The total of all years of the release is left out: it is not that of the years shown.
    """
    level = year_level(release, dictionary)
    if level is None:
        return None
    kept = {level, COUNTRY}
    until, since = str(year), str(year - YEARS_BEFORE)
    places = [i for i, axis in enumerate(release.axes) if axis.level in kept]
    axes = tuple(
        Axis(a.level, tuple(c for c in a.codes if a.level != level or _between(c, since, until)))
        for a in (release.axes[i] for i in places)
    )
    shown = {axis.level: set(axis.codes) for axis in axes}
    cells = tuple(
        replace(cell, key=tuple(cell.key[i] for i in places))
        for cell in release.cells
        if all(
            code in shown[axis.level] if axis.level in kept else code == TOTAL
            for axis, code in zip(release.axes, cell.key, strict=True)
        )
    )
    by = [axis.level for axis in axes]
    return replace(release, question={**release.question, "by": by}, axes=axes, cells=cells)


def _is_year(axis: Axis, dictionary: Dictionary) -> bool:
    known = dictionary.levels.get(axis.level)
    if known is None or known.dimension not in CALENDARS:
        return False
    return all(
        code == TOTAL or not code.isdigit() or len(code) == len("2024") for code in axis.codes
    ) and any(code.isdigit() for code in axis.codes)


def _between(code: str, since: str, until: str) -> bool:
    return code.isdigit() and since <= code <= until
