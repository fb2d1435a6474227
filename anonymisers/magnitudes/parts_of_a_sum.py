"""Parts of a shown sum that may be shown beside it, as the items of a pillar beside the pillar.

Whoever reads the sum and the shown parts knows what the withheld parts add up to. So these together must not
be sensitive, as if they were one cell; nor may they be for somebody who is the only one in one of them, and
takes the own amount off. A withheld part can then be anything from 0 to their sum: parts in which nobody is
are withheld with the others.
"""

from collections.abc import Collection

import numpy as np

from anonymisers.magnitudes.magnitude_rules import CellAmounts, MagnitudeRules
from anonymisers.tables.arrays import Ints


def sum_is_sensitive(amounts: Ints, rules: MagnitudeRules) -> bool:
    """Whether a sum gives away what single people contribute. `amounts`: array (people, parts)."""
    by_person = amounts.sum(axis=1)
    theirs = by_person[by_person > 0]
    return bool(CellAmounts.of(rules, np.zeros(len(theirs), dtype=np.int64), theirs, 1).sensitive[0])


def shown_parts(amounts: Ints, rules: MagnitudeRules, withheld: Collection[int] = ()) -> frozenset[int]:
    """The parts that are shown beside their sum, which is not sensitive itself.

    `amounts`: array (people, parts); `withheld`: parts that are withheld in any case. Of the other parts the
    smallest go first, until what is withheld is safe.
    """
    parts = range(amounts.shape[1])
    hidden = {part for part in parts if part in withheld or sum_is_sensitive(amounts[:, [part]], rules)}
    if not hidden:
        return frozenset(parts)
    hidden |= {part for part in parts if not amounts[:, part].any()}
    rest = sorted(set(parts) - hidden, key=lambda part: (int(amounts[:, part].sum()), part))
    while rest and not _safe(amounts[:, sorted(hidden)], rules):
        hidden.add(rest.pop(0))
    return frozenset(rest)


def _safe(amounts: Ints, rules: MagnitudeRules) -> bool:
    """Whether several parts can be withheld together, whoever of their people knows the own amounts."""
    if not amounts.any() or sum_is_sensitive(amounts, rules):
        return False
    alone = np.flatnonzero((amounts > 0).sum(axis=0) == 1)
    own: dict[int, list[int]] = {}
    for part in alone.tolist():
        own.setdefault(int(np.argmax(amounts[:, part])), []).append(part)
    return all(
        not sum_is_sensitive(left := np.delete(amounts, mine, axis=1), rules) and left.any()
        for mine in own.values()
    )
