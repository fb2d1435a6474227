"""What a register tells of a person's disability, where several of its rows tell something of one time."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.column import Column
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.washington_group import DISABILITY

_UNKNOWN = "UNK"
_SAID = ("YES", "NO")


def without_contradictions(
    found: Column,
    columns: Mapping[str, Column],
    rows: tuple[NDArray[np.int64], NDArray[np.int64]],
    where: tuple[str, NDArray[np.int64]],
    findings: Findings,
) -> Column:
    """`found`, what each row's person has, with unknown for whom two rows of one time contradict each other.

    Two assessments of a day may differ, and which of them a file names first must decide nothing. `rows`:
    the person and the month of each row, `where`: the table, and each row's line.
    """
    who, when = rows
    codes = np.array(columns[DISABILITY].values(), dtype=object)
    rows_with = np.flatnonzero(np.isin(codes, _SAID))
    last = np.full(int(who.max(initial=-1)) + 1, -2, dtype=np.int64)
    np.maximum.at(last, who[rows_with], when[rows_with])
    newest = rows_with[when[rows_with] == last[who[rows_with]]]
    both = np.intersect1d(*(who[newest][codes[newest] == code] for code in _SAID))
    if not len(both):
        return found
    lines = where[1][newest[np.isin(who[newest], both)]]
    findings.add(where[0], DISABILITY, Problem.DISABILITY_DIFFERS, sorted(lines.tolist()))
    unclear = np.isin(who, both).tolist()
    pairs = zip(found.values(), unclear, strict=True)
    return Column.of([_UNKNOWN if is_unclear else code for code, is_unclear in pairs])
