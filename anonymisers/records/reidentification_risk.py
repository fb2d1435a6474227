"""Measures of re-identification risk of records: k-anonymity, l-diversity, prosecutor risk.

Records that agree in every quasi-identifier (attributes known to an attacker: age, sex, place) form an
equivalence class. The attacker of the risk measures is the prosecutor, who knows the quasi-identifiers of one
person and knows that the person is among the records.

Sources: L. Sweeney, k-anonymity: a model for protecting privacy (2002), k; A. Machanavajjhala and others,
l-diversity: privacy beyond k-anonymity (2007), distinct and entropy l; F. Dankar and K. El Emam, Evaluating
the risk of re-identification of patients (2010), the prosecutor's risks.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from anonymisers.errors import RecordsError


@dataclass(frozen=True)
class Diversity:
    """The least number of sensitive values in a class; 1 means that a class reveals its people's value.

    `distinct` counts values; `entropy` is the exponential of the least entropy: the equivalent number of
    equally frequent values.
    """

    distinct: int
    entropy: float


@dataclass(frozen=True)
class Risk:
    """`highest` and `expected`: the probability to name the person of the worst, and of an average,
    record."""

    records: int
    classes: int
    k: int
    unique: int
    """Records alone in their class."""
    highest: float
    expected: float
    diversity: Mapping[str, Diversity]


def assess(quasi: Sequence[Sequence[str]], sensitive: Mapping[str, Sequence[str]]) -> Risk:
    """Compute the risk of records given by columns: quasi-identifiers, and sensitive attributes by name.

    Columns have one value for each record. Without quasi-identifiers all records are one class. Raises
    RecordsError when there is no record or when columns differ in length.
    """
    columns = [*quasi, *sensitive.values()]
    lengths = {len(column) for column in columns}
    if len(lengths) != 1 or lengths == {0}:
        raise RecordsError(
            "risk is computed for at least one record, and for columns of one length",
            remedy="Name columns of one table that has rows.",
        )
    keys = _keys(quasi, lengths.pop())
    sizes = Counter(keys)
    k = min(sizes.values())
    return Risk(
        records=len(keys),
        classes=len(sizes),
        k=k,
        unique=sum(size == 1 for size in sizes.values()),
        highest=1 / k,
        expected=len(sizes) / len(keys),
        diversity={name: _diversity(keys, values) for name, values in sensitive.items()},
    )


def below(quasi: Sequence[Sequence[str]], k: int) -> list[int]:
    """Return the positions of records in classes below `k`, to be generalised further or left out."""
    keys = _keys(quasi, len(quasi[0]) if quasi else 0)
    sizes = Counter(keys)
    return [i for i, key in enumerate(keys) if sizes[key] < k]


def _keys(quasi: Sequence[Sequence[str]], records: int) -> list[tuple[str, ...]]:
    return list(zip(*quasi, strict=True)) if quasi else [()] * records


def _diversity(keys: Iterable[tuple[str, ...]], values: Sequence[str]) -> Diversity:
    classes: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for key, value in zip(keys, values, strict=True):
        classes[key][value] += 1
    return Diversity(
        distinct=min(map(len, classes.values())),
        entropy=math.exp(min(map(_entropy, classes.values()))),
    )


def _entropy(counts: Counter[str]) -> float:
    """Shannon's entropy of a class, in nats."""
    total = counts.total()
    return -sum(n / total * math.log(n / total) for n in counts.values())
