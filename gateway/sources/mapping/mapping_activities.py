"""What is wrong with a table of activities in a mapping document."""

from collections.abc import Callable, Mapping
from typing import Any

from gateway.sources.model.mapping import YES, ColumnRule
from gateway.sources.model.targets import ACTIVITY_DATE, ACTIVITY_TYPE, OF_SHEETS
from policies.model.errors import Fault, quoted
from policies.model.strict_yaml import Position

_OF_PEOPLE = ("join", "several", "repeat", "unclaimed", "vault", "known")
"""Keys of tables about people; no person stands behind a sheet of an activity."""
_ONCE = OF_SHEETS - {"reached", "sessions", "areas_marked"}
"""Targets of one column; numbers in several columns are added."""


def check_activities(
    values: Mapping[str, Any], position: Callable[[str], Position], faults: list[Fault]
) -> None:
    """Add the faults of targets: activities need a table of their own, and no people are in it."""
    kind = values.get("activities")
    columns: Mapping[str, ColumnRule | None] = values.get("columns") or {}
    for heading, rule in columns.items():
        if rule is not None and (rule.target.name in OF_SHEETS) != (kind is not None):
            needs = "cannot stand in such a table" if kind else "needs a table with 'activities'"
            faults.append(position("columns").fault(f"{quoted(heading)}: {rule.target.name} {needs}"))
    if kind is None:
        return
    faults.extend(
        position(key).fault(f"{quoted(key)} cannot stand in a table of activities: no people are in it")
        for key in _OF_PEOPLE
        if key in values
    )
    if values.get("columns") is None:
        return  # its faults are told already
    names = [rule.target.name for rule in columns.values() if rule is not None]
    if ACTIVITY_DATE not in names:
        faults.append(
            position("columns").fault(f"nothing is mapped to {ACTIVITY_DATE}, without which no year")
        )
    if (ACTIVITY_TYPE in names) != (kind == YES):
        wanted = f"a column of {ACTIVITY_TYPE}" if kind == YES else f"no column of {ACTIVITY_TYPE}"
        faults.append(position("activities").fault(f"{quoted(kind)} needs {wanted}"))
    faults.extend(
        position("columns").fault(f"{name} is filled twice")
        for name in sorted(_ONCE)
        if names.count(name) > 1
    )
