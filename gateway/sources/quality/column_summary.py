"""Masks and months of the rows of a column: known values, given codes, months."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Bools
from gateway.member.model.column import looked_up
from gateway.member.model.snapshot import Column


def known(column: Column) -> Bools:
    """Mask of the rows with a known code."""
    is_known = [not (c in ("UNK", "U") or c.endswith(("_UNK", "-UNK"))) for c in column.codes]
    found: Bools = looked_up(np.array(is_known, dtype=np.bool_), column.indices)
    return found


def has(column: Column, codes: Iterable[str]) -> Bools:
    """Mask of the rows with any of the `codes`."""
    wanted = set(codes)
    found: Bools = looked_up(np.array([c in wanted for c in column.codes], dtype=np.bool_), column.indices)
    return found


def month_numbers(column: Column) -> NDArray[np.int64]:
    """Months since the year 0; for a date without a month, the first month of the year; 0 without a year."""
    months = [
        int(c[:4]) * 12 + (int(c[5:]) - 1 if c[5:].isdigit() else 0) if c[:4].isdigit() else 0
        for c in column.codes
    ]
    return np.array(months, dtype=np.int64)[column.indices]
