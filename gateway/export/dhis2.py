"""Observations as a data value set of DHIS2 (https://docs.dhis2.org, Web API, "Data values").

DHIS2 has identifiers of its own, so whoever exports says which they are. Nothing is left out in silence: a
code without an identifier is refused, unless its identifier is null. A number that is missing is a data value
without a value, whose comment says why; DHIS2 keeps such values, and adds up none of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.dictionary.model import CALENDARS, COUNTRY
from gateway.errors import SafelaneError
from gateway.export.observations import Observations, Selection
from gateway.wire.cells import MEANINGS, TOTAL, Axis, Cell

Identifiers = Mapping[str, str | None]
"""The identifier in DHIS2 of each of our codes; None leaves the cells of a code out."""
_PERIODS = (
    (re.compile(r"([12][0-9]{3})"), r"\1"),
    (re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])"), r"\1\2"),
    (re.compile(r"([12][0-9]{3})-(Q[1-4])"), r"\1\2"),
)
"""Codes of years, months and quarters, and DHIS2's periods for them."""
_MOST_NAMED = 10


class MappingError(SafelaneError):
    """A mapping that does not fit the table, or a table that DHIS2 cannot hold."""


@dataclass(frozen=True)
class Dhis2Mapping:
    """What an exporter says of DHIS2's identifiers.

    `org_units`: by the codes of the finest level of place; by `Total` where the table has none.
    `data_elements`: by the codes of the other levels, in the table's order and with commas between; by ""
    where there are none. An identifier is that of a data element, or `dataElement.categoryOptionCombo`.
    `periods`: by codes of time, where these are no years, months or quarters; by `Total` where the table has
    no time. `attribute_option_combo`, `data_set`: of all values, "" for none.
    """

    org_units: Identifiers
    data_elements: Identifiers
    periods: Identifiers = field(default_factory=dict)
    attribute_option_combo: str = ""
    data_set: str = ""


def to_data_value_set(observations: Observations, mapping: Dhis2Mapping) -> dict[str, Any]:
    """Return the body of `POST /api/dataValueSets`. `observations` has no totals: DHIS2 makes its own.

    Raises MappingError for codes that the mapping does not know, and where two cells would be one data value.
    """
    if observations.selection is not Selection.INNER:
        raise ValueError("DHIS2 adds up by itself: a total would be counted twice")
    axes = (*observations.one_year, *observations.axes)
    place, time = _place(axes, observations), _time(axes, observations)
    year = tuple(code for axis in observations.one_year for code in axis.codes)
    lacking: dict[str, dict[str, None]] = {"orgUnits": {}, "periods": {}, "dataElements": {}}
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for cell in observations.cells:
        key = (*year, *cell.key)
        unit = _known(mapping.org_units, TOTAL if place is None else key[place], lacking["orgUnits"])
        period = _period(mapping, TOTAL if time is None else key[time], lacking["periods"])
        others = [
            code
            for at, (axis, code) in enumerate(zip(axes, key, strict=True))
            if at not in (place, time) and not _is_place(axis, observations)
        ]
        element = _known(mapping.data_elements, ",".join(others), lacking["dataElements"])
        if unit is None or period is None or element is None:
            continue
        if (unit, period, element) in found:
            raise MappingError(
                f"Two cells would be one data value: {element} for {unit} in {period}.",
                remedy="DHIS2 would keep one of them. Give each an identifier of its own.",
            )
        found[unit, period, element] = _value(cell, unit, period, element, mapping)
    _refuse(lacking)
    return {
        **({"dataSet": mapping.data_set} if mapping.data_set else {}),
        "dataValues": list(found.values()),
    }


def _value(cell: Cell, unit: str, period: str, element: str, mapping: Dhis2Mapping) -> dict[str, Any]:
    data_element, _, combination = element.partition(".")
    made = {"dataElement": data_element, "period": period, "orgUnit": unit}
    if combination:
        made["categoryOptionCombo"] = combination
    if mapping.attribute_option_combo:
        made["attributeOptionCombo"] = mapping.attribute_option_combo
    if cell.value is not None:
        made["value"] = str(cell.value)
    comment = _comment(cell)
    return {**made, "comment": comment} if comment else made


def _comment(cell: Cell) -> str:
    """Why there is no number, or why the number is inexact; empty for a number that is exact."""
    if cell.value is None:
        ends = [
            f"{name} {number}"
            for name, number in (("at least", cell.at_least), ("at most", cell.at_most))
            if number is not None
        ]
        return ": ".join([MEANINGS[cell.status], *([", ".join(ends)] if ends else [])])
    parts = []
    if cell.largest_deviation:
        parts.append(f"changed by up to {cell.largest_deviation} to protect people")
    if cell.standard_deviation:
        parts.append(f"with noise of standard deviation {cell.standard_deviation} to protect people")
    if cell.missing_members:
        parts.append(f"without {', '.join(cell.missing_members)}")
    return "; ".join(parts)


def _is_place(axis: Axis, observations: Observations) -> bool:
    level = observations.dictionary.levels.get(axis.level)
    return axis.level == COUNTRY or (level is not None and level.dimension == "place")


def _place(axes: Sequence[Axis], observations: Observations) -> int | None:
    """Where the finest level of place stands; a coarser one beside it follows from it."""
    places = [at for at, axis in enumerate(axes) if _is_place(axis, observations)]
    finer = [at for at in places if axes[at].level != COUNTRY]
    if len(finer) > 1:
        raise MappingError(
            "The table has two levels of place besides the country.",
            remedy="DHIS2 has one organisation unit for a value: ask with one of them.",
        )
    return next(iter([*finer, *places]), None)


def _time(axes: Sequence[Axis], observations: Observations) -> int | None:
    """Where the level of time stands."""
    levels = observations.dictionary.levels
    times = [
        at
        for at, axis in enumerate(axes)
        if axis.level in levels and levels[axis.level].dimension in CALENDARS
    ]
    if len(times) > 1:
        raise MappingError(
            "The table has two levels of time.",
            remedy="DHIS2 has one period for a value: ask with one of them.",
        )
    return next(iter(times), None)


def _period(mapping: Dhis2Mapping, code: str, lacking: dict[str, None]) -> str | None:
    if code not in mapping.periods:
        for pattern, written in _PERIODS:
            if match := pattern.fullmatch(code):
                return match.expand(written)
    return _known(mapping.periods, code, lacking)


def _known(identifiers: Identifiers, code: str, lacking: dict[str, None]) -> str | None:
    if code not in identifiers:
        lacking[code] = None
        return None
    return identifiers[code]


def _refuse(lacking: Mapping[str, Mapping[str, None]]) -> None:
    """Raise MappingError where codes have no identifier."""
    said = []
    for field_name, codes in lacking.items():
        if codes:
            shown = [f"'{code}'" for code in codes][:_MOST_NAMED]
            more = f" and {len(codes) - _MOST_NAMED} more" if len(codes) > _MOST_NAMED else ""
            said.append(f"{field_name} lacks {', '.join(shown)}{more}")
    if said:
        raise MappingError(
            f"The mapping does not fit the table: {'; '.join(said)}.",
            remedy="Name an identifier of DHIS2 for each, or null to leave its cells out.",
        )
