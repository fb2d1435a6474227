"""What a pseudonym links: records of one person in an extract, and extracts with the same pseudonyms.

Each record of an extract has company. Somebody who has several records in it may have none: two accidents, in
two provinces and years, are a pattern that is soon one person's alone (linkage over the records of a person;
Y.-A. de Montjoye and others, Unique in the crowd, 2013). So a person may be known as one over several records
only where at least k people have the same records; of others each record stands by itself.

Two extracts with the same pseudonyms can be joined by them, which gives every table over the columns of both.
That is safe only where one of them has said it all: where its grain is finer, or equal, in every column.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def may_be_linked(people: Sequence[Hashable], records: Sequence[Hashable], k: int) -> NDArray[np.bool_]:
    """Which records may show that they are of the same person as others.

    `people` and `records` (n) say whose each record is and what it shows; a record that is the only one of
    its person always may.
    """
    shown: dict[Hashable, list[Hashable]] = defaultdict(list)
    for person, record in zip(people, records, strict=True):
        shown[person].append(record)
    patterns = {person: frozenset(Counter(mine).items()) for person, mine in shown.items()}
    class_sizes = Counter(patterns.values())
    alone = {person for person, mine in shown.items() if len(mine) > 1 and class_sizes[patterns[person]] < k}
    return np.array([person not in alone for person in people], dtype=np.bool_)


def one_says_all(grain: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether two extracts joined tell no more than one of them, by their grains: column -> depth."""
    return _within(grain, other) or _within(other, grain)


def _within(coarse: Mapping[str, int], fine: Mapping[str, int]) -> bool:
    return all(depth <= fine.get(column, 0) for column, depth in coarse.items())
