"""Places by the day of the accident, as the name of a former province may have passed to another place.

Viet Nam's 63 provinces became 34 on 1 July 2025, and each merged province took the name of a former province
in the merger: "Lào Cai" of May 2025 is a different place from "Lào Cai" of August. Where a name passed on in
this way, an accident after the merger is put into the merged province as such. Where no province took the
name over, the former province is kept as the more precise, and becomes a finding.
"""

import numpy as np
from numpy.typing import NDArray

from gateway.dictionary.places import Places
from gateway.member.model.snapshot import Column
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.targets import PLACE


def placed_in_time(
    place: Column,
    month: Column,
    places: Places,
    *,
    lines: NDArray[np.int64],
    table: str,
    findings: Findings,
) -> Column:
    """The places, with provinces that had ended by the month of the accident replaced or noted.

    In a year of merger, a date without a month is put into the merged province, which contains both places.
    """
    replaced: dict[int, str] = {}
    late: list[int] = []
    chosen = place.indices.astype(np.int64)
    for number, code in enumerate(place.codes):
        end = places.ended(code)
        if not end:
            continue
        successor = places.successors.get(code)
        after = np.array([_after(m, end, unsure=successor is not None) for m in month.codes], dtype=np.bool_)
        rows = (place.indices == number) & after[month.indices]
        if successor is None:
            late += lines[rows].tolist()
            continue
        replaced[len(place.codes) + len(replaced)] = successor
        chosen[rows] = len(place.codes) + len(replaced) - 1
    if late:
        findings.add(table, PLACE, Problem.PLACE_ENDED, sorted(late))
    if not replaced:
        return place
    codes = Column.of([*place.codes, *replaced.values()])
    moved = Column(codes.codes, codes.indices[chosen])
    return moved.taken(np.arange(len(chosen)))


def _after(month: str, end: str, *, unsure: bool) -> bool:
    """Whether a month (`2025-07`, `2025-UNK`) lies after the day `end`; `unsure`: the answer if undecided."""
    year, _, rest = month.partition("-")
    if rest.isdigit():
        return month > end[:7]
    return year > end[:4] or (unsure and year == end[:4])
