"""The columns of a release for engines: those of the CSV, numbers as numbers, and null where there is none.

Beside them, under one key of a file's metadata, stands what a reader has to know.
"""

import json
from typing import Any

from gateway.export.data_csv import FACTS, TOTAL_OVER
from gateway.export.notes import Receipt
from gateway.export.observations import Observations, Selection, totals_over
from gateway.export.release_metadata import metadata

KEY = "safelane"
"""Key of a file's metadata: a JSON object, as of the address `metadata`, with the receipt's entries."""
TEXTS = frozenset({"status", "missing_members"})


def columns(observations: Observations, *, labelled: bool) -> dict[str, list[Any]]:
    """Return the columns by name, in their order: texts, whole numbers where `is_number`, and None."""
    said = observations.labels.code
    cells = observations.cells
    found: dict[str, list[Any]] = {}
    for axis in observations.one_year:
        found |= dict.fromkeys(_names(axis.level, labelled=labelled), list(axis.codes) * len(cells))
    for place, axis in enumerate(observations.axes):
        codes = [cell.key[place] for cell in cells]
        labels = {code: said(axis.level, code) for code in axis.codes} if labelled else {}
        found |= zip(
            _names(axis.level, labelled=labelled),
            (codes, [labels.get(code, code) for code in codes]),
            strict=False,  # without labels there is one name
        )
    if observations.selection is not Selection.INNER:
        found[TOTAL_OVER] = [" ".join(totals_over(observations.axes, cell)) or None for cell in cells]
    facts: dict[str, list[Any]] = {
        "value": [cell.value for cell in cells],
        "status": [cell.status.value for cell in cells],
        "at_least": [cell.at_least for cell in cells],
        "at_most": [cell.at_most for cell in cells],
        "largest_deviation": [cell.largest_deviation or None for cell in cells],
        "standard_deviation": [cell.standard_deviation or None for cell in cells],
        "missing_members": [" ".join(cell.missing_members) or None for cell in cells],
    }
    return found | {name: facts[name] for name in FACTS}


def is_number(name: str) -> bool:
    """Return whether a column holds whole numbers."""
    return name in FACTS and name not in TEXTS


def beside(observations: Observations, receipt: Receipt | None) -> str:
    """Return the text for KEY."""
    described = metadata(observations.release, observations.dictionary)
    if receipt is not None:
        described["receipt"] = {"log": receipt.log, "asked": receipt.asked, "released": receipt.released}
    return json.dumps(described, ensure_ascii=False)


def _names(level: str, *, labelled: bool) -> tuple[str, ...]:
    return (level, f"{level}_label") if labelled else (level,)
