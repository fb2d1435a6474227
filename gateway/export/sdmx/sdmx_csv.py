"""Observations as SDMX-CSV 2.0, for clients of SDMX (https://github.com/sdmx-twg/sdmx-csv)."""

import csv
import io

from gateway.export.observations import Observations
from gateway.export.sdmx.sdmx_terms import (
    AGENCY,
    MISSING,
    NUMBERS,
    STATUS,
    component,
    dataflow,
    identifier,
    numbers,
)

FACTS = ("OBS_VALUE", "OBS_STATUS", "CONF_STATUS", *NUMBERS, MISSING)


def to_sdmx_csv(observations: Observations, flow: str = "") -> str:
    """Return a row for each cell. `flow`: the dataflow that they are of, if it is none of the measure."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    structure = f"{AGENCY}:{flow or dataflow(observations)}(1.0)"
    one_year = observations.one_year
    names = [component(axis) for axis in (*one_year, *observations.axes)]
    year = [code for axis in one_year for code in axis.codes]
    writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *names, *FACTS])
    identifiers = [{code: identifier(code) for code in axis.codes} for axis in observations.axes]
    for cell in observations.cells:
        key = [by_code[code] for by_code, code in zip(identifiers, cell.key, strict=True)]
        facts = [cell.value, *STATUS[cell.status], *numbers(cell), " ".join(cell.missing_members)]
        shown = ["" if fact is None else fact for fact in facts]
        writer.writerow(["dataflow", structure, "I", *year, *key, *shown])
    return out.getvalue()
