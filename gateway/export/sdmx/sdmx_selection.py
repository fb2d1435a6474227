"""What a query of SDMX REST 2.x selects of a table: a key, and filters `c[DIMENSION]`.

A query reads off the release. Without a code a dimension is taken without its total, so that a program may
add up; the total is there for who names it (`_T`). Time has no total in SDMX.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from gateway.errors import SafelaneError
from gateway.export.observations import Observations
from gateway.export.sdmx.sdmx_terms import TIME, component, identifier
from gateway.wire.cells import TOTAL, Axis

_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda code, said: code == said,
    "ne": lambda code, said: code != said,
    "lt": lambda code, said: code < said,
    "le": lambda code, said: code <= said,
    "gt": lambda code, said: code > said,
    "ge": lambda code, said: code >= said,
}


class NothingSelectedError(SafelaneError):
    """A query that selects no observation, or names what the table does not have."""

    exit_code = 2


def selected(observations: Observations, key: str, filters: Mapping[str, str]) -> Observations:
    """Return the part that a query selects. Raises NothingSelectedError. `observations` has all cells."""
    axes = [*observations.one_year, *observations.axes]
    places = {component(axis): axis for axis in axes}
    if unknown := sorted(set(filters) - set(places)):
        raise NothingSelectedError(
            f"The table has no dimension {', '.join(unknown)}.", remedy=f"It has {', '.join(places)}."
        )
    keyed = [name for name in places if name != TIME]
    parts = key.split(".") if key not in ("*", "all", "") else ["*"] * len(keyed)
    if len(parts) != len(keyed):
        raise NothingSelectedError(
            f"A key of this table has {len(keyed)} parts.", remedy=f"They are {'.'.join(keyed)}; * is any."
        )
    by_key = dict(zip(keyed, parts, strict=True))
    chosen = {name: _codes(axis, by_key.get(name, "*"), filters.get(name)) for name, axis in places.items()}
    if not all(chosen.values()):
        empty = next(name for name, codes in chosen.items() if not codes)
        raise NothingSelectedError(
            f"The query selects nothing of {empty}.",
            remedy="The codes that there are stand in the table's constraint (availability).",
        )
    kept = tuple(Axis(axis.level, chosen[component(axis)]) for axis in observations.axes)
    wanted = [set(axis.codes) for axis in kept]
    cells = tuple(
        cell
        for cell in observations.cells
        if all(code in codes for code, codes in zip(cell.key, wanted, strict=True))
    )
    if not cells:
        raise NothingSelectedError("The query selects no observation.", remedy="Ask for fewer codes at once.")
    return replace(observations, axes=kept, cells=cells)


def _codes(axis: Axis, part: str, filtered: str | None) -> tuple[str, ...]:
    """The codes of a dimension that both its part of the key and its filter select."""
    named = {identifier(code): code for code in axis.codes if code != TOTAL or component(axis) != TIME}
    found = [code for code in named if code != "_T"]
    if part not in ("*", ""):
        found = [code for code in named if code in part.split("+")]
    if filtered is not None:
        pool = named if part in ("*", "") else found
        found = [code for code in pool if _passes(code, filtered)]
    return tuple(named[code] for code in found)


def _passes(code: str, filtered: str) -> bool:
    """Whether a code passes a filter: `,` is or, `+` is and, `ge:2020` an operator."""
    return any(all(_holds(code, one) for one in each.split("+")) for each in filtered.split(","))


def _holds(code: str, expression: str) -> bool:
    operator, colon, said = expression.partition(":")
    if not colon:
        return code == expression
    # A total is below and above nothing.
    return operator in _OPERATORS and (code != "_T" or operator == "eq") and _OPERATORS[operator](code, said)
