"""Observations as SDMX-CSV 2.0, for clients of SDMX (https://github.com/sdmx-twg/sdmx-csv).

Identifiers of SDMX have letters, digits, `_`, `-`, `@` and `$` only: `60+` becomes `60_PLUS`, and a total
`_T`, as in the code lists of the SDMX statistical working group. Why a number is missing stands in
OBS_STATUS and CONF_STATUS, which never say whether a cell was withheld for itself or to protect another.
"""

import csv
import io
import re

from gateway.export.observations import Observations
from gateway.wire.cells import TOTAL, Axis, Status

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
YEAR = "year"
FACTS = ("OBS_VALUE", "OBS_STATUS", "CONF_STATUS", "AT_LEAST", "AT_MOST", "LARGEST_DEVIATION")


def to_sdmx_csv(observations: Observations) -> str:
    """Return a row for each cell. A year is TIME_PERIOD; other levels keep their names in capitals."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    measure = str(observations.release.question.get("measure", "table"))
    structure = f"{AGENCY}:{identifier(measure).upper()}(1.0)"
    names = [_name(axis) for axis in observations.axes]
    writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *names, *FACTS])
    identifiers = [{code: identifier(code) for code in axis.codes} for axis in observations.axes]
    for cell in observations.cells:
        observed, confidential = STATUS[cell.status]
        numbers = (cell.value, cell.at_least, cell.at_most, cell.largest_deviation or None)
        value, *range_ = ("" if number is None else number for number in numbers)
        key = [by_code[code] for by_code, code in zip(identifiers, cell.key, strict=True)]
        writer.writerow(["dataflow", structure, "I", *key, value, observed, confidential, *range_])
    return out.getvalue()


def identifier(code: str) -> str:
    """A code as an identifier of SDMX; different codes of a level stay different."""
    if code == TOTAL:
        return "_T"
    return re.sub(r"[^A-Za-z0-9_@$-]", lambda found: f"_{ord(found[0]):X}_", code.replace("+", "_PLUS"))


def _name(axis: Axis) -> str:
    return TIME if axis.level == YEAR else identifier(axis.level.replace(".", "_")).upper()
