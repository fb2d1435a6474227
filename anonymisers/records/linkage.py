"""Linkage by pseudonyms: records of one person in an extract, and extracts with the same pseudonyms.

Each record of an extract belongs to a large equivalence class. Several records of one person may not: two
accidents, in two provinces and years, are a pattern that is soon unique (linkage over the records of a
person; Y.-A. de Montjoye and others, Unique in the crowd, 2013). Several records may therefore show a common
person only where at least k people have the same records; the records of other people stand alone.

Two extracts with the same pseudonyms can be joined, which gives every table over the columns of both. Joining
is safe only where one extract already contains all information: where its grain is finer or equal in every
column.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def may_be_linked(people: Sequence[Hashable], records: Sequence[Hashable], k: int) -> NDArray[np.bool_]:
    """Mark the records that may show their common person.

    `people` and `records` (n) are the person and the content of each record; the only record of a person is
    always marked.
    """
    shown: dict[Hashable, list[Hashable]] = defaultdict(list)
    for person, record in zip(people, records, strict=True):
        shown[person].append(record)
    patterns = {person: frozenset(Counter(mine).items()) for person, mine in shown.items()}
    class_sizes = Counter(patterns.values())
    alone = {person for person, mine in shown.items() if len(mine) > 1 and class_sizes[patterns[person]] < k}
    return np.array([person not in alone for person in people], dtype=np.bool_)


def one_says_all(grain: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Return whether two joined extracts tell no more than one of the two, by their grains: column ->
    depth."""
    return _within(grain, other) or _within(other, grain)


def _within(coarse: Mapping[str, int], fine: Mapping[str, int]) -> bool:
    return all(depth <= fine.get(column, 0) for column, depth in coarse.items())
