"""Contributions of single people to a table of amounts: raw data, without a written form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import TableError
from anonymisers.tables.arrays import Ints
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.strict_json import fields_of
from anonymisers.tables.table_reading import dimensions_from_json

AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
MOST_PLACES = 4
"""The largest number of decimal places of an amount."""
LARGEST = 2**52
"""The largest sum of all amounts, in units of the last decimal place: sums stay exact."""


@dataclass(frozen=True, eq=False)
class Contributions:
    """Contributions: `amounts` (n,) in units of 10**-`places`, `people` (n,) numbered from 0, and `coords`.

    `coords` (n, dims) are positions of leaf codes. A person may contribute to several inner cells, to each
    once.
    """

    name: str
    dims: tuple[Hierarchy, ...]
    coords: NDArray[np.int32]
    people: Ints
    amounts: Ints
    places: int

    @classmethod
    def of(
        cls, name: str, dims: tuple[Hierarchy, ...], records: Iterable[tuple[tuple[str, ...], str, Decimal]]
    ) -> "Contributions":
        """Add up records of codes, a person and an amount. Raises TableError, naming the record."""
        totals: dict[tuple[tuple[int, ...], str], Decimal] = {}
        for number, (codes, person, amount) in enumerate(records, 1):
            if len(codes) != len(dims):
                raise TableError(f"record number {number} does not have {len(dims)} codes")
            place = tuple(d.position(c) for d, c in zip(dims, codes, strict=True))
            for dim, position in zip(dims, place, strict=True):
                if not dim.is_leaf[position]:
                    message = (
                        f"record number {number}: its {dim.name!r} is a group of codes and no finest code"
                    )
                    raise TableError(message)
            if not amount.is_finite() or amount < 0:
                message = f"the {name} of record number {number} is no amount of 0 or more"
                raise TableError(message, remedy="Amounts below 0 cannot be protected.")
            totals[place, person] = totals.get((place, person), Decimal(0)) + amount
        decimals = max((-int(t.normalize().as_tuple().exponent) for t in totals.values()), default=0)
        decimals = max(decimals, 0)
        if decimals > MOST_PLACES or sum(totals.values()) * 10**decimals > LARGEST:
            raise TableError(
                f"the {name} is too exact or too large", remedy="Round it, or use a larger unit."
            )
        numbers = {person: n for n, person in enumerate(sorted({person for _, person in totals}))}
        return cls(
            name,
            dims,
            np.array([place for place, _ in totals], dtype=np.int32).reshape(len(totals), len(dims)),
            np.array([numbers[person] for _, person in totals], dtype=np.int64),
            np.array([int(t * 10**decimals) for t in totals.values()], dtype=np.int64),
            decimals,
        )

    @classmethod
    def from_json(cls, document: object) -> "Contributions":
        """Read `{"dims": ..., "magnitude": name, "records": [[code, ..., person, amount], ...]}`."""
        body = fields_of(document, "the table", required={"dims", "magnitude", "records"}, optional={"meta"})
        if not isinstance(body["magnitude"], str) or not isinstance(body["records"], list):
            raise TableError("'magnitude' is not a name, or 'records' is not a list")
        return cls.of(body["magnitude"], dimensions_from_json(body["dims"]), map(_record, body["records"]))


def parse_amount(word: object) -> Decimal:
    """Read a decimal number. Any other text is read as not a number, which `Contributions.of` refuses."""
    return Decimal(str(word)) if AMOUNT.fullmatch(str(word)) else Decimal("NaN")


def _record(row: Any) -> tuple[tuple[str, ...], str, Decimal]:
    if not isinstance(row, list) or len(row) < 3 or not all(isinstance(word, str) for word in row[:-1]):
        raise TableError("a record is not a list of codes, a person and an amount")
    return tuple(row[:-2]), row[-2], parse_amount(row[-1])
