"""Fingerprints of record extracts: a record order and an explicit mark that only one copy has.

The order of an extract's records says nothing about people, so that every copy can have its own order: a
shuffle derived from a key of the copy. A leaked copy in its original order is found by comparison: by chance
half of the neighbours have the order of the copy. Sorting the records or deleting the mark removes both
fingerprints; only the pseudonyms are then left, and identify recipient, purpose and epoch. A similarity is a
hint for an inquiry and proves nothing against anybody: the member also has the key, and could have made the
same copy. Database fingerprinting: R. Agrawal and J. Kiernan, Watermarking relational databases, 2002.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from anonymisers.errors import RecordsError
from anonymisers.tables.keyed_random import random_fractions

FEWEST_NEIGHBOURS = 10
"""Neighbours to compare before a likeness means anything: below, chance gives any share."""


def record_order(key: bytes, count: int) -> list[int]:
    """The places of `count` records, shuffled by the copy's key (32 bytes). Raises RulesError."""
    places: list[int] = np.argsort(
        random_fractions(key, "order of an extract", count), kind="stable"
    ).tolist()
    return places


def fingerprint(key: bytes) -> str:
    """The explicit mark of a copy: 16 hexadecimal digits."""
    return "".join(f"{int(part * 256):02x}" for part in random_fractions(key, "mark of an extract", 8))


def order_similarity(found: Sequence[str], copy: Sequence[str]) -> float:
    """Return the share of neighbours in `found` that have the order of `copy`: 0.5 by chance, 1 for the copy
    itself.

    Both arguments are values without repetition (pseudonyms); values in only one argument are ignored. Raises
    RecordsError when too few values are left to compare.
    """
    place = {value: i for i, value in enumerate(copy)}
    common = [place[value] for value in found if value in place]
    neighbours = [(a, b) for a, b in pairwise(common) if a != b]
    if len(neighbours) < FEWEST_NEIGHBOURS:
        raise RecordsError(
            "too few records are left to say which copy this is",
            remedy="Compare a longer part, or go by the pseudonyms alone.",
        )
    return sum(a < b for a, b in neighbours) / len(neighbours)
