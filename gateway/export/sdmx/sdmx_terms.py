"""What the formats of SDMX have in common: identifiers, names of components, and the status of a number.

Identifiers of SDMX have letters, digits, `_`, `-`, `@` and `$` only: `60+` becomes `60_PLUS`, and a total
`_T`, as in the code lists of the SDMX statistical working group. Why a number is missing stands in
OBS_STATUS and CONF_STATUS, which never say whether a cell was withheld for itself or to protect another.
"""

import re
from collections.abc import Sequence

from gateway.export.observations import Observations
from gateway.wire.cells import TOTAL, Axis, Cell, Status

AGENCY = "SAFELANE"
STATUS = {
    Status.VALUE: ("A", "F"),
    Status.WITHHELD: ("Q", "N"),
    Status.NOT_SHARED: ("Q", "C"),
    Status.NO_ANSWER: ("O", "F"),
    Status.NOT_COLLECTED: ("L", "F"),
}
"""OBS_STATUS (A normal, Q missing and suppressed, O missing, L does not exist) and CONF_STATUS (F free, N not
for publication, C confidential)."""
TIME = "TIME_PERIOD"
YEARS = frozenset({"year", "service_year"})

NUMBERS = ("AT_LEAST", "AT_MOST", "LARGEST_DEVIATION", "STANDARD_DEVIATION")
MISSING = "MISSING_MEMBERS"
"""Attributes of an observation beside its status: the range of a withheld number, what makes a number
inexact, and the members that a total is without."""
UNIT = "UNIT_MEASURE"
"""Attribute of a series in SDMX-ML: what is counted."""
OBSERVED = {
    "A": "Normal value",
    "Q": "Missing value; suppressed",
    "O": "Missing value",
    "L": "Missing value; data exist but were not collected",
}
CONFIDENTIAL = {
    "F": "Free (free for publication)",
    "N": "Not for publication, restricted for internal use only",
    "C": "Confidential statistical information",
}
"""Codes of OBS_STATUS and CONF_STATUS, with their names in the code lists of SDMX."""
NAMES = {
    "OBS_STATUS": "Observation status",
    "CONF_STATUS": "Confidentiality status",
    "AT_LEAST": "At least",
    "AT_MOST": "At most",
    "LARGEST_DEVIATION": "Largest deviation from the count",
    "STANDARD_DEVIATION": "Standard deviation of noise",
    MISSING: "Members that a total is without",
    UNIT: "What is counted",
}


def numbers(cell: Cell) -> tuple[int | None, ...]:
    """The values of NUMBERS for a cell, None where there is none."""
    return (cell.at_least, cell.at_most, cell.largest_deviation or None, cell.standard_deviation or None)


def dataflow(observations: Observations) -> str:
    """The identifier of the dataflow: the measure of the question."""
    return identifier(str(observations.release.question.get("measure", "table"))).upper()


def identifier(code: str) -> str:
    """A code as an identifier of SDMX; different codes of a level stay different."""
    if code == TOTAL:
        return "_T"
    return re.sub(r"^[@-]|[^A-Za-z0-9_@$-]", lambda found: f"_{ord(found[0]):X}_", code.replace("+", "_PLUS"))


def component(axis: Axis) -> str:
    """The identifier of a level: a year is TIME_PERIOD, other levels keep their names in capitals."""
    return TIME if axis.level in YEARS else identifier(axis.level.replace(".", "_")).upper()


def along(axes: Sequence[Axis]) -> str:
    """The dimension along which a series runs: time where there is time, else the last one."""
    names = [component(axis) for axis in axes]
    return TIME if TIME in names else names[-1]


def series_of(axes: Sequence[Axis]) -> tuple[str, ...]:
    """The dimensions that tell one series from another; none for a table of one dimension or of none."""
    return tuple(name for axis in axes if (name := component(axis)) != along(axes))
