"""A table's arrangement in the address of its page, and the links that arrange the table otherwise. Pure.

Every change is a link: it works by keyboard and without scripts, and whoever gets the address sees the same
table.
Anybody may have typed an address: what the table does not have is left out, and named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from gateway.dictionary import CALENDARS, Dictionary
from gateway.picturing.turning import BY_NAME, Arrangement, Show, arrangement, column_names
from gateway.wire.release import Release

ARRANGES = ("down", "across", "show", "sort", "order", "ranges", "group")
"""Values of an address that arrange a table."""
LONGEST = 60
"""Characters of an unknown word that the page repeats."""
MOST_UNKNOWN = 5
UP, DOWN = "up", "down"

Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Handle:
    """One level. Each address moves it: to the other side, or one place outwards or inwards; or is empty."""

    level: str
    label: str
    other_side: str
    outwards: str
    inwards: str


@dataclass(frozen=True)
class Choice:
    """One of a few ways to show the table; `chosen` is the present one."""

    name: str
    address: str
    chosen: bool


@dataclass(frozen=True)
class SortLink:
    """Sorts by a column. `order` is the present one: `ascending`, `descending` or `none`."""

    address: str
    order: str


@dataclass(frozen=True)
class Turning:
    """All links that arrange the table. `unknown` are words of the address that the table does not have.

    `newest_last`: columns are times, so that a narrow screen begins with the last ones.
    """

    down: tuple[Handle, ...]
    across: tuple[Handle, ...]
    swapped: str
    shows: tuple[Choice, ...]
    ranges: tuple[Choice, ...]
    by_name: SortLink
    columns: tuple[SortLink, ...]
    unknown: tuple[str, ...]
    plain: str
    changed: bool
    newest_last: bool


@dataclass(frozen=True)
class Reading:
    """What an address says about a table. `unknown` are words in it that the table does not have."""

    chosen: Arrangement
    unknown: tuple[str, ...] = ()


def read_arrangement(release: Release, dictionary: Dictionary, values: Values) -> Reading:
    """The arrangement that an address names, and the words in it that this table does not have."""
    levels = [axis.level for axis in release.axes]
    down, across = (_levels(values, name) for name in ("down", "across"))
    unknown = [level for level in (*(down or ()), *(across or ())) if level not in levels]
    found = arrangement(release, dictionary, _known(down, levels), _known(across, levels))
    found = replace(found, ranges=_one(values, "ranges") != "0")
    show, sort = _one(values, "show"), _one(values, "sort")
    if show in {one.value for one in found.shows()}:
        found = replace(found, show=Show(show))
    elif show:
        unknown.append(show)
    if sort and sort in (BY_NAME, *column_names(release, found)):
        found = replace(found, sort=sort, rising=_one(values, "order") == UP)
    elif sort:
        unknown.append(sort)
    cut = (word if len(word) <= LONGEST else f"{word[:LONGEST]}…" for word in dict.fromkeys(unknown))
    return Reading(found, tuple(cut)[:MOST_UNKNOWN])


def pairs_of(chosen: Arrangement, usual: Arrangement) -> list[tuple[str, str]]:
    """Names and values of an address with this arrangement; what is usual is left out."""
    found: list[tuple[str, str]] = []
    if (chosen.down, chosen.across) != (usual.down, usual.across):
        found += [("down", level) for level in chosen.down]
        found += [("across", level) for level in chosen.across or ("",)]
    if chosen.show is not Show.NUMBERS:
        found.append(("show", chosen.show.value))
    if chosen.sort:
        found += [("sort", chosen.sort), *([("order", UP)] if chosen.rising else [])]
    if not chosen.ranges:
        found.append(("ranges", "0"))
    return found


def turning(
    release: Release,
    dictionary: Dictionary,
    reading: Reading,
    labels: Mapping[str, str],
    kept: Sequence[tuple[str, str]],
) -> Turning:
    """The links from an arrangement. `kept` are pairs that every address keeps, such as the picture."""
    chosen = reading.chosen
    usual = arrangement(release, dictionary)

    def to(other: Arrangement) -> str:
        return "?" + urlencode([*kept, *pairs_of(other, usual)])

    def handle(level: str) -> Handle:
        return Handle(
            level,
            labels[level],
            to(_moved_across(chosen, level)),
            *(
                "" if other is None else to(other)
                for other in (_shifted(chosen, level, -1), _shifted(chosen, level, 1))
            ),
        )

    outermost = dictionary.levels.get(chosen.across[0]) if chosen.across else None
    return Turning(
        down=tuple(map(handle, chosen.down)),
        across=tuple(map(handle, chosen.across)),
        swapped=to(chosen.placed(chosen.across, chosen.down)),
        shows=tuple(
            Choice(show.value, to(replace(chosen, show=show)), show is chosen.show) for show in chosen.shows()
        ),
        ranges=tuple(
            Choice(str(int(shown)), to(replace(chosen, ranges=shown)), shown is chosen.ranges)
            for shown in (False, True)
        ),
        by_name=_sort_link(chosen, BY_NAME, to(chosen.sorted_by(BY_NAME))),
        columns=tuple(
            _sort_link(chosen, name, to(chosen.sorted_by(name))) for name in column_names(release, chosen)
        ),
        unknown=reading.unknown,
        plain=to(usual),
        changed=chosen != usual,
        newest_last=outermost is not None and outermost.dimension in CALENDARS,
    )


def _sort_link(chosen: Arrangement, name: str, address: str) -> SortLink:
    if chosen.sort != name:
        return SortLink(address, "none")
    return SortLink(address, "ascending" if chosen.rising else "descending")


def _moved_across(chosen: Arrangement, level: str) -> Arrangement:
    """The level on the other side, innermost."""
    if level in chosen.down:
        return chosen.placed([one for one in chosen.down if one != level], [*chosen.across, level])
    return chosen.placed([*chosen.down, level], [one for one in chosen.across if one != level])


def _shifted(chosen: Arrangement, level: str, by: int) -> Arrangement | None:
    """The level one place further out or in on its side; None where it is the last there."""
    side = list(chosen.down if level in chosen.down else chosen.across)
    place = side.index(level)
    other = place + by
    if not 0 <= other < len(side):
        return None
    side[place], side[other] = side[other], side[place]
    return chosen.placed(side, chosen.across) if level in chosen.down else chosen.placed(chosen.down, side)


def _levels(values: Values, name: str) -> list[str] | None:
    """The levels of a side; none for a side that is named and empty, None for one that is not named."""
    return [level for level in values[name] if level] if values.get(name) else None


def _known(named: list[str] | None, levels: Sequence[str]) -> list[str] | None:
    """The levels that the table has; None for a side of which nothing is left, as if it were not named."""
    known = [level for level in named or () if level in levels]
    return known if known or named == [] else None


def _one(values: Values, name: str) -> str:
    return next((value for value in values.get(name, ()) if value), "")
