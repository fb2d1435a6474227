"""A policy's a priori status of single cells, in the words of disclosure control. Pure.

Keeping a margin keeps every cell of the margin: for each counted year, except cells never shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from anonymisers.tables.cell_names import CellName
from gateway.dictionary import Dictionary
from policies import Policy
from policies.model.model import Cell


@dataclass(frozen=True)
class APrioriStatus:
    """`always`, `never`, `structural`: cells by their codes. `tables`: levels of the cells always shown."""

    always: frozenset[CellName]
    never: frozenset[CellName]
    structural: frozenset[CellName]
    tables: tuple[Mapping[str, str], ...]


def a_priori_status_of(
    dictionary: Dictionary, policy: Policy, finest: Mapping[str, str], years: Sequence[int]
) -> APrioriStatus:
    """The a priori status of cells that a cube of these finest levels can have: all other cells are withheld
    or do not exist.

    Years that no part counts yet are named already: each part takes the status of cells of its own people.
    """
    scope = policy.scope
    never = frozenset(cell for cell in scope.never_show if _inside(policy, cell, finest))
    margins = [dict(m) for m in scope.keep if m and _levels_inside(policy, dict(m), finest)]
    single = [cell for cell in scope.always_show if _inside(policy, cell, finest)]
    kept = {cell for margin in margins for cell in _cells(dictionary, policy.member, margin, years)}
    return APrioriStatus(
        always=frozenset(kept | set(single)) - never,
        never=never,
        structural=frozenset(c for c in scope.structural_zeros if _inside(policy, c, finest)),
        tables=(*margins, *(_levels(policy, cell) for cell in single)),
    )


def words_of_a_priori_status(rules: Mapping[str, frozenset[CellName]]) -> str:
    """Equal status has equal words; without a status there are no words, so that cubes of such policies stay
    valid.
    """
    stated = {name: sorted(places) for name, places in rules.items() if places}
    return repr(stated) if stated else ""


def _levels(policy: Policy, cell: Cell) -> dict[str, str]:
    return {dimension: policy.vocabulary.codes[dimension][code] for dimension, code in cell}


def _inside(policy: Policy, cell: Cell, finest: Mapping[str, str]) -> bool:
    return _levels_inside(policy, _levels(policy, cell), finest)


def _levels_inside(policy: Policy, levels: Mapping[str, str], finest: Mapping[str, str]) -> bool:
    rank = policy.vocabulary.rank
    return all(d in finest and rank(d, level) <= rank(d, finest[d]) for d, level in levels.items())


def _cells(
    dictionary: Dictionary, member: str, margin: Mapping[str, str], years: Sequence[int]
) -> Iterator[CellName]:
    names = sorted(margin)
    codes = [dictionary.codes(margin[name], member=member, years=years) for name in names]
    for row in product(*codes):
        yield tuple(zip(names, row, strict=True))
